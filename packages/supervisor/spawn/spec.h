/* What a SPAWN frame says about the process that it starts. */
#ifndef SPEC_H
#define SPEC_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "link/frames.h"

/* A number that the frame does not have. */
#define NOT_SET INT_MIN
/* A user or group that it does not have: as the supervisor. The kernel takes this for "leave it". */
#define NO_ID (-1)

struct limit_setting {
	/* By the kernel's number. */
	int resource;
	struct rlimit limit;
};

/* The file of a control group that takes in whoever writes 0 into it. Opened in the child. */
struct cgroup_entrance {
	const char *file;
	int fd, error;
};

/* As the child needs it: one piece of memory, texts with a NUL at their end, NULL for what is not set. */
struct spawn_spec {
	uint64_t id;
	char **arguments;
	char **environment;
	/* That of the frame, which has to outlive the spec. */
	const uint8_t *script;
	size_t script_length;
	/* An `enum console`. */
	int console;
	const char *log_path;
	/* Each line is also copied to standard output, behind this; NULL: none is. */
	const char *output_label;
	int trace_forks, debug_stop, keep;
	/* NOT_SET: as the supervisor's. */
	int umask, nice, oom_score;
	struct limit_setting *limits;
	size_t limit_count;
	struct cgroup_entrance *cgroups;
	size_t cgroup_count;
	/* That of the group that all processes of the job are in. */
	const char *job_cgroup;
	const char *chroot, *chdir, *apparmor;
	int uid, gid;
	/* All that it is to have; none: only its own. */
	gid_t *groups;
	size_t group_count;
	/* A line for standard error. */
	const char *notice;
	/* The step at which it fails, and why: known to the daemon beforehand. */
	int refused_step, refused_errno;
	const char *refused_detail;
	/* An error number: the daemon could not even say what to start. */
	int impossible;
};

/* free() it. NULL: no memory. */
struct spawn_spec *spec_read(const struct frame *frame);

#endif
