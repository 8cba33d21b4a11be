#define _GNU_SOURCE
#include "crash.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon.h"
#include "place.h"
#include "say.h"

/* Seconds before the next image: one that crashes at once must not keep the machine busy. */
#define PAUSE 1
/* Enough for a handler that says something; a stack that has overflowed cannot be used. */
#define STACK (64 * 1024)

static const struct {
	int signal;
	const char *name;
} faults[] = {
	{SIGSEGV, "segmentation fault"}, {SIGABRT, "abort"},
	{SIGBUS, "bus error"},           {SIGFPE, "arithmetic error"},
	{SIGILL, "illegal instruction"},
};
#define FAULTS (sizeof faults / sizeof *faults)

static char **arguments, **environment;
static char count[sizeof CRASH_COUNT + 16];

/* In a copy of this process, since process 1 itself must not end. */
static _Noreturn void dump_core(int signal) {
	struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
	struct sigaction standard = {.sa_handler = SIG_DFL};
	sigset_t all;
	setrlimit(RLIMIT_CORE, &unlimited);
	if (chdir("/") < 0)
		_exit(1);
	sigaction(signal, &standard, NULL);
	sigfillset(&all);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	kill((pid_t)syscall(SYS_getpid), signal);
	_exit(1);
}

static const char *name_of(int signal) {
	for (size_t i = 0; i < FAULTS; i++)
		if (faults[i].signal == signal)
			return faults[i].name;
	return "signal";
}

static void crashed(int signal, siginfo_t *info, void *context) {
	(void)context;
	bool sent = info->si_code <= 0 && !(signal == SIGABRT && info->si_pid == getpid());
	if (sent)
		return;
	if (getpid() != 1) {
		/* A child that has not reached exec: it faults once more, and ends. */
		struct sigaction standard = {.sa_handler = SIG_DFL};
		sigaction(signal, &standard, NULL);
		return;
	}
	long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (child == 0)
		dump_core(signal);
	if (child > 0)
		waitpid((pid_t)child, NULL, 0);
	say("Caught %s, %s", name_of(signal), child > 0 ? "core dumped" : "unable to dump core");
	if (daemon_pid() > 0)
		kill(daemon_pid(), SIGKILL);
	sleep(PAUSE);
	execve(place_executable(), arguments, environment);
	say("Unable to start init again: only orphans are taken care of from now on");
	for (;;)
		if (waitpid(-1, NULL, 0) < 0)
			sleep(PAUSE);
}

static int crashes(void) {
	const char *number = getenv(CRASH_COUNT);
	return number ? atoi(number) : 0;
}

void crash_count_one(void) {
	char number[16];
	snprintf(number, sizeof number, "%d", crashes() + 1);
	setenv(CRASH_COUNT, number, 1);
}

/* What the next image gets, made now: when it is needed there may be no memory to be had. */
static void prepare(char **argv) {
	size_t length = 0, kept = 0;
	while (environ[length])
		length++;
	environment = calloc(length + 2, sizeof *environment);
	if (!environment)
		return;
	for (size_t i = 0; i < length; i++)
		if (strncmp(environ[i], CRASH_COUNT "=", sizeof CRASH_COUNT) != 0)
			environment[kept++] = environ[i];
	snprintf(count, sizeof count, CRASH_COUNT "=%d", crashes() + 1);
	environment[kept] = count;
	arguments = argv;
}

void crashes_survive(char **argv) {
	static char stack[STACK];
	stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
	struct sigaction action = {.sa_sigaction = crashed, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	sigset_t mask;
	prepare(argv);
	sigaltstack(&other, NULL);
	sigfillset(&action.sa_mask);
	sigemptyset(&mask);
	for (size_t i = 0; i < FAULTS; i++) {
		sigaction(faults[i].signal, &action, NULL);
		sigaddset(&mask, faults[i].signal);
	}
	sigprocmask(SIG_UNBLOCK, &mask, NULL);
}
