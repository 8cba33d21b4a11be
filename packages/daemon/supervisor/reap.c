#include "reap.h"

#include <signal.h>
#include <sys/wait.h>

#include "again.h"
#include "daemon.h"
#include "process.h"
#include "reports.h"
#include "rest.h"
#include "spawn.h"
#include "trace.h"

/* After so many children other descriptors have their turn. */
#define REAPED_A_TURN 256
/* And after so many that others were started for: a spawn takes half a millisecond. */
#define STARTED_A_TURN 16

static bool due;

void reap_soon(void) {
	due = true;
}

bool reap_is_due(void) {
	return due && reports_have_room();
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
	unsigned before = again_count();
	for (int reaped = 0; due && reaped < REAPED_A_TURN && again_count() - before < STARTED_A_TURN; reaped++) {
		int status;
		struct rusage usage;
		if (!reports_have_room())
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
