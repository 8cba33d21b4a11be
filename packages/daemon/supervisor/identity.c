/* Whom a child runs as (reference: jobs 8.2, steps 15 to 20). Looked up inside its chroot. */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "child.h"

/* With error number 0 for a name that does not exist, whichever way libc says so. */
static int lookup_failed(struct child *child, enum spawn_step step) {
	child->error = errno == ENOENT || errno == ESRCH ? 0 : errno;
	return step;
}

static int failed(struct child *child, enum spawn_step step) {
	child->error = errno;
	return step;
}

int find_identity(struct child *child) {
	if (child->spec->user) {
		errno = 0;
		const struct passwd *user = getpwnam(child->spec->user);
		if (!user)
			return lookup_failed(child, STEP_SETUID_LOOKUP);
		child->uid = user->pw_uid;
		child->gid = user->pw_gid;
	}
	if (child->spec->group) {
		errno = 0;
		const struct group *group = getgrnam(child->spec->group);
		if (!group)
			return lookup_failed(child, STEP_SETGID_LOOKUP);
		child->gid = group->gr_gid;
	}
	return 0;
}

/* The shell opens its script once more by its name under /proc, as whoever it runs as. */
int hand_over_script(struct child *child) {
	if (child->ends.script >= 0 && fchown(child->ends.script, child->uid, child->gid) < 0)
		return failed(child, STEP_CHOWN);
	return 0;
}

/* The group that the process will have is also the first of its groups: none of root's is left. */
int set_groups(struct child *child) {
	if (geteuid() != 0)
		return 0;
	bool as_itself = child->uid == (uid_t)-1;
	errno = 0;
	const struct passwd *user = getpwuid(as_itself ? geteuid() : child->uid);
	if (!user) {
		/* A bare chroot has no user database, and a process that stays root does not need one. */
		if (as_itself)
			return 0;
		return failed(child, STEP_GETPWUID);
	}
	if (initgroups(user->pw_name, child->gid == (gid_t)-1 ? getegid() : child->gid) < 0)
		return failed(child, STEP_INITGROUPS);
	return 0;
}

int take_identity(struct child *child) {
	if (child->gid != (gid_t)-1 && setgid(child->gid) < 0)
		return failed(child, STEP_SETGID);
	if (child->uid != (uid_t)-1 && setuid(child->uid) < 0)
		return failed(child, STEP_SETUID);
	return 0;
}
