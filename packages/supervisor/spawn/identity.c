/* Whom a child runs as (reference: jobs 8.2, steps 15 to 20). The daemon has looked the names up. */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <string.h>
#include <unistd.h>

#include "spawn/child.h"

static int failed(struct child *child, enum spawn_step step) {
	child->error = errno;
	return step;
}

/* The shell opens its script once more by its name under /proc, as whoever it runs as. */
int hand_over_script(struct child *child) {
	const struct spawn_spec *spec = child->spec;
	if (child->script >= 0 && fchown(child->script, (uid_t)spec->uid, (gid_t)spec->gid) < 0)
		return failed(child, STEP_CHOWN);
	return 0;
}

/* The group that the process will have is also the first of its groups: none of root's is left. */
int set_groups(struct child *child) {
	const struct spawn_spec *spec = child->spec;
	if (geteuid() != 0)
		return 0;
	if (spec->notice) {
		ssize_t written = write(STDERR_FILENO, spec->notice, strlen(spec->notice));
		(void)written;
	}
	gid_t own = spec->gid == NO_ID ? getegid() : (gid_t)spec->gid;
	/* In a container root may not be allowed to: one who stays root has the groups that init has. */
	bool as_itself = spec->uid == NO_ID && spec->gid == NO_ID;
	const gid_t *groups = spec->groups.length ? (const gid_t *)spec->groups.data : &own;
	size_t count = spec->groups.length ? spec->groups.length / sizeof own : 1;
	return setgroups(count, groups) < 0 && !(as_itself && errno == EPERM) ? failed(child, STEP_INITGROUPS) : 0;
}

/* What the daemon knows to fail, in its place among what may fail here. */
int refuse(struct child *child) {
	child->error = child->spec->refused_errno;
	child->detail = child->spec->refused_detail;
	return child->spec->refused_step;
}

int take_identity(struct child *child) {
	const struct spawn_spec *spec = child->spec;
	if (spec->gid != NO_ID && setgid((gid_t)spec->gid) < 0)
		return failed(child, STEP_SETGID);
	if (spec->uid != NO_ID && setuid((uid_t)spec->uid) < 0)
		return failed(child, STEP_SETUID);
	return 0;
}
