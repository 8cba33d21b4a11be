/*
 * The child between fork and exec: the steps of reference: jobs 8.2, in that order, as a table. The thread that writes logs
 * does not exist in the child and takes no lock that anything here needs: libc's own are made usable again by fork.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spawn/child.h"
#include "loop/say.h"

/* Descriptors that a child keeps until exec are moved here, out of the way of 0, 1, 2 and 9. */
#define FIRST_HIGH_FD 10
#define SCRIPT_FD 9
/* What a child that gives up exits with; nobody looks at it. */
#define GAVE_UP 255

static int failed(struct child *child, enum spawn_step step) {
	child->error = errno;
	return step;
}

static int move_up(int *fd) {
	if (*fd < 0 || *fd >= FIRST_HIGH_FD)
		return 0;
	int high = fcntl(*fd, F_DUPFD_CLOEXEC, FIRST_HIGH_FD);
	if (high < 0)
		return -1;
	close(*fd);
	*fd = high;
	return 0;
}

/*
 * Closes all that is the supervisor's, or that it was started with. At once rather than by exec, because a child that waits
 * (for a slow file system, or stopped for debugging) would keep the pipes of other processes open.
 */
static void close_others(const struct child_ends *keep) {
	unsigned first = 3;
	for (;;) {
		unsigned kept = ~0u;
		const int fds[] = {keep->error, keep->script, keep->master, keep->output};
		for (int i = 0; i < 4; i++)
			if (fds[i] >= (int)first && (unsigned)fds[i] < kept)
				kept = (unsigned)fds[i];
		if (kept > first)
			close_range(first, kept == ~0u ? kept : kept - 1, 0);
		if (kept == ~0u)
			return;
		first = kept + 1;
	}
}

static int move_descriptors(struct child *child) {
	if (move_up(&child->ends.error) < 0 || move_up(&child->ends.script) < 0 || move_up(&child->ends.master) < 0 ||
	    move_up(&child->ends.output) < 0)
		return failed(child, STEP_SCRIPT_FD);
	close_others(&child->ends);
	return 0;
}

static int open_slave(struct child *child) {
	char name[64];
	child->slave = child->ends.output;
	if (child->spec->console != CONSOLE_LOG || child->slave >= 0)
		return 0;
	if (signal(SIGCHLD, SIG_DFL) == SIG_ERR)
		return failed(child, STEP_SIGNAL_HANDLER);
	if (grantpt(child->ends.master) < 0)
		return failed(child, STEP_GRANTPT);
	if (unlockpt(child->ends.master) < 0)
		return failed(child, STEP_UNLOCKPT);
	int error = ptsname_r(child->ends.master, name, sizeof name);
	if (error) {
		errno = error;
		return failed(child, STEP_PTSNAME);
	}
	child->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return child->slave < 0 || move_up(&child->slave) < 0 ? failed(child, STEP_PTY_SLAVE) : 0;
}

static int place_script(struct child *child) {
	if (child->ends.script >= 0 && dup2(child->ends.script, SCRIPT_FD) < 0)
		return failed(child, STEP_SCRIPT_FD);
	return 0;
}

static int new_session(struct child *child) {
	setsid();
	environ = child->spec->environment;
	return 0;
}

static int open_console(enum console console) {
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
	enum console console = child->spec->console;
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
	if (child->slave >= 0 && (dup2(child->slave, STDOUT_FILENO) < 0 || dup2(child->slave, STDERR_FILENO) < 0))
		return failed(child, STEP_SCRIPT_FD);
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
	if (child->spec->has_umask)
		umask((mode_t)child->spec->umask);
	return 0;
}

static int set_nice(struct child *child) {
	if (child->spec->has_nice && setpriority(PRIO_PROCESS, 0, child->spec->nice) < 0)
		return failed(child, STEP_NICE);
	return 0;
}

static int set_oom_score(struct child *child) {
	char text[16];
	int score = child->spec->oom_score;
	if (!child->spec->has_oom_score)
		return 0;
	snprintf(text, sizeof text, "%d\n", score);
	if (write_file("/proc/self/oom_score_adj", text) == 0)
		return 0;
	if (errno != ENOENT)
		return failed(child, STEP_OOM);
	/* A kernel that knows only the older file, whose scale is -17 to 15. */
	snprintf(text, sizeof text, "%d\n", score * (score < 0 ? 17 : 15) / 1000);
	return write_file("/proc/self/oom_adj", text) < 0 ? failed(child, STEP_OOM) : 0;
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

static int reset_signals(struct child *child) {
	(void)child;
	child_restore_signals();
	return 0;
}

static int debug_stop(struct child *child) {
	if (child->spec->debug_stop) {
		/* As far as the supervisor is concerned the program runs. */
		close(child->ends.error);
		child->ends.error = -1;
		raise(SIGSTOP);
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

/* Each returns 0, or the step that failed with `error` set. */
static int (*const steps[])(struct child *child) = {
	move_descriptors, open_slave,       place_script,  new_session,      set_up_console, switch_apparmor,
	make_cgroups,     set_limits,       set_umask,     set_nice,         set_oom_score,  change_root,
	change_directory, find_identity,    hand_over_script, hand_over_output, set_groups,  set_up_cgroups,
	take_identity,    reset_signals,    debug_stop,    enter_cgroups,    ask_for_trace,  run_program,
};

void child_run(const struct spawn_spec *spec, const struct child_ends *ends) {
	struct child child = {.spec = spec, .ends = *ends, .slave = -1, .uid = (uid_t)-1, .gid = (gid_t)-1, .job_cgroup = -1};
	say_by_thread(false);
	child_restore_limits();
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		struct spawn_error error = {.step = steps[i](&child)};
		if (error.step == 0)
			continue;
		error.number = child.error;
		if (child.detail)
			snprintf(error.detail, sizeof error.detail, "%s", child.detail);
		ssize_t written = write(child.ends.error, &error, sizeof error);
		(void)written;
		break;
	}
	_exit(GAVE_UP);
}
