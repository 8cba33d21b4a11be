/* What the steps between fork and exec share. */
#ifndef CHILD_H
#define CHILD_H

#include <sys/types.h>

#include "spawn.h"

struct child {
	const struct spawn_spec *spec;
	struct child_ends ends;
	int slave;
	/* Whom it runs as; (uid_t)-1 and (gid_t)-1: as the supervisor. */
	uid_t uid;
	gid_t gid;
	/* Of the step that failed. */
	int error;
	const char *detail;
};

/* limits.c */
int set_limits(struct child *child);

/* identity.c */
int find_identity(struct child *child);
int hand_over_script(struct child *child);
int set_groups(struct child *child);
int take_identity(struct child *child);

#endif
