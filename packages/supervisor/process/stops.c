/* Sends signals to processes and reports when they stop and continue; while reports are many, only the last of these changes. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "link/frames.h"
#include "process/process.h"

/* The stop of some process waits to be reported. */
static bool held_back;

void process_report_stop(struct process *process) {
	int signal = process->stop_now;
	if (process->ended || signal == process->stop_reported)
		return;
	if (reports_are_many()) {
		held_back = true;
		return;
	}
	report_add(signal ? REPORT_STOPPED : REPORT_CONTINUED, NUMBER(PROCESS, process->id), NUMBER(PID, process->pid),
	           {signal ? TAG_SIGNAL : 0, signal, NULL});
	process->stop_reported = signal;
}

void process_stopped(struct process *process, int signal) {
	process->stop_now = signal;
	/* It may have changed back and forth since the last report. */
	if (!reports_are_many())
		process->stop_reported = NOT_KNOWN;
	process_report_stop(process);
}

static void report(struct process *process, void *unused) {
	(void)unused;
	process_report_stop(process);
}

void process_report_stops(void) {
	if (!held_back || reports_are_many())
		return;
	held_back = false;
	process_each(report, NULL);
}

/* False when its pid may mean another process by now. */
static bool is_alive(const struct process *process) {
	struct pollfd ended = {.fd = process->pidfd.fd, .events = POLLIN};
	/* Our own child keeps its pid until we reap it. */
	return !process->ended && (ended.fd < 0 || poll(&ended, 1, 0) != 1);
}

int process_signal(struct process *process, int signal, bool group) {
	/* Its end is known here and will be reported; nobody is to be signalled in its place. */
	if (!is_alive(process))
		return 0;
	pid_t target = process->pid;
	if (group) {
		/* A child that has not reached setsid yet is in our own group, one of another pid namespace in "0". */
		pid_t leader = getpgid(process->pid);
		if (leader > 1 && leader != getpgrp())
			target = -leader;
	}
	return kill(target, signal) < 0 ? errno : 0;
}
