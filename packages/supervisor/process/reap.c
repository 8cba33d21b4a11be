/* Reaps children, and tells what has become of each to whoever it is about. Waits while there is no room for reports. */
#include "process/reap.h"

#include <sys/wait.h>

#include "link/reports.h"
#include "loop/loop.h"
#include "process/ending.h"
#include "process/follow.h"
#include "process/stops.h"
#include "spawn/spawn.h"

/* After so many children other descriptors have their turn. */
#define REAPED_A_TURN 256
/* And after so many that others are started for: a spawn takes half a millisecond. */
#define ORDERS_A_TURN 16
/* While a daemon comes up it has the processors: no more than so many are started for others in so many milliseconds. */
#define ORDERS_ALONE 10
#define ORDERS_EVERY 200

static const struct reaped_row *own;
static bool (*daemon_is_ready)(void);
static bool due;
/* How many have ended for which others are started; and how many had at the beginning of such a time. */
static unsigned orders, orders_before;
static struct timer pause;

void reap_open(const struct reaped_row *rows, bool (*has_daemon)(void)) {
	own = rows;
	daemon_is_ready = has_daemon;
}

void reap_soon(void) {
	due = true;
}

static void go_on(struct timer *timer) {
	(void)timer;
}

/* Whether there are as many as a daemon that comes up can stand. */
static bool pauses(void) {
	if (daemon_is_ready())
		return false;
	if (!timer_is_running(&pause)) {
		orders_before = orders;
		timer_start(&pause, ORDERS_EVERY, go_on);
	}
	return orders - orders_before >= ORDERS_ALONE;
}

bool reap_is_due(void) {
	return due && reports_have_room() && !pauses();
}

static void changed(pid_t pid, int status, const struct rusage *usage) {
	bool ended = WIFEXITED(status) || WIFSIGNALED(status);
	for (const struct reaped_row *row = own; row->pid; row++)
		if (pid == row->pid()) {
			if (ended)
				row->ended(status);
			return;
		}
	struct process *process = process_by_pid(pid);
	/* Orphans, children that gave up before exec, and parents of the process that is followed now. */
	if (!process || !spawn_settle(process))
		return;
	orders += ended && order_stands(process);
	if (ended)
		process_ended(process, &status, usage);
	else if (process->trace != TRACE_NONE)
		trace_stopped(process, status);
	else if (WIFCONTINUED(status))
		process_stopped(process, 0);
	else
		process_stopped(process, WSTOPSIG(status));
}

/* Even when everything else waits: reports are not acknowledged because the daemon is gone, say. */
static void reap_own(void) {
	int status;
	for (const struct reaped_row *row = own; row->pid; row++)
		if (row->pid() > 0 && waitpid(row->pid(), &status, WNOHANG) == row->pid())
			row->ended(status);
}

void reap_turn(void) {
	unsigned before = orders;
	if (due)
		reap_own();
	for (int reaped = 0; due && reaped < REAPED_A_TURN && orders - before < ORDERS_A_TURN; reaped++) {
		int status;
		struct rusage usage;
		if (!reports_have_room() || pauses())
			return; /* the kernel keeps them until there is room */
		pid_t pid = wait4(-1, &status, WNOHANG | WUNTRACED | WCONTINUED, &usage);
		if (pid <= 0)
			due = false;
		else
			changed(pid, status, &usage);
	}
}
