/*
 * Control groups from the side of the child: their files are opened before its root changes, and it enters them last (reference:
 * jobs 8.2, step 23; jobs 11). The daemon has made the groups and set them up.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "spawn/child.h"

/* An error number below zero when it cannot be opened. */
static int open_file(const char *file) {
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int open_cgroups(struct child *child) {
	child->job_cgroup = child->spec->job_cgroup ? open_file(child->spec->job_cgroup) : -ENOENT;
	for (size_t i = 0; child->spec->cgroups[i]; i++)
		child->cgroups[i] = open_file(child->spec->cgroups[i]);
	return 0;
}

int check_cgroups(struct child *child) {
	for (size_t i = 0; child->spec->cgroups[i]; i++)
		if (child->cgroups[i] < 0) {
			child->error = -child->cgroups[i];
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
	for (size_t i = 0; child->spec->cgroups[i]; i++)
		if (write(child->cgroups[i], "0", 1) < 0) {
			child->error = errno;
			return STEP_CGROUP_ENTER;
		}
	return 0;
}
