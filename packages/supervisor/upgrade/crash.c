/*
 * A fault in the supervisor as process 1 leaves a core file in / and executes it anew (reference: system 2, step 11): with what it
 * knew, if that can still be saved.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "loop/loop.h"
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
 * In the environment: how many supervisors in this process have lost what they knew. Changed in place, as after a fault there may be no
 * memory to be had.
 */
#define COUNT_VARIABLE "UPSTART_SUPERVISOR_CRASHES"
static char count[] = COUNT_VARIABLE "=-2147483648";

static char **arguments;
static int crashes;
static int64_t began;

static void count_crashes(int number) {
	crashes = number;
	snprintf(count, sizeof count, COUNT_VARIABLE "=%d", number);
}

static void act_by_default(int signal) {
	struct sigaction standard = {.sa_handler = SIG_DFL};
	sigaction(signal, &standard, NULL);
}

/* In a copy of this process, since process 1 itself must not end. */
static void dump_core(int signal, char **unused) {
	struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
	sigset_t all;
	(void)unused;
	setrlimit(RLIMIT_CORE, &unlimited);
	if (chdir("/") < 0)
		return;
	act_by_default(signal);
	sigfillset(&all);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	kill(getpid(), signal);
}

static void crashed(int signal, siginfo_t *info, void *context) {
	const char *name = "signal";
	(void)context;
	/* Signals that somebody sends are not faults: they do nothing. */
	if (info->si_code <= 0 && !(signal == SIGABRT && info->si_pid == getpid()))
		return;
	if (getpid() != 1) {
		act_by_default(signal); /* a child that has not reached exec: it faults once more, and ends */
		return;
	}
	say_through(NULL);
	/* It must not go on sending to what is being saved. */
	daemon_kill();
	bool trusted = !state_is_of_fault() || loop_now() - began >= TRUST_AFTER;
	bool left = trusted && state_save(arguments, true) >= 0;
	bool dumped = in_a_copy(0, dump_core, signal, arguments, CORE_PATIENCE) != -1;
	for (size_t i = 0; i < FAULTS; i++)
		if (faults[i].signal == signal)
			name = faults[i].name;
	say("Caught %s, %s; %s", name, dumped ? "core dumped" : "unable to dump core",
	    left ? "going on" : "what was known of the processes is lost");
	count_crashes(crashes + !left);
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
	const char *before = getenv(COUNT_VARIABLE);
	sigset_t mask;
	arguments = argv;
	began = loop_now();
	count_crashes((before ? atoi(before) : 0) + lost);
	putenv(count);
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
