/*
 * Control groups from the side of the child: made before its root changes, set up before it gives up root's rights, entered last
 * (reference: jobs 8.2, steps 19 and 23; jobs 11).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spawn/child.h"

#define MODE 0755
/* What whoever a job runs as may change in its group. */
static const char *const delegated[] = {"", "cgroup.procs", "tasks", "cgroup.threads", "cgroup.subtree_control"};

static int write_below(int folder, const char *name, const char *text) {
	int fd = openat(folder, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	ssize_t n = write(fd, text, strlen(text));
	int error = errno;
	close(fd);
	errno = error;
	return n < 0 ? -1 : 0;
}

/* Version 2 gives a group only the controllers that the one above it hands down. Where it cannot, setting values fails. */
static void hand_down(const char *folder, const char *controller) {
	char name[PATH_MAX + 32], text[64];
	if (!controller || snprintf(text, sizeof text, "+%s", controller) >= (int)sizeof text)
		return;
	snprintf(name, sizeof name, "%s/cgroup.subtree_control", folder);
	write_below(AT_FDCWD, name, text);
}

/* Makes the group, and those on the way to it: its descriptor, or -1. */
static int make(const char *path, const char *controller) {
	char part[PATH_MAX];
	snprintf(part, sizeof part, "%s", path);
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (access(part, F_OK) < 0 && mkdir(part, MODE) < 0 && errno != EEXIST)
			return -1;
		hand_down(part, controller);
		*slash = '/';
	}
	if (mkdir(part, MODE) < 0 && errno != EEXIST)
		return -1;
	return open(part, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int make_cgroups(struct child *child) {
	for (size_t i = 0; i < child->spec->cgroup_count; i++) {
		struct cgroup_setting *setting = &child->spec->cgroups[i];
		if (setting->error)
			continue;
		setting->folder = make(setting->path, setting->controller);
		if (setting->folder < 0)
			setting->error = errno;
	}
	if (child->spec->job_cgroup) {
		int folder = make(child->spec->job_cgroup, NULL);
		if (folder >= 0)
			child->job_cgroup = openat(folder, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	}
	return 0;
}

/* `memory.max`, whether the job says `max` or all of it. */
static int set_value(const struct cgroup_setting *setting) {
	char name[256];
	size_t length = strlen(setting->controller);
	bool whole = strncmp(setting->key, setting->controller, length) == 0 && setting->key[length] == '.';
	int size = whole ? snprintf(name, sizeof name, "%s", setting->key)
	                 : snprintf(name, sizeof name, "%s.%s", setting->controller, setting->key);
	if (size >= (int)sizeof name || strchr(name, '/')) {
		errno = EINVAL;
		return -1;
	}
	return write_below(setting->folder, name, setting->value);
}

static int delegate(const struct child *child, int folder) {
	for (size_t i = 0; i < sizeof delegated / sizeof *delegated; i++)
		if (fchownat(folder, delegated[i], child->uid, child->gid, AT_EMPTY_PATH) < 0 && errno != ENOENT)
			return -1;
	return 0;
}

static int set_up(const struct child *child, struct cgroup_setting *setting) {
	if (setting->error) {
		errno = setting->error;
		return -1;
	}
	if (*setting->key && set_value(setting) < 0)
		return -1;
	if ((child->uid != (uid_t)-1 || child->gid != (gid_t)-1) && delegate(child, setting->folder) < 0)
		return -1;
	setting->processes = openat(setting->folder, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	return setting->processes < 0 ? -1 : 0;
}

int set_up_cgroups(struct child *child) {
	for (size_t i = 0; i < child->spec->cgroup_count; i++)
		if (set_up(child, &child->spec->cgroups[i]) < 0) {
			child->error = errno;
			return STEP_CGROUP_SETUP;
		}
	return 0;
}

int enter_cgroups(struct child *child) {
	/* A group of the job's own only serves to find its processes again. What the job asks for comes after it. */
	if (child->job_cgroup >= 0) {
		ssize_t written = write(child->job_cgroup, "0", 1);
		(void)written;
	}
	for (size_t i = 0; i < child->spec->cgroup_count; i++)
		if (write(child->spec->cgroups[i].processes, "0", 1) < 0) {
			child->error = errno;
			return STEP_CGROUP_ENTER;
		}
	return 0;
}
