/*
 * A new process between the clone and its program: the steps of reference: jobs 8.2, in that order, as a table. Any of them may
 * take long, which holds nobody else. It has no heap: nothing here may allocate, or look at what is allocated.
 */
#define _GNU_SOURCE
#include "spawn/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loop/loop.h"

/* Where a script is read from. */
#define SCRIPT_FD 9
/* What a child that gives up exits with; nobody looks at it. */
#define GAVE_UP 255
/* Of a terminal of root's that others may write to. Nobody needs to read from one. */
#define SHARED_MODE 0622

static bool terminals_are_shared;

void child_terminals_are_shared(void) {
	terminals_are_shared = true;
}

static int failed(struct child *child, enum spawn_step step) {
	child->error = errno;
	return step;
}

static void tell(const struct child *child, int step) {
	struct child_message message = {.step = step, .number = child->error};
	if (child->detail)
		snprintf(message.detail, sizeof message.detail, "%s", child->detail);
	ssize_t written = write(child->errors, &message, sizeof message);
	(void)written;
}

/*
 * Leaves the supervisor all descriptors but the slots. At once rather than by exec, because a child that waits (for a slow file
 * system, or stopped for debugging) would keep the pipes of other processes open.
 */
static bool take_descriptors(struct child *child, bool shares) {
	/* Where they are a copy already, the kernel may be too old for this; then exec closes them. */
	bool own = close_range(SLOTS_END, ~0u, shares ? CLOSE_RANGE_UNSHARE : 0) == 0 || !shares;
	child->error = errno;
	tell(child, own ? OWN_DESCRIPTORS : STEP_FORK);
	return own;
}

static int place_script(struct child *child) {
	if (child->spec->script.data && dup2(SLOT_SCRIPT, SCRIPT_FD) < 0)
		return failed(child, STEP_SCRIPT_FD);
	close(SLOT_SCRIPT);
	return 0;
}

static int new_session(struct child *child) {
	(void)child;
	setsid();
	return 0;
}

static int open_console(int console) {
	int fd = -1;
	if (console == CONSOLE_OUTPUT || console == CONSOLE_OWNER) {
		fd = open("/dev/console", O_RDWR | O_NOCTTY);
		if (fd < 0 && console == CONSOLE_OWNER)
			return -1;
		if (fd < 0)
			say("Failed to open system console: %s", strerror(errno));
	}
	if (fd < 0)
		fd = open("/dev/null", O_RDWR | O_NOCTTY);
	return fd;
}

/* Descriptors 0, 1 and 2 (reference: jobs 8.3). */
static int set_up_console(struct child *child) {
	int console = child->spec->console;
	int fd = open_console(console);
	if (fd < 0)
		return failed(child, STEP_CONSOLE);
	for (int standard = 0; standard <= 2; standard++)
		if (dup2(fd, standard) < 0)
			return failed(child, STEP_CONSOLE);
	if (fd > 2)
		close(fd);
	if (console == CONSOLE_OWNER && ioctl(STDIN_FILENO, TIOCSCTTY, 1) < 0)
		return failed(child, STEP_CONSOLE);
	if (console == CONSOLE_LOG && (dup2(SLOT_OUTPUT, STDOUT_FILENO) < 0 || dup2(SLOT_OUTPUT, STDERR_FILENO) < 0))
		return failed(child, STEP_SCRIPT_FD);
	close(SLOT_OUTPUT);
	return 0;
}

static int write_file(const char *path, const char *text) {
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ssize_t n = write(fd, text, strlen(text));
	int error = errno;
	close(fd);
	errno = error;
	return n < 0 ? -1 : 0;
}

static int switch_apparmor(struct child *child) {
	char text[4096];
	if (!child->spec->apparmor)
		return 0;
	if (snprintf(text, sizeof text, "exec %s", child->spec->apparmor) >= (int)sizeof text) {
		errno = ENAMETOOLONG;
		return failed(child, STEP_APPARMOR);
	}
	return write_file("/proc/self/attr/exec", text) < 0 ? failed(child, STEP_APPARMOR) : 0;
}

