/*
 * The end of a process: it is reported after its output, but not much later. Where an order stands, the frame that started the
 * process is carried out once more, also while there is no daemon.
 */
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "link/frames.h"
#include "log/logs.h"
#include "process/process.h"
#include "spawn/spawn.h"

/* Milliseconds that a report waits for the log to be written. */
#define LOG_PATIENCE 1000

void order_set(struct process *process, uint64_t id) {
	if (process->kept)
		process->kept->id = id;
}

bool order_stands(const struct process *process) {
	return process->kept && process->kept->id;
}

static void report_end(struct process *process) {
	int status = process->status;
	/* A process whose status is not known was somebody else's child, and nobody has an order for such. */
	struct frame *kept = order_stands(process) && status != NOT_KNOWN ? process->kept : NULL;
	if (status == NOT_KNOWN)
		report_add(REPORT_VANISHED, NUMBER(PROCESS, process->id), NUMBER(PID, process->pid));
	else
		report_add(REPORT_EXITED, NUMBER(PROCESS, process->id), NUMBER(PID, process->pid),
		           NUMBER(CODE, WIFEXITED(status) ? WEXITSTATUS(status) : 0),
		           NUMBER(SIGNAL, WIFSIGNALED(status) ? WTERMSIG(status) : 0),
		           NUMBER(CORE, WIFSIGNALED(status) && WCOREDUMP(status)), NUMBER(USER_TIME, process->user_time),
		           NUMBER(SYSTEM_TIME, process->system_time), NUMBER(MAX_RSS, process->memory),
		           {kept ? TAG_COMMAND : 0, kept ? (int64_t)kept->id : 0, NULL});
	if (kept)
		process->kept = NULL;
	process_free(process);
	if (!kept)
		return;
	spawn(kept);
	free(kept);
	/* The kernel mostly has a child begin on the processor of its parent, whose other work can wait. */
	sched_yield();
}

static void log_is_written(void *data) {
	report_end(data);
}

static void log_takes_too_long(struct timer *timer) {
	struct process *process = CONTAINER_OF(timer, struct process, timer);
	log_abandon(process->log);
	report_end(process);
}

static int64_t microseconds(const struct timeval *time) {
	return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

void process_ended(struct process *process, const int *status, const struct rusage *usage) {
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
