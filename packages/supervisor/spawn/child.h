/* The new process between the clone and its program, and what the steps on that way share. */
#ifndef CHILD_H
#define CHILD_H

#include <sys/types.h>

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

/* What a process writes its output to. */
enum child_output { OUTPUT_NONE, OUTPUT_TERMINAL, OUTPUT_PIPE };

struct child {
	const struct spawn_spec *spec;
	enum child_output output;
	/* The error pipe, and where its program finds the script; -1 for none. */
	int errors, script;
	/* The file of processes of the job's own group, or -1. */
	int job_cgroup;
	/* Of the step that failed. */
	int error;
	const char *detail;
};

/* `shares`: until it unshares them, its descriptors are the supervisor's. */
_Noreturn void child_run(const struct spawn_spec *spec, enum child_output output, bool shares);

/* Init was started for a container, whose users are one service. */
void child_terminals_are_shared(void);

/* limits.c */
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
