/* The new process between the clone and its program, and what the steps on that way share. */
#ifndef CHILD_H
#define CHILD_H

#include <stdio.h>

#include "link/state_file.h"
#include "spawn/spec.h"

/* The number of a resource, or the program that did not answer. */
#define SPAWN_DETAIL_MAX 31

/* What a child writes into the error pipe: first that its descriptors are its own, then why it gives up, if it does. */
struct child_message {
	/* A `spawn_step`, or OWN_DESCRIPTORS. */
	int32_t step;
	int32_t number;
	char detail[SPAWN_DETAIL_MAX + 1];
};
#define OWN_DESCRIPTORS (-1)

struct child {
	const struct spawn_spec *spec;
	/* The error pipe, and where its program finds the script; -1 for none. */
	int errors, script;
	/* The file of processes of the job's own group, and those of `spec->cgroups`; an error number below zero where there is none. */
	int job_cgroup, *cgroups;
	/* Of the step that failed. */
	int error;
	const char *detail;
};

/* `shares`: until it unshares them, its descriptors are the supervisor's. */
_Noreturn void child_run(const struct spawn_spec *spec, bool shares);

/* Init was started for a container, whose users are one service. */
void child_terminals_are_shared(void);

/* Remembers what the supervisor was started with, and raises its own limit of open files. */
void child_limits_open(void);
/* Gives a child the limits, signal actions and signal mask that the supervisor was started with. */
void child_restore_limits(void);
void child_restore_signals(void);
void limits_hand_over(FILE *out);
void limits_take_over(const struct state_entry *entry);

/* Each step returns 0, or, with `error` set, which one has failed. */
int set_limits(struct child *child);

/* cgroup.c */
int open_cgroups(struct child *child);
int check_cgroups(struct child *child);
int enter_cgroups(struct child *child);

/* identity.c */
int hand_over_script(struct child *child);
int set_groups(struct child *child);
int refuse(struct child *child);
int take_identity(struct child *child);

#endif
