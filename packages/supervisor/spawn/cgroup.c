/*
 * Control groups from the side of the child: their files are opened before its root changes, and it enters them last (reference:
 * jobs 8.2, step 23; jobs 11). The daemon has made the groups and set them up.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "spawn/child.h"

static int open_file(const char *file) {
	return open(file, O_WRONLY | O_CLOEXEC);
}

int open_cgroups(struct child *child) {
	if (child->spec->job_cgroup)
		child->job_cgroup = open_file(child->spec->job_cgroup);
	for (size_t i = 0; i < child->spec->cgroup_count; i++) {
		struct cgroup_entrance *group = &child->spec->cgroups[i];
		group->fd = open_file(group->file);
		group->error = errno;
	}
	return 0;
}

int check_cgroups(struct child *child) {
	for (size_t i = 0; i < child->spec->cgroup_count; i++)
		if (child->spec->cgroups[i].fd < 0) {
			child->error = child->spec->cgroups[i].error;
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
		if (write(child->spec->cgroups[i].fd, "0", 1) < 0) {
			child->error = errno;
			return STEP_CGROUP_ENTER;
		}
	return 0;
}
