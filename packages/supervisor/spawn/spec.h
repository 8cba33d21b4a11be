/* What a SPAWN frame says about the process that it starts. */
#ifndef SPEC_H
#define SPEC_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include "link/frames.h"

/* A number that the frame does not have. */
#define NOT_SET INT_MIN

struct limit_setting {
	/* By the kernel's number. */
	int resource;
	struct rlimit limit;
};

/* One cgroup stanza. */
struct cgroup_setting {
	/* Key and value are empty when nothing is set. */
	const char *controller, *name, *key, *value;
	/* Where it is; NULL with an error number. */
	const char *path;
	int error;
	/* In the child: the group, and its file of processes. */
	int folder, processes;
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
	struct cgroup_setting *cgroups;
	size_t cgroup_count;
	/* The group that all processes of the job are in: its name, then its path; NULL for none. */
	const char *job_cgroup;
	const char *chroot, *chdir, *user, *group, *apparmor;
	/* An error number: the daemon could not even say what to start. */
	int impossible;
};

/* free() it. NULL: no memory. */
struct spawn_spec *spec_read(const struct frame *frame);

#endif
