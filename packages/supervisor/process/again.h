/*
 * Standing orders: a process that is started once more when it ends, because the daemon has said beforehand that it wants that.
 * So the next one runs before the daemon has heard of the end, and also when there is no daemon at the moment.
 */
#ifndef AGAIN_H
#define AGAIN_H

#include <stdbool.h>
#include <stdio.h>

#include "process/process.h"

/* What is kept of one process at most; one that was started with more is not started again. */
#define KEPT_MAX (16u * 1024)

/* An order that is being carried out: the id that the next process has, or 0; and the body of the frame that starts it. */
struct again {
	uint64_t id;
	uint8_t *body;
	size_t length;
};

/* Keeps the body of the frame that has started the process, if it is not too large. */
void again_keep(struct process *process, const uint8_t *body, size_t length);
/* It is to be started again when it ends, under this id; 0: not any more. Nothing when it is not kept. */
void again_order(struct process *process, uint64_t id);
/* The process has ended: takes its order, if there is one, and what is kept of it. */
struct again again_take(struct process *process);
/* Carries the order out, if there was one. What goes wrong is reported as for any other. */
void again_start(struct again *again);
/* Whether another one is to be started when it ends. */
bool again_is_ordered(const struct process *process);
/* Nothing will come after this process. */
void again_forget(struct process *process);
void again_hand_over(const struct process *process, FILE *out);

#endif
