/*
 * The supervisor becomes the installed version of itself (reference: system 6), by command or after a fault. What it
 * knows is in a file in memory, which the next image finds open, like the descriptors named in it.
 */
#include "upgrade/upgrade.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "daemon/daemon.h"
#include "log/logs.h"
#include "pid1/pid1.h"
#include "spawn/spawn.h"

/* The first and the last entry. The format grows when older supervisors would misunderstand what follows. */
#define FIRST "upstart-supervisor"
#define FORMAT 3
#define LAST "end"

/* Milliseconds for a core, which a disk may never take. */
#define CORE_PATIENCE 10000
/* What was saved by a fault is not trusted when another one follows within so many milliseconds. */
#define TRUST_AFTER 10000
/* Seconds before the image after a fault: one that crashes at once must not keep the machine busy. */
#define PAUSE 1
/* Enough for a handler that says something; a stack that has overflowed cannot be used. */
#define STACK (64 * 1024)

/* In the environment: how many images have lost what they knew; and that one is only to say whether it understands. */
#define CRASHES_VARIABLE "UPSTART_SUPERVISOR_CRASHES"
#define CHECK_VARIABLE "UPSTART_STATE_CHECK"
/* And the file's descriptor, and whether a fault is why. Changed in place: there may be no memory after a fault. */
#define STATE_VARIABLE "UPSTART_STATE_FD"
#define BY_FAULT " fault"
static char variable[sizeof STATE_VARIABLE "=-2147483648" BY_FAULT];

/* In the order in which they are written: processes refer to logs. */
static void (*const parts[])(struct state_file *state) = {
	limits_keep, commands_keep, reports_keep, logs_keep, files_keep, processes_keep, signals_keep,
};

static const char *const faults[] = {
	[SIGSEGV] = "segmentation fault", [SIGABRT] = "abort", [SIGBUS] = "bus error", [SIGFPE] = "arithmetic error",
	[SIGILL] = "illegal instruction",
};

static char **arguments;
/* What the image before this one has left: all of the file; and whether it has done so after a fault. */
static const char *left, *left_end;
static bool left_by_fault;
static int64_t began;

static void name_state(int fd, bool by_fault) {
	snprintf(variable, sizeof variable, STATE_VARIABLE "=%d%s", fd, by_fault ? BY_FAULT : "");
}

/* Whether all of what was left can be read, from the first entry to the last. */
static bool is_understood(void) {
	const char *at = left;
	struct state_file entry;
	if (!state_next(&at, left_end, &entry) || !entry_is(&entry, FIRST) || entry.number != FORMAT)
		return false;
	while (state_next(&at, left_end, &entry))
		if (entry_is(&entry, LAST))
			return at == left_end;
	return false;
}

bool state_open(char **argv) {
	const char *state = getenv(STATE_VARIABLE);
	int fd = state ? atoi(state) : -1;
	bool is_named = fd > STDERR_FILENO;
	struct stat file;
	char count[16];
	arguments = argv;
	began = loop_now();
	left_by_fault = state && strstr(state, BY_FAULT);
	if (is_named && fstat(fd, &file) == 0) {
		left = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		left_end = left + file.st_size;
	}
	bool understood = left && left != MAP_FAILED && is_understood();
	if (getenv(CHECK_VARIABLE))
		_exit(understood ? 0 : 1);
	if (is_named && !understood)
		say("What the supervisor before this one has left cannot be read");
	if (!understood && (is_named || left_by_fault)) {
		const char *before = getenv(CRASHES_VARIABLE);
		snprintf(count, sizeof count, "%d", (before ? atoi(before) : 0) + 1);
		setenv(CRASHES_VARIABLE, count, 1);
	}
	if (is_named)
		close(fd);
	name_state(-1, false);
	putenv(variable);
	return understood;
}

void take_over(void) {
	const char *at = left;
	struct state_file entry;
	while (state_next(&at, left_end, &entry))
		for (size_t i = 0; i < COUNT(parts); i++)
			parts[i](&entry);
	munmap((void *)left, (size_t)(left_end - left));
	close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
}

