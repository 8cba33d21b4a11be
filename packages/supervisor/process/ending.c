/*
 * What ends with a process: its log, its place in the table. The report comes after its output, but not much later. Where an
 * order stands the next one is started as this one was, by the same frame under another id.
 */
#include "process/ending.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "link/reports.h"
#include "log/logs.h"
#include "spawn/spawn.h"

/* Milliseconds that a report waits for the log to be written. */
#define LOG_PATIENCE 1000

static int64_t microseconds(const struct timeval *time) {
	return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

void order_set(struct process *process, uint64_t id) {
	if (process->kept)
		process->kept->order = id;
}

bool order_stands(const struct process *process) {
	return process->kept && process->kept->order;
}

static void carry_out(const struct kept *kept) {
	struct frame frame = {.type = FRAME_SPAWN, .length = kept->length, .id = kept->order, .body = kept->body};
	spawn(&frame);
	/* The kernel mostly has a child begin on the processor of its parent, whose other work can wait. */
	sched_yield();
}

static void report_end(struct process *process) {
	int status = process->status;
	/* Where its status is not known it was somebody else's child, and nobody has an order for such. */
	struct kept *kept = order_stands(process) && status != NOT_KNOWN ? process->kept : NULL;
	if (status == NOT_KNOWN)
		report_add(REPORT_VANISHED, NUMBER(PROCESS, process->id), NUMBER(PID, process->pid));
	else
		report_add(REPORT_EXITED, NUMBER(PROCESS, process->id), NUMBER(PID, process->pid),
		           NUMBER(CODE, WIFEXITED(status) ? WEXITSTATUS(status) : 0),
		           NUMBER(SIGNAL, WIFSIGNALED(status) ? WTERMSIG(status) : 0),
		           NUMBER(CORE, WIFSIGNALED(status) && WCOREDUMP(status)), NUMBER(USER_TIME, process->user_time),
		           NUMBER(SYSTEM_TIME, process->system_time), NUMBER(MAX_RSS, process->memory),
		           {kept ? TAG_COMMAND : 0, kept ? (int64_t)kept->order : 0, NULL});
	if (kept)
		process->kept = NULL;
	process_free(process);
	if (kept)
		carry_out(kept);
	free(kept);
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
	process_forget_pid(process);
	process->ended = true;
	process->status = status ? *status : NOT_KNOWN;
	if (usage) {
		process->user_time = microseconds(&usage->ru_utime);
		process->system_time = microseconds(&usage->ru_stime);
		process->memory = usage->ru_maxrss;
	}
	watch_close(&process->pidfd);
	timer_stop(&process->timer);
	if (!process->log) {
		report_end(process);
		return;
	}
	timer_start(&process->timer, LOG_PATIENCE, log_takes_too_long);
	log_finish(process->log, log_is_written, process);
}
