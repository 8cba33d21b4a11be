/* Reaps children and hands each change to the module that it concerns. It waits while there is no room for reports. */
#include <sys/wait.h>

#include "link/frames.h"
#include "process/process.h"
#include "spawn/spawn.h"

/* After so many children other descriptors have their turn. */
#define REAPED_A_TURN 256
/* And after so many that others are started for: a spawn takes half a millisecond. */
#define ORDERS_A_TURN 16
/* A daemon that comes up needs the processors: until it is READY so many are started for others in so many milliseconds. */
#define ORDERS_ALONE 10
#define ORDERS_EVERY 200

static const struct reaped_row *own;
static bool (*daemon_is_ready)(void);
static bool due;
/* How many have ended for which others are started; and how many had when the present ORDERS_EVERY began. */
static unsigned orders, orders_before;
static struct timer pause;

void reap_open(const struct reaped_row *rows, bool (*has_daemon)(void)) {
	own = rows;
	daemon_is_ready = has_daemon;
}

void reap_soon(void) {
	due = true;
}

/* The next turn reaps. */
static void wake_up(struct timer *timer) {
	(void)timer;
}

/* Whether there are as many as a daemon that comes up can stand. */
static bool pauses(void) {
	if (daemon_is_ready())
		return false;
	if (!timer_is_running(&pause)) {
		orders_before = orders;
		timer_start(&pause, ORDERS_EVERY, wake_up);
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
	else
		process_stopped(process, WIFCONTINUED(status) ? 0 : WSTOPSIG(status));
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
	/* The kernel keeps the rest until there is room. */
	for (int reaped = 0; reaped < REAPED_A_TURN && orders - before < ORDERS_A_TURN && reap_is_due(); reaped++) {
		int status;
		struct rusage usage;
		pid_t pid = wait4(-1, &status, WNOHANG | WUNTRACED | WCONTINUED, &usage);
		if (pid <= 0)
			due = false;
		else
			changed(pid, status, &usage);
	}
}
