#include "process/reap.h"

#include <signal.h>
#include <sys/wait.h>

#include "process/again.h"
#include "daemon/daemon.h"
#include "loop/loop.h"
#include "process/process.h"
#include "link/reports.h"
#include "upgrade/rest.h"
#include "spawn/spawn.h"
#include "process/trace.h"

/* After so many children other descriptors have their turn. */
#define REAPED_A_TURN 256
/* And after so many that others are started for: a spawn takes half a millisecond. */
#define ORDERS_A_TURN 16
/* While a daemon comes up it has the processors: no more than so many are started for others in so many milliseconds. */
#define ORDERS_ALONE 10
#define ORDERS_EVERY 200

static bool due;
/* How many have ended for which others are started; and how many had at the beginning of such a time. */
static unsigned orders, orders_before;
static struct timer pause;

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
	if (pid == daemon_pid()) {
		if (ended)
			daemon_ended(status);
		return;
	}
	struct process *process = process_by_pid(pid);
	/* Orphans, children that gave up before exec, and parents of the process that is followed now. */
	if (!process || !spawn_settle(process))
		return;
	orders += ended && again_is_ordered(process);
	if (ended)
		process_ended(process, &status, usage);
	else if (process->trace != TRACE_NONE)
		trace_stopped(process, status);
	else if (WIFCONTINUED(status))
		process_stopped(process, 0);
	else
		process_stopped(process, WSTOPSIG(status));
}

void reap_turn(void) {
	unsigned before = orders;
	for (int reaped = 0; due && reaped < REAPED_A_TURN && orders - before < ORDERS_A_TURN; reaped++) {
		int status;
		struct rusage usage;
		if (!reports_have_room() || pauses())
			return; /* the kernel keeps them until there is room */
		/* Whoever has met a fault waits for a child of its own. */
		stand_still();
		pid_t pid = wait4(-1, &status, WNOHANG | WUNTRACED | WCONTINUED, &usage);
		if (pid <= 0)
			due = false;
		else
			changed(pid, status, &usage);
	}
}
