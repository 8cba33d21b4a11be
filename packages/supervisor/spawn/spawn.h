/* Starting a process: the parent's side in spawn.c, the child's between fork and exec in child.c. */
#ifndef SPAWN_H
#define SPAWN_H

#include <sys/resource.h>

#include "link/frames.h"
#include "link/state_file.h"
#include "process/process.h"

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

/* A SPAWN frame, as the child wants it: one piece of memory, texts with a NUL at their end, NULL for what is not set. */
struct spawn_spec {
	uint64_t id;
	char **arguments;
	char **environment;
	const uint8_t *script;
	size_t script_length;
	enum console console;
	const char *log_path;
	/* What lines begin with that are copied to standard output, too; NULL: none are. */
	const char *output_label;
	int trace_forks;
	bool has_umask, has_nice, has_oom_score, debug_stop, keep;
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

/* The number of a resource, or the program that did not answer. */
#define SPAWN_DETAIL_MAX 31

/* What a child that gives up writes into the error pipe. */
struct spawn_error {
	int32_t step;
	int32_t number;
	char detail[SPAWN_DETAIL_MAX + 1];
};

/* free() it. NULL: no memory. Its script is that of the frame, which has to outlive it. */
struct spawn_spec *spec_read(const struct frame *frame);

/* Carries out a SPAWN frame; everything that goes wrong is reported. */
void spawn(const struct frame *frame);
/* Goes on waiting for the program to run, by the error pipe. */
void spawn_attach(struct process *process, int error_pipe);
/* Looks whether the program runs by now. False: it never will, and the process has been forgotten. */
bool spawn_settle(struct process *process);

/* The descriptors that a child starts with, -1 for none. */
struct child_ends {
	int error;
	int script;
	/* Of a pty; or the end to write to of the pipe that takes its place. */
	int master;
	int output;
};

_Noreturn void child_run(const struct spawn_spec *spec, const struct child_ends *ends);

/* Remembers what the supervisor was started with, and raises its own limit of open files. */
void child_limits_open(void);
/* Gives a child the limits, signal actions and signal mask that the supervisor was started with. */
void child_restore_limits(void);
void child_restore_signals(void);

void limits_hand_over(FILE *out);
void limits_take_over(const struct state_entry *entry);

#endif
