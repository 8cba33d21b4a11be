/* The table of processes, from one image of the supervisor to the next. */

#include "log/logs.h"
#include "spawn/spawn.h"

static void keep_process(struct state_file *state, struct process *process) {
	uint64_t id = process->order ? process->order->id : 0;
	int64_t deadline = timer_is_running(&process->deadline) ? process->deadline.due : 0;
	struct frame order = {.type = FRAME_SPAWN, .length = (uint32_t)state->length, .body = state->bytes};
	keep(state, "process-pid", process->pid);
	keep(state, "process-trace", process->trace);
	keep(state, "process-forks", process->forks);
	keep(state, "process-forks-wanted", process->forks_wanted);
	keep(state, "process-status", process->status);
	keep(state, "process-takes-group", process->takes_group);
	keep_descriptor(state, "process-exec-pipe", &process->exec_pipe.fd);
	keep_descriptor(state, "process-pidfd", &process->pidfd.fd);
	keep_descriptor(state, "process-notify", &process->notify.fd);
	keep(state, "process-notify-access", process->notify.access);
	keep(state, "process-session", process->notify.session);
	log_keep_number(state, "process-log", &process->log);
	if (state->out && process->order)
		keep_bytes(state, "process-kept", (void *)process->order->body, &(size_t){process->order->length}, ORDER_MAX);
	else if (entry_is(state, "process-kept") && order.body && frame_fits(FRAME_SPAWN, order.body, order.length))
		order_keep(process, &order);
	if (keep(state, "process-again", id))
		order_set(process, id);
	if (keep(state, "process-deadline", deadline) && deadline)
		process_set_deadline(process, deadline);
}

static void write_process(struct process *process, void *state) {
	/* A fault during the clone: nobody can tell whether there is a child. The daemon asks for what it does not find. */
	if (process->pid == 0 && !process->ended)
		return;
	keep(state, "process", process->id);
	keep_process(state, process);
}

/* All entries of the process have been read. */
static void resume(struct process *process) {
	int errors = process->exec_pipe.fd, pidfd = process->pidfd.fd;
	process->exec_pipe.fd = process->pidfd.fd = -1; /* not watched yet */
	process_set_pid(process, process->pid);
	if (errors >= 0)
		spawn_attach(process, errors);
	else if (process->log)
		log_start(process->log, process->pid);
	notify_begin(process);
	/* Only after a fault: it had been reaped, but its end not reported. */
	bool ended = process->status != NOT_KNOWN || (process->pid > 0 && kill(process->pid, 0) < 0 && errno == ESRCH);
	if (ended && pidfd >= 0)
		close(pidfd);
	if (ended && spawn_settle(process))
		process_ended(process, process->status, NULL);
	if (!ended && (pidfd >= 0 || process->forks > 0 || process->trace == TRACE_NEW_CHILD))
		follow_begin(process, pidfd);
}

void processes_keep(struct state_file *state) {
	/* The process whose entries are being read; NULL before the first one and after the last. */
	static struct process *now;
	uint64_t id;
	bool begins = !state->out && keep(state, "process", id);
	if (state->out)
		process_each(write_process, state);
	else if (now && (begins || entry_is(state, "end")))
		resume(now);
	else if (now)
		keep_process(state, now);
	if (begins)
		now = process_new(id);
}
