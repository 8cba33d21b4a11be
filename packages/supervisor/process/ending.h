/*
 * The end of a process: reported once its output has been written, and followed by the next one where a standing order says
 * so. The next one runs before the daemon has heard of the end, and also when there is no daemon at the moment.
 */
#ifndef ENDING_H
#define ENDING_H

#include <sys/resource.h>

#include "process/process.h"

/* Its end, by a wait status or, when nobody knows that, NULL. It may be gone after this. */
void process_ended(struct process *process, const int *status, const struct rusage *usage);
/* It is to be started again when it ends, under this id; 0: not any more. Nothing when it is not kept. */
void order_set(struct process *process, uint64_t id);
/* Whether another one is to be started when it ends. */
bool order_stands(const struct process *process);

#endif
