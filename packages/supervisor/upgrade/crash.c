/*
 * A fault in the supervisor as process 1 leaves a core file in / and executes it anew (reference: system 2, step 11): with what it
 * knew, if that can still be saved.
 */
#define _GNU_SOURCE
#include "upgrade/crash.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "loop/loop.h"
#include "loop/place.h"
#include "loop/say.h"
#include "upgrade/rest.h"
#include "upgrade/upgrade.h"

static const struct {
	int signal;
	const char *name;
} faults[] = {
	{SIGSEGV, "segmentation fault"}, {SIGABRT, "abort"}, {SIGBUS, "bus error"}, {SIGFPE, "arithmetic error"},
	{SIGILL, "illegal instruction"},
};
#define FAULTS (sizeof faults / sizeof *faults)

/* Seconds before the next image: one that crashes at once must not keep the machine busy. */
#define PAUSE 1
/* Milliseconds that the core may take: a disk may never take it. */
#define CORE_PATIENCE 10000
/* What was saved by a fault is not trusted when another one follows within so many milliseconds. */
#define TRUST_AFTER 10000
/* Enough for a handler that says something; a stack that has overflowed cannot be used. */
#define STACK (64 * 1024)

/* In the environment: how many supervisors in this process have lost what they knew. */
#define COUNT_VARIABLE "UPSTART_SUPERVISOR_CRASHES"
/* In the environment: this image has taken over what was left by one that met a fault. */
#define SAVED_VARIABLE "UPSTART_SAVED_BY_FAULT"

/* What the next image gets, made beforehand: when it is needed there may be no memory to be had. */
static char **arguments, **environment;
/* How many variables there are, without those about faults, for which there is room behind them. */
static size_t kept;
static char count[sizeof COUNT_VARIABLE + 16], state[sizeof STATE_VARIABLE + 16], saved[] = SAVED_VARIABLE "=1";
static bool took_over;
static int64_t began;

static int crashes(void) {
	const char *number = getenv(COUNT_VARIABLE);
	return number ? atoi(number) : 0;
}

void crash_count_one(void) {
	snprintf(count, sizeof count, "%d", crashes() + 1);
	setenv(COUNT_VARIABLE, count, 1);
}

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
	kill(getpid(), signal);
	_exit(1);
}

/* In a copy of this process, since process 1 itself must not end. False: there is none, or it takes too long. */
static bool leave_core(int signal) {
	long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (child == 0)
		dump_core(signal);
	struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN};
	return child > 0 && poll(&ended, 1, CORE_PATIENCE) == 1;
}

static const char *name_of(int signal) {
	for (size_t i = 0; i < FAULTS; i++)
		if (faults[i].signal == signal)
			return faults[i].name;
	return "signal";
}

static void crashed(int signal, siginfo_t *info, void *context) {
	(void)context;
	/* Signals that somebody sends are not faults: they do nothing. */
	if (info->si_code <= 0 && !(signal == SIGABRT && info->si_pid == getpid()))
		return;
	if (getpid() != 1) {
		/* A child that has not reached exec: it faults once more, and ends. */
		struct sigaction standard = {.sa_handler = SIG_DFL};
		sigaction(signal, &standard, NULL);
		return;
	}
	rest_all(1000);
	say_by_thread(false);
	/* It must not go on sending to what is being saved. */
	daemon_kill();
	int left = took_over && loop_now() - began < TRUST_AFTER ? -1 : state_save(arguments);
	bool dumped = leave_core(signal);
	say("Caught %s, %s; %s", name_of(signal), dumped ? "core dumped" : "unable to dump core",
	    left >= 0 ? "going on" : "what was known of the processes is lost");
	snprintf(count, sizeof count, COUNT_VARIABLE "=%d", crashes() + (left < 0));
	environment[kept++] = count;
	if (left >= 0) {
		snprintf(state, sizeof state, STATE_VARIABLE "=%d", left);
		environment[kept++] = state;
		environment[kept++] = saved;
	}
	sleep(PAUSE);
	execve(place_executable(), arguments, environment);
	say("Unable to start init again: only orphans are taken care of from now on");
	for (;;)
		if (waitpid(-1, NULL, 0) < 0)
			sleep(PAUSE);
}

static bool prepare(char **argv) {
	size_t length = 0;
	took_over = getenv(SAVED_VARIABLE) != NULL;
	unsetenv(SAVED_VARIABLE);
	began = loop_now();
	arguments = argv;
	while (environ[length])
		length++;
	environment = calloc(length + 4, sizeof *environment);
	for (size_t i = 0; environment && i < length; i++)
		if (strncmp(environ[i], COUNT_VARIABLE "=", sizeof COUNT_VARIABLE) != 0)
			environment[kept++] = environ[i];
	return environment != NULL;
}

void crashes_survive(char **argv) {
	static char stack[STACK];
	stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
	struct sigaction action = {.sa_sigaction = crashed, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	sigset_t mask;
	if (!prepare(argv))
		return;
	sigaltstack(&other, NULL);
	sigfillset(&action.sa_mask);
	sigemptyset(&mask);
	for (size_t i = 0; i < FAULTS; i++) {
		sigaction(faults[i].signal, &action, NULL);
		sigaddset(&mask, faults[i].signal);
	}
	sigprocmask(SIG_UNBLOCK, &mask, NULL);
}