/* Writes what this supervisor knows, and becomes the installed one, to be asked whether it understands that. */
static _Noreturn void write_and_check(int fd) {
	struct state_file state = {.out = fdopen(fd, "w")};
	int format = FORMAT, last = 0;
	if (!state.out)
		_exit(1);
	keep(&state, FIRST, format);
	for (size_t i = 0; i < COUNT(parts); i++)
		parts[i](&state);
	keep(&state, LAST, last);
	if (fflush(state.out) != 0 || ferror(state.out))
		_exit(1);
	name_state(fd, false);
	setenv(CHECK_VARIABLE, "1", 1);
	execv(place_executable, arguments);
	_exit(1);
}

/* By fork() without what the C library does at it, which may need what a fault has broken. */
static pid_t copy_of_this(int flags) {
	return (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
}

/* The wait status of a copy. -1: it has not ended after so many milliseconds, is killed, and reaped like any other. */
static int end_of(pid_t child, int patience) {
	int status = -1;
	if (child < 0)
		return -1;
	struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN};
	if (poll(&ended, 1, patience) == 1)
		waitpid(child, &status, 0);
	else
		kill(child, SIGKILL);
	close(ended.fd);
	return status;
}

/* The descriptor of what this supervisor knows, which the installed one understands; -1 if that cannot be had. */
static int save(void) {
	int fd = memfd_create("supervisor-state", 0);
	/* The copy shares the descriptors: those that it names in the file stay open over the execution. */
	pid_t child = fd < 0 ? -1 : copy_of_this(CLONE_FILES);
	if (child == 0)
		write_and_check(fd);
	if (end_of(child, CHECK_PATIENCE) == 0)
		return fd;
	close(fd);
	return -1;
}

void hand_over(void) {
	const char *why = "it cannot read the state of this one";
	int fd = save();
	if (fd >= 0) {
		name_state(fd, false);
		execv(place_executable, arguments);
		why = strerror(errno);
		close(fd);
		name_state(-1, false);
	}
	say("Failed to re-execute %s: %s", place_executable, why);
	close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
}

/* A fault of process 1 leaves a core file in / and executes it anew (reference: system 2, step 11). */
static void crashed(int signal, siginfo_t *info, void *context) {
	(void)context;
	/* Signals that somebody sends are not faults: they do nothing. */
	if (info->si_code <= 0 && !(signal == SIGABRT && info->si_pid == getpid()))
		return;
	bool is_init = getpid() == 1;
	if (is_init) {
		say_through = NULL;
		/* It must not send anything while the state is being saved. */
		daemon_kill();
	}
	pid_t child = is_init ? copy_of_this(0) : 0;
	if (child == 0) {
		/* The copy, or a child that has not reached exec: it ends by the same signal when this returns. */
		setrlimit(RLIMIT_CORE, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY});
		if (is_init && chdir("/") < 0)
			_exit(1);
		sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
		kill(getpid(), signal);
		return;
	}
	bool dumped = end_of(child, CORE_PATIENCE) != -1;
	int fd = left_by_fault && loop_now() - began < TRUST_AFTER ? -1 : save();
	say("Caught %s, %s; %s", faults[signal], dumped ? "core dumped" : "unable to dump core",
	    fd >= 0 ? "resuming" : "what was known of the processes is lost");
	name_state(fd, true);
	sleep(PAUSE);
	execv(place_executable, arguments);
	say("Unable to start init again: only orphans are taken care of from now on");
	for (;;)
		if (waitpid(-1, NULL, 0) < 0)
			sleep(PAUSE);
}

void crashes_survive(void) {
	static char stack[STACK];
	struct sigaction action = {.sa_sigaction = crashed, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	sigset_t mask;
	if (getpid() != 1)
		return;
	sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
	sigfillset(&action.sa_mask);
	sigemptyset(&mask);
	for (int signal = 1; signal < (int)COUNT(faults); signal++)
		if (faults[signal]) {
			sigaction(signal, &action, NULL);
			sigaddset(&mask, signal);
		}
	sigprocmask(SIG_UNBLOCK, &mask, NULL);
}
