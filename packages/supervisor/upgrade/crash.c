#define _GNU_SOURCE
#include "upgrade/crash.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "spawn/forker.h"
#include "upgrade/handover.h"
#include "loop/loop.h"
#include "loop/place.h"
#include "upgrade/rest.h"
#include "loop/say.h"

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

/* What was saved by a fault is not trusted when another one follows within so many seconds. */
#define TRUST_AFTER 10
/* Seconds that the core may take: a disk may never take it. */
#define CORE_PATIENCE 10
#define SECOND 1000
/* Milliseconds that other threads get to come to rest. */
#define REST_PATIENCE 1000
/* In the environment: this image has taken over what was left by one that met a fault. */
#define SAVED_VARIABLE "UPSTART_SAVED_BY_FAULT"

static char **arguments, **environment;
/* How many variables there are, without those about faults. */
static size_t kept;
/* Variables for the next image: crashes so far, with this one, or what is left to go on with. */
static char count[sizeof CRASH_COUNT + 16], next_count[sizeof CRASH_COUNT + 16], state[sizeof STATE_VARIABLE + 16];
static char saved_by_fault[] = SAVED_VARIABLE "=1";
static bool took_over;
/* By loop_now. */
static int64_t began;

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

/* False: there was no process for it, or it takes too long. */
static bool leave_core(int signal) {
	long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (child == 0)
		dump_core(signal);
	int64_t end = loop_now() + CORE_PATIENCE * SECOND;
	while (child > 0 && waitpid((pid_t)child, NULL, WNOHANG) == 0) {
		if (loop_now() >= end)
			return false;
		nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
	}
	return child > 0;
}

static const char *name_of(int signal) {
	for (size_t i = 0; i < FAULTS; i++)
		if (faults[i].signal == signal)
			return faults[i].name;
	return "signal";
}

/* The next image goes on with what is left, or counts one more that has lost everything. */
static void choose_environment(int left) {
	size_t next = kept;
	if (left >= 0) {
		snprintf(state, sizeof state, STATE_VARIABLE "=%d", left);
		environment[next++] = state;
		environment[next++] = saved_by_fault;
	}
	environment[next++] = left >= 0 ? count : next_count;
	environment[next] = NULL;
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
	/* Its descriptors are not those that are saved: the main thread, which may be waiting for it, meets a fault in its place. */
	if (forker_is_caller()) {
		syscall(SYS_tgkill, getpid(), getpid(), SIGABRT);
		for (;;)
			pause();
	}
	rest_all(REST_PATIENCE);
	say_by_thread(false);
	/* It must not go on sending to what is being saved. */
	if (daemon_pid() > 0)
		kill(daemon_pid(), SIGKILL);
	int left = took_over && loop_now() - began < TRUST_AFTER * SECOND ? -1 : hand_over_after_fault(arguments);
	bool dumped = leave_core(signal);
	say("Caught %s, %s; %s", name_of(signal), dumped ? "core dumped" : "unable to dump core",
	    left >= 0 ? "going on" : "what was known of the processes is lost");
	choose_environment(left);
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
	size_t length = 0;
	began = loop_now();
	took_over = getenv(SAVED_VARIABLE) != NULL;
	unsetenv(SAVED_VARIABLE);
	while (environ[length])
		length++;
	environment = calloc(length + 4, sizeof *environment);
	if (!environment)
		return;
	for (size_t i = 0; i < length; i++)
		if (strncmp(environ[i], CRASH_COUNT "=", sizeof CRASH_COUNT) != 0)
			environment[kept++] = environ[i];
	snprintf(count, sizeof count, CRASH_COUNT "=%d", crashes());
	snprintf(next_count, sizeof next_count, CRASH_COUNT "=%d", crashes() + 1);
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
