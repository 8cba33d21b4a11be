/*
 * Reaps processes and reports that they stop, continue and end: an end after the output, but soon. A standing order is
 * carried out at once, with or without a daemon. What there is no room for stays with the kernel.
 */
#include <sched.h>
#include <sys/wait.h>

#include "daemon/daemon.h"
#include "log/logs.h"
#include "spawn/spawn.h"

/* After so many children other descriptors have their turn: an order takes half a millisecond. */
#define REAPED_A_TURN 32
/* Milliseconds between one order and the next while no daemon is READY: one that comes up needs the processors. */
#define ORDER_PAUSE 20

/* Processes of the supervisor's own. */
static const struct {
	const pid_t *pid;
	void (*ended)(int status);
} own[] = {{&daemon_pid, daemon_ended}, {&logger_pid, logger_ended}};
/* Process 1 may have been another program, whose children ended meanwhile. */
static bool due = true;
/* Reports were many: stops and continuations were left to the kernel, which knows the last one of each process. */
static bool stops_wait;
static struct timer order_pause;

void reap_soon(void) {
	due = true;
}

/* ---- ends ---- */

void order_set(struct process *process, uint64_t id) {
	if (process->order)
		process->order->id = id;
}

static int64_t microseconds(struct timeval time) {
	return (int64_t)time.tv_sec * 1000000 + time.tv_usec;
}

static void report_end(void *data) {
	struct process *process = data;
	int status = process->status;
	/* A process whose status is not known was somebody else's child, and nobody has an order for such. */
	struct frame *order = process->order && process->order->id && status != NOT_KNOWN ? process->order : NULL;
	if (status == NOT_KNOWN)
		report_add(REPORT_VANISHED, NUMBER(PROCESS, process->id), NUMBER(PID, process->pid));
	else
		report_add(REPORT_EXITED, NUMBER(PROCESS, process->id), NUMBER(PID, process->pid),
		           NUMBER(CODE, WIFEXITED(status) ? WEXITSTATUS(status) : 0),
		           NUMBER(SIGNAL, WIFSIGNALED(status) ? WTERMSIG(status) : 0),
		           NUMBER(CORE, WIFSIGNALED(status) && WCOREDUMP(status)), NUMBER(USER_TIME, process->user_time),
		           NUMBER(SYSTEM_TIME, process->system_time), NUMBER(MAX_RSS, process->max_rss),
		           {order ? TAG_COMMAND : 0, order ? (int64_t)order->id : 0, NULL});
	if (order)
		process->order = NULL;
	process_free(process);
	if (!order)
		return;
	spawn(order);
	free(order);
	/* The kernel mostly has a child begin on the processor of its parent, whose other work can wait. */
	sched_yield();
}

/* The loop reaps again. */
static void pause_is_over(struct timer *timer) {
	(void)timer;
}

static void log_takes_too_long(struct timer *timer) {
	struct process *process = CONTAINER_OF(timer, struct process, timer);
	log_abandon(process->log);
	report_end(process);
}

void process_ended(struct process *process, int status, const struct rusage *usage) {
	if (!notify_end(process))
		return;
	process->ended = true;
	process->status = status;
	if (usage) {
		process->user_time = microseconds(usage->ru_utime);
		process->system_time = microseconds(usage->ru_stime);
		process->max_rss = usage->ru_maxrss;
	}
	if (process->order && process->order->id && daemon_state != READY)
		timer_start(&order_pause, ORDER_PAUSE, pause_is_over);
	watch_close(&process->pidfd);
	timer_stop(&process->timer);
	if (!process->log) {
		report_end(process);
		return;
	}
	timer_start(&process->timer, LOG_PATIENCE, log_takes_too_long);
	log_finish(process->log, report_end, process);
}

/* ---- reaping ---- */

bool reap_is_due(void) {
	bool wanted = due || (stops_wait && !reports_are_many());
	return wanted && reports_have_room() && (daemon_state == READY || !timer_is_running(&order_pause));
}

static void changed(pid_t pid, int status, const struct rusage *usage) {
	bool ended = WIFEXITED(status) || WIFSIGNALED(status);
	struct process *process = process_by_pid(pid);
	for (size_t i = 0; i < COUNT(own); i++)
		if (ended && pid == *own[i].pid)
			own[i].ended(status);
	/* Orphans, children that gave up before exec, and parents of the process that is followed now. */
	if (!process || !spawn_settle(process))
		return;
	/* Nobody else can have its number yet. */
	if (ended && process->takes_group)
		kill(-pid, SIGKILL);
	if (ended)
		process_ended(process, status, usage);
	else if (process->trace != TRACE_NONE)
		trace_stopped(process, status);
	else if (WIFCONTINUED(status))
		report_add(REPORT_CONTINUED, NUMBER(PROCESS, process->id), NUMBER(PID, pid));
	else
		report_add(REPORT_STOPPED, NUMBER(PROCESS, process->id), NUMBER(PID, pid), NUMBER(SIGNAL, WSTOPSIG(status)));
}

/* Even when everything else waits: reports are not acknowledged because the daemon is gone, say. */
static void reap_own(void) {
	int status;
	for (size_t i = 0; i < COUNT(own); i++)
		if (*own[i].pid > 0 && waitpid(*own[i].pid, &status, WNOHANG) == *own[i].pid)
			own[i].ended(status);
}

void reap_turn(void) {
	int status;
	struct rusage usage;
	for (int reaped = 0; reaped < REAPED_A_TURN && reap_is_due(); reaped++) {
		bool many = reports_are_many();
		pid_t pid = wait4(-1, &status, many ? WNOHANG : WNOHANG | WUNTRACED | WCONTINUED, &usage);
		if (pid > 0) {
			changed(pid, status, &usage);
		} else {
			due = false;
			stops_wait = many;
		}
	}
	if (due)
		reap_own();
}
