#include "daemon/told.h"

#include <signal.h>

#include "process/again.h"
#include "daemon/daemon.h"
#include "loop/loop.h"
#include "pid1/pid1.h"
#include "process/process.h"
#include "link/reports.h"
#include "loop/say.h"

/* A daemon that is READY has so long to acknowledge the signal; then another one gets it. Smaller in tests. */
#ifndef TOLD_PATIENCE
#define TOLD_PATIENCE 8000
#endif
/* After so long init ends without a daemon. */
#define TOLD_LAST (3 * TOLD_PATIENCE)
/* Processes of jobs have so long between SIGTERM and SIGKILL then. */
#define PROCESSES_PATIENCE 5000
/* What init exits with then. */
#define STATUS 1

static struct timer timer;
static int64_t since;
/* 0: the signal waits until there is room for reports. */
static uint64_t report;
static bool alone;

static bool is_taken(void) {
	return report && reports_acknowledged() >= report;
}

static void end_process(struct process *process, void *signal) {
	/* It is not to be started again. */
	again_order(process, 0);
	process_signal(process, *(int *)signal, true);
}

static void end_processes(int signal) {
	process_each(end_process, &signal);
}

static void kill_processes(struct timer *unused) {
	(void)unused;
	end_processes(SIGKILL);
	daemon_ends_without(STATUS);
}

static void end_alone(void) {
	say("no daemon comes up: ending without one");
	alone = true;
	daemon_forsake();
	end_processes(SIGTERM);
	timer_start(&timer, PROCESSES_PATIENCE, kill_processes);
}

static void look(struct timer *unused) {
	(void)unused;
	if (is_taken())
		return;
	if (!pid1_is_system() && (daemon_is_hopeless() || loop_now() - since >= TOLD_LAST)) {
		end_alone();
		return;
	}
	if (daemon_is_ready()) {
		say("the daemon does not take a signal");
		daemon_kill();
	}
	timer_start(&timer, TOLD_PATIENCE, look);
}

void told_to_end(void) {
	if (alone)
		return;
	if (!pid1_is_system() && daemon_is_hopeless()) {
		end_alone();
		return;
	}
	/* The clock of the first signal counts for those that follow. */
	if (timer_is_running(&timer) && !is_taken())
		return;
	report = 0;
	since = loop_now();
	timer_start(&timer, TOLD_PATIENCE, look);
}

void told_by(uint64_t number) {
	report = number;
}

bool told_is_waiting(uint64_t *number) {
	*number = report;
	return timer_is_running(&timer) && !alone && !is_taken();
}

void told_turn(void) {
	if (alone && process_count() == 0 && daemon_pid() == 0)
		daemon_ends_without(STATUS);
}
