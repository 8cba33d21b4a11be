/* What the steps between fork and exec share. */
#ifndef CHILD_H
#define CHILD_H

#include <sys/types.h>

#include "spawn/spawn.h"

struct child {
	const struct spawn_spec *spec;
	struct child_ends ends;
	/* What it writes its output to. */
	int slave;
	/* Whom it runs as; (uid_t)-1 and (gid_t)-1: as the supervisor. */
	uid_t uid;
	gid_t gid;
	/* The file of processes of the job's own group, or -1. */
	int job_cgroup;
	/* Of the step that failed. */
	int error;
	const char *detail;
};

/* limits.c */
int set_limits(struct child *child);

/* cgroup_child.c */
int make_cgroups(struct child *child);
int set_up_cgroups(struct child *child);
int enter_cgroups(struct child *child);

/* identity.c */
int find_identity(struct child *child);
int hand_over_script(struct child *child);
int hand_over_output(struct child *child);
int set_groups(struct child *child);
int take_identity(struct child *child);

#endif
