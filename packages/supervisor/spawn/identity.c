/* Whom a child runs as (reference: jobs 8.2, steps 15 to 20). Looked up inside its chroot. */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <unistd.h>

#include "spawn/child.h"
#include "spawn/user_database.h"

static int failed(struct child *child, enum spawn_step step) {
	child->error = errno;
	return step;
}

/* With error number 0 for a name that does not exist, and a detail where it is another program that did not answer. */
static int lookup_failed(struct child *child, enum spawn_step step, int found, const char *program) {
	child->error = found < 0 ? errno : 0;
	if (child->error == ETIMEDOUT)
		child->detail = program;
	return step;
}

/* The id that stands for "as the supervisor" is nobody's. */
static int not_an_id(struct child *child, enum spawn_step step) {
	child->error = EINVAL;
	return step;
}

int find_identity(struct child *child) {
	int found;
	if (child->spec->user) {
		struct user user;
		if ((found = user_find(child->spec->user, &user)) <= 0)
			return lookup_failed(child, STEP_SETUID_LOOKUP, found, "getent passwd");
		child->uid = user.uid;
		child->gid = user.gid;
		if (child->uid == (uid_t)-1 || child->gid == (gid_t)-1)
			return not_an_id(child, STEP_SETUID_LOOKUP);
	}
	if (child->spec->group) {
		if ((found = group_find(child->spec->group, &child->gid)) <= 0)
			return lookup_failed(child, STEP_SETGID_LOOKUP, found, "getent group");
		if (child->gid == (gid_t)-1)
			return not_an_id(child, STEP_SETGID_LOOKUP);
	}
	return 0;
}

/* The shell opens its script once more by its name under /proc, as whoever it runs as. */
int hand_over_script(struct child *child) {
	if (child->script >= 0 && fchown(child->script, child->uid, child->gid) < 0)
		return failed(child, STEP_CHOWN);
	return 0;
}

/* The group that the process will have is also the first of its groups: none of root's is left. */
int set_groups(struct child *child) {
	const char *user = child->spec->user;
	struct group_list groups;
	if (geteuid() != 0)
		return 0;
	gid_t first = child->gid == (gid_t)-1 ? getegid() : child->gid;
	if (!(user ? groups_of_user(user, first, &groups) : groups_of_root(first, &groups)))
		return lookup_failed(child, STEP_GETPWUID, -1, "getent initgroups");
	/* In a container root may not be allowed to: one who stays root has the groups that init has. */
	bool as_itself = !user && !child->spec->group;
	if (setgroups(groups.count, groups.ids) < 0 && !(as_itself && errno == EPERM))
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
