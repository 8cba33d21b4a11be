/* What a SPAWN frame says about the process that it starts. */
#ifndef SPEC_H
#define SPEC_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link/frames.h"

/* A number that the frame does not have. */
#define NOT_SET INT_MIN
/* A user or group that it does not have: as the supervisor. The kernel takes this for "leave it". */
#define NO_ID (-1)

struct bytes {
	const uint8_t *data;
	size_t length;
};

/* Lists end with NULL, texts with a NUL; NULL is what is not set. */
struct spawn_spec {
	/* Of all of it. */
	size_t size;
	uint64_t id;
	char **arguments, **environment;
	/* Three numbers each: resource, soft, hard. */
	char **limits;
	/* The files of control groups that take in whoever writes 0 into them; that of the group of the whole job. */
	char **cgroups;
	const char *job_cgroup;
	struct bytes script;
	/* An `enum console`. */
	int console;
	const char *log_path;
	/* Each line is also copied to standard output, behind this; NULL: none is. */
	const char *output_label;
	int trace_forks, debug_stop, keep;
	/* NOT_SET: as the supervisor's. */
	int umask, nice, oom_score;
	const char *chroot, *chdir, *apparmor;
	/* NO_ID: as the supervisor. */
	int uid, gid;
	/* All groups that it is to have, as gid_t; none: only its own. */
	struct bytes groups;
	/* A line for standard error. */
	const char *notice;
	/* The step at which it fails, and why: known to the daemon beforehand. */
	int refused_step, refused_errno;
	const char *refused_detail;
	/* An error number: the daemon could not even say what to start. */
	int impossible;
};

/* In memory of its own, which a child gets a copy of. NULL: there is none. */
struct spawn_spec *spec_read(const struct frame *frame);
void spec_free(struct spawn_spec *spec);

#endif
