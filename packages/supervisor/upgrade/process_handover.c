/* The table of processes, from one image of the supervisor to the next. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process/again.h"
#include "spawn/cgroup.h"
#include "process/follow.h"
#include "link/frames.h"
#include "link/state_file.h"
#include "log/logs.h"
#include "loop/say.h"
#include "process/process.h"
#include "spawn/spawn.h"

/* More bytes than what the pipe of a script can have in it already. */
#define PIPE_FILLED (128 * 1024)

static void give(struct process *process, void *data) {
	FILE *out = data;
	/* A fault during the fork: whether there is a child, nobody can tell. The daemon asks for what it does not find. */
	if (process->pid == 0 && !process->ended)
		return;
	state_number(out, "process", (int64_t)process->id);
	state_number(out, "process-pid", process->pid);
	state_descriptor(out, "process-exec-pipe", process->exec_pipe.fd);
	if (process->log)
		state_number(out, "process-log", log_number(process->log));
	for (const struct cgroup_use *use = process->cgroups; use; use = use->next) {
		state_bytes(out, "process-cgroup", use->path, strlen(use->path));
		state_number(out, "process-cgroup-base", (int64_t)use->base);
	}
	again_hand_over(process, out);
	state_number(out, "process-trace", process->trace);
	state_number(out, "process-forks", process->forks);
	state_number(out, "process-forks-wanted", process->forks_wanted);
	state_descriptor(out, "process-pidfd", process->pidfd.fd);
	state_number(out, "process-pidfd-due", !process->ended && timer_is_running(&process->timer));
	state_number(out, "process-stop-reported", process->stop_reported);
	state_number(out, "process-stop", process->stop_now);
	if (process->ended && process->status_known)
		state_number(out, "process-status", process->status);
}

void processes_hand_over(FILE *out) {
	process_each(give, out);
}

/* The process whose entries are being read, and what is done with them when there are no more. */
static struct {
	struct process *process;
	int exec_pipe, pidfd, stop, status;
	bool pidfd_due, status_known;
	struct state_entry script;
} now;

/* Only after a fault: it had been reaped, but its end not reported. */
static bool has_ended(const struct process *process) {
	return now.status_known || (process->pid > 0 && kill(process->pid, 0) < 0 && errno == ESRCH);
}

void processes_taken_over(void) {
	struct process *process = now.process;
	now.process = NULL;
	if (!process)
		return;
	process_stopped_before(process, now.stop);
	if (now.exec_pipe >= 0)
		spawn_attach(process, now.exec_pipe);
	if (process->log && now.exec_pipe < 0)
		log_start(process->log);
	if (now.pidfd >= 0)
		follow_attach(process, now.pidfd);
	else if (now.pidfd_due && !has_ended(process))
		follow_begin(process);
	if (has_ended(process) && spawn_settle(process))
		process_ended(process, now.status_known ? &now.status : NULL, NULL);
}

/* The rest of a script, from an image that filled its pipe as the shell read: the pipe is made large enough for all of it. */
static void feed_script(int pipe, const struct state_entry *script) {
	if (pipe < 0)
		return;
	fcntl(pipe, F_SETPIPE_SZ, (int)script->length + PIPE_FILLED);
	if (write(pipe, script->bytes, script->length) != (ssize_t)script->length && errno != EPIPE)
		say("The end of a script is lost: %s", strerror(errno));
	close(pipe);
}

static void begin(uint64_t id) {
	processes_taken_over();
	now.process = process_new(id);
	now.exec_pipe = now.pidfd = -1;
	now.script = (struct state_entry){0};
	now.stop = 0;
	now.pidfd_due = now.status_known = false;
}

void processes_take_over(const struct state_entry *entry) {
	struct process *process = now.process;
	int number = (int)entry->number;
	if (entry_is(entry, "process"))
		begin((uint64_t)entry->number);
	else if (!process)
		return;
	else if (entry_is(entry, "process-pid"))
		process_set_pid(process, number);
	else if (entry_is(entry, "process-exec-pipe"))
		now.exec_pipe = entry_descriptor(entry);
	else if (entry_is(entry, "process-script") && entry->bytes)
		now.script = *entry;
	else if (entry_is(entry, "process-script-pipe"))
		feed_script(entry_descriptor(entry), &now.script);
	else if (entry_is(entry, "process-log"))
		process->log = log_by_number(number);
	else if (entry_is(entry, "process-cgroup") && entry->bytes)
		cgroup_note(process, (const char *)entry->bytes, entry->length, entry->length);
	else if (entry_is(entry, "process-cgroup-base") && process->cgroups)
		process->cgroups->base = (size_t)entry->number;
	else if (entry_is(entry, "process-kept") && entry->bytes && frame_fits(FRAME_SPAWN, entry->bytes, entry->length))
		again_keep(process, entry->bytes, entry->length);
	else if (entry_is(entry, "process-again"))
		again_order(process, (uint64_t)entry->number);
	else if (entry_is(entry, "process-trace"))
		process->trace = (enum trace)number;
	else if (entry_is(entry, "process-forks"))
		process->forks = number;
	else if (entry_is(entry, "process-forks-wanted"))
		process->forks_wanted = number;
	else if (entry_is(entry, "process-pidfd"))
		now.pidfd = entry_descriptor(entry);
	else if (entry_is(entry, "process-pidfd-due"))
		now.pidfd_due = number != 0;
	else if (entry_is(entry, "process-stop-reported"))
		process->stop_reported = process->stop_now = number;
	else if (entry_is(entry, "process-stop"))
		now.stop = number;
	else if (entry_is(entry, "process-status")) {
		now.status = number;
		now.status_known = true;
	}
}
