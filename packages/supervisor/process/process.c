/* The table of processes, and what happens to one after it has been spawned. */
#include "process/process.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/again.h"
#include "spawn/cgroup.h"
#include "process/follow.h"
#include "log/logs.h"
#include "link/reports.h"

/* Chained; a machine has a few thousand processes of jobs at most. */
#define BUCKETS 4096
/* How long an exit waits for its log to be written. */
#define LOG_PATIENCE 1000

static struct process *with_id[BUCKETS], *with_pid[BUCKETS];
static size_t count, stops_held_back;

struct process *process_new(uint64_t id) {
	struct process *process = calloc(1, sizeof *process);
	if (!process)
		return NULL;
	process->id = id;
	process->exec_pipe.fd = process->pidfd.fd = -1;
	struct process **bucket = &with_id[id % BUCKETS];
	process->next_with_id = *bucket;
	*bucket = process;
	count++;
	return process;
}

static void forget_pid(struct process *process) {
	struct process **link = &with_pid[(size_t)process->pid % BUCKETS];
	while (*link && *link != process)
		link = &(*link)->next_with_pid;
	if (*link)
		*link = process->next_with_pid;
}

void process_free(struct process *process) {
	forget_pid(process);
	struct process **link = &with_id[process->id % BUCKETS];
	while (*link != process)
		link = &(*link)->next_with_id;
	*link = process->next_with_id;
	count--;
	if (process->stop_now != process->stop_reported)
		stops_held_back--;
	watch_close(&process->exec_pipe);
	follow_end(process);
	cgroups_release(process);
	again_forget(process);
	timer_stop(&process->timer);
	free_later(&process->garbage);
}

struct process *process_by_id(uint64_t id) {
	struct process *process = with_id[id % BUCKETS];
	while (process && process->id != id)
		process = process->next_with_id;
	return process;
}

struct process *process_by_pid(pid_t pid) {
	struct process *process = with_pid[(size_t)pid % BUCKETS];
	while (process && process->pid != pid)
		process = process->next_with_pid;
	return process;
}

void process_set_pid(struct process *process, pid_t pid) {
	forget_pid(process);
	process->pid = pid;
	struct process **bucket = &with_pid[(size_t)pid % BUCKETS];
	process->next_with_pid = *bucket;
	*bucket = process;
}

void process_each(void (*visit)(struct process *process, void *data), void *data) {
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct process *process = with_id[i]; process; process = process->next_with_id)
			visit(process, data);
}

size_t process_count(void) {
	return count;
}

static int64_t microseconds(const struct timeval *time) {
	return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

static void report_end(struct process *process) {
	struct frame_out out;
	struct again again = again_take(process);
	report_begin(&out, process->status_known ? REPORT_EXITED : REPORT_VANISHED, process->id);
	frame_number(&out, TAG_PID, process->pid);
	if (process->status_known) {
		int status = process->status;
		frame_number(&out, TAG_CODE, WIFEXITED(status) ? WEXITSTATUS(status) : 0);
		frame_number(&out, TAG_SIGNAL, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
		frame_number(&out, TAG_CORE, WIFSIGNALED(status) && WCOREDUMP(status));
		frame_number(&out, TAG_USER_TIME, process->user_time);
		frame_number(&out, TAG_SYSTEM_TIME, process->system_time);
		frame_number(&out, TAG_MAX_RSS, process->memory);
		if (again.id)
			frame_number(&out, TAG_COMMAND, (int64_t)again.id);
	}
	reports_add(&out);
	process_free(process);
	again_start(&again);
}

static void log_is_written(void *data) {
	struct process *process = data;
	process->log = NULL;
	report_end(process);
}

static void log_takes_too_long(struct timer *timer) {
	struct process *process = CONTAINER_OF(timer, struct process, timer);
	log_abandon(process->log);
	log_is_written(process);
}

void process_ended(struct process *process, const int *status, const struct rusage *usage) {
	/* From here on its pid may be given to another process. */
	forget_pid(process);
	process->ended = true;
	process->status_known = status != NULL;
	if (status)
		process->status = *status;
	if (usage) {
		process->user_time = microseconds(&usage->ru_utime);
		process->system_time = microseconds(&usage->ru_stime);
		process->memory = usage->ru_maxrss;
	}
	follow_end(process);
	cgroups_release(process);
	if (!process->log) {
		report_end(process);
		return;
	}
	timer_start(&process->timer, LOG_PATIENCE, log_takes_too_long);
	log_finish(process->log, log_is_written, process);
}

static void report_stop(struct process *process) {
	struct frame_out out;
	report_begin(&out, process->stop_now ? REPORT_STOPPED : REPORT_CONTINUED, process->id);
	frame_number(&out, TAG_PID, process->pid);
	if (process->stop_now)
		frame_number(&out, TAG_SIGNAL, process->stop_now);
	reports_add(&out);
	process->stop_reported = process->stop_now;
}

void process_stopped(struct process *process, int signal) {
	bool held_back = process->stop_now != process->stop_reported;
	process->stop_now = signal;
	if (!reports_are_many())
		report_stop(process);
	stops_held_back += (process->stop_now != process->stop_reported) - held_back;
}

void process_stopped_before(struct process *process, int signal) {
	process->stop_now = signal;
	stops_held_back += process->stop_now != process->stop_reported;
}

static void report_stop_if_new(struct process *process, void *data) {
	(void)data;
	if (process->stop_now == process->stop_reported || process->ended || reports_are_many())
		return;
	report_stop(process);
	stops_held_back--;
}

void process_report_stops(void) {
	if (stops_held_back && !reports_are_many())
		process_each(report_stop_if_new, NULL);
}

int process_signal(struct process *process, int signal, bool group) {
	/* Its end is known here and will be reported; nobody is to be signalled in its place. */
	if (process->ended || !follow_is_alive(process))
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
