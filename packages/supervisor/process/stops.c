/* Sends signals to processes and reports when they stop and go on; while reports wait, only the state in the end. */
#include "process/stops.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "link/reports.h"

/* Of any process. */
static bool held_back;

static bool is_new(const struct process *process) {
	return process->stop_now != process->stop_reported && !process->ended;
}

static void report(struct process *process) {
	int signal = process->stop_now;
	report_add(signal ? REPORT_STOPPED : REPORT_CONTINUED, NUMBER(PROCESS, process->id), NUMBER(PID, process->pid),
	           {signal ? TAG_SIGNAL : 0, signal, NULL});
	process->stop_reported = signal;
}

void process_stopped(struct process *process, int signal) {
	process->stop_now = signal;
	if (reports_are_many())
		held_back = true;
	else
		report(process);
}

void process_stops_taken_over(const struct process *process) {
	held_back = held_back || is_new(process);
}

static void report_if_new(struct process *process, void *data) {
	(void)data;
	if (!is_new(process))
		return;
	if (reports_are_many())
		held_back = true;
	else
		report(process);
}

void process_report_stops(void) {
	if (!held_back || reports_are_many())
		return;
	held_back = false;
	process_each(report_if_new, NULL);
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