static int set_umask(struct child *child) {
	if (child->spec->umask != NOT_SET)
		umask((mode_t)child->spec->umask);
	return 0;
}

static int set_nice(struct child *child) {
	if (child->spec->nice != NOT_SET && setpriority(PRIO_PROCESS, 0, child->spec->nice) < 0)
		return failed(child, STEP_NICE);
	return 0;
}

static int set_oom_score(struct child *child) {
	char text[16];
	int score = child->spec->oom_score;
	if (score == NOT_SET)
		return 0;
	snprintf(text, sizeof text, "%d\n", score);
	return write_file("/proc/self/oom_score_adj", text) < 0 ? failed(child, STEP_OOM) : 0;
}

static int change_root(struct child *child) {
	if (child->spec->chroot && chroot(child->spec->chroot) < 0)
		return failed(child, STEP_CHROOT);
	return 0;
}

static int change_directory(struct child *child) {
	if (child->spec->chdir && chdir(child->spec->chdir) < 0)
		return failed(child, STEP_CHDIR);
	return 0;
}

/*
 * /dev/stdout and /dev/stderr open the terminal once more by its name, which asks for permission again: it becomes the user's
 * own. Where terminals are shared, one of root's can be written to by every user: a root job may become another one (`su`).
 * Where that cannot be had the job runs all the same: what it has open works.
 */
static int hand_over_output(struct child *child) {
	uid_t owner = child->spec->uid == NO_ID ? geteuid() : (uid_t)child->spec->uid;
	int result = 0;
	if (child->spec->console == CONSOLE_LOG && owner != 0)
		result = fchown(STDOUT_FILENO, owner, (gid_t)-1);
	else if (child->spec->console == CONSOLE_LOG && terminals_are_shared)
		result = fchmod(STDOUT_FILENO, SHARED_MODE);
	(void)result;
	return 0;
}

static int reset_signals(struct child *child) {
	(void)child;
	child_restore_signals();
	return 0;
}

static int debug_stop(struct child *child) {
	if (child->spec->debug_stop) {
		/* As far as the supervisor is concerned the program runs. */
		close(SLOT_ERROR);
		child->errors = -1;
		kill(getpid(), SIGSTOP);
	}
	return 0;
}

static int ask_for_trace(struct child *child) {
	if (child->spec->trace_forks && ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		return failed(child, STEP_TRACE);
	return 0;
}

static int run_program(struct child *child) {
	/* The PATH that is searched is the job's own. */
	execvp(child->spec->arguments[0], child->spec->arguments);
	return failed(child, STEP_EXEC);
}

static int (*const steps[])(struct child *child) = {
	place_script,     new_session,   set_up_console, switch_apparmor, open_cgroups,     set_limits,
	set_umask,        set_nice,      set_oom_score,  change_root,     change_directory, hand_over_script,
	hand_over_output, set_groups,    refuse,         check_cgroups,   take_identity,    reset_signals,
	debug_stop,       enter_cgroups, ask_for_trace,  run_program,
};

void child_run(const struct spawn_spec *spec, bool shares) {
	size_t count = 0;
	while (spec->cgroups[count])
		count++;
	int step = 0, cgroups[count + 1];
	struct child child = {
		.spec = spec, .errors = SLOT_ERROR, .script = spec->script.data ? SCRIPT_FD : -1, .cgroups = cgroups};
	/* The supervisor's may lie in its heap. */
	environ = spec->environment;
	if (!take_descriptors(&child, shares))
		_exit(GAVE_UP);
	say_through(NULL);
	child_restore_limits();
	for (size_t i = 0; i < sizeof steps / sizeof *steps && step == 0; i++)
		step = steps[i](&child);
	tell(&child, step);
	_exit(GAVE_UP);
}
