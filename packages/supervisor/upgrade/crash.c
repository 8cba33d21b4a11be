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

/*
 * In the environment: how many supervisors in this process have lost what they knew, and whether the last one met a fault and was taken
 * over from. Changed in place, as after a fault there may be no memory to be had.
 */
#define COUNT_VARIABLE "UPSTART_SUPERVISOR_CRASHES="
#define SAVED_VARIABLE "UPSTART_SAVED_BY_FAULT="
static char count[] = COUNT_VARIABLE "-2147483648", saved[] = SAVED_VARIABLE "0";

static char **arguments;
static int crashes;
static bool took_over;
static int64_t began;

static void count_crashes(int number) {
	crashes = number;
	snprintf(count, sizeof count, COUNT_VARIABLE "%d", number);
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
	say_through(NULL);
	/* It must not go on sending to what is being saved. */
	daemon_kill();
	bool trusted = !took_over || loop_now() - began >= TRUST_AFTER;
	bool left = trusted && state_save(arguments);
	bool dumped = leave_core(signal);
	say("Caught %s, %s; %s", name_of(signal), dumped ? "core dumped" : "unable to dump core",
	    left ? "going on" : "what was known of the processes is lost");
	count_crashes(crashes + !left);
	saved[strlen(SAVED_VARIABLE)] = left ? '1' : '0';
	sleep(PAUSE);
	execv(place_executable(), arguments);
	say("Unable to start init again: only orphans are taken care of from now on");
	for (;;)
		if (waitpid(-1, NULL, 0) < 0)
			sleep(PAUSE);
}

void crashes_survive(char **argv, bool lost) {
	static char stack[STACK];
	stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
	struct sigaction action = {.sa_sigaction = crashed, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	const char *before = getenv("UPSTART_SUPERVISOR_CRASHES"), *by_fault = getenv("UPSTART_SAVED_BY_FAULT");
	sigset_t mask;
	arguments = argv;
	began = loop_now();
	took_over = by_fault && *by_fault == '1';
	count_crashes((before ? atoi(before) : 0) + lost);
	putenv(count);
	putenv(saved);
	if (getpid() != 1)
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
