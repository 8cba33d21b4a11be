/*
 * Writes and reads what there is to know of each process, by one table of keys. A process goes on where it was when all its
 * entries have been read.
 */
#define _GNU_SOURCE
#include "process/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "link/frames.h"
#include "log/logs.h"
#include "loop/loop.h"
#include "process/ending.h"
#include "process/follow.h"
#include "process/stops.h"
#include "spawn/spawn.h"

/* More bytes than what the pipe of a script can have in it already. */
#define PIPE_FILLED (128 * 1024)

/* Numbers and descriptors, all of them an int, -1 for none. */
static const struct {
	const char *key;
	size_t offset;
	bool is_descriptor;
} members[] = {
	{"process-pid", offsetof(struct process, pid), false},
	{"process-trace", offsetof(struct process, trace), false},
	{"process-forks", offsetof(struct process, forks), false},
	{"process-forks-wanted", offsetof(struct process, forks_wanted), false},
	{"process-stop-reported", offsetof(struct process, stop_reported), false},
	{"process-stop", offsetof(struct process, stop_now), false},
	{"process-status", offsetof(struct process, status), false},
	{"process-exec-pipe", offsetof(struct process, exec_pipe.fd), true},
	{"process-pidfd", offsetof(struct process, pidfd.fd), true},
};
#define MEMBERS (sizeof members / sizeof *members)

static int *member_of(struct process *process, size_t i) {
	return (int *)((char *)process + members[i].offset);
}

static void give(struct process *process, void *data) {
	FILE *out = data;
	/* A fault during the clone: whether there is a child, nobody can tell. The daemon asks for what it does not find. */
	if (process->pid == 0 && !process->ended)
		return;
	state_number(out, "process", (int64_t)process->id);
	for (size_t i = 0; i < MEMBERS; i++) {
		int number = *member_of(process, i);
		if (members[i].is_descriptor)
			state_descriptor(out, members[i].key, number);
		else if (number != NOT_KNOWN)
			state_number(out, members[i].key, number);
	}
	if (process->log)
		state_number(out, "process-log", log_number(process->log));
	if (process->kept) {
		state_bytes(out, "process-kept", process->kept->body, process->kept->length);
		state_number(out, "process-again", (int64_t)process->kept->order);
	}
	if (!process->ended && timer_is_running(&process->timer))
		state_number(out, "process-pidfd-due", 1);
}

void processes_hand_over(FILE *out) {
	process_each(give, out);
}

/* The process whose entries are being read; NULL before the first one. */
static struct process *now;
static bool pidfd_is_due;

/* The descriptor, which is not watched yet: it is taken out. */
static int take(struct watch *watch) {
	int fd = watch->fd;
	watch->fd = -1;
	return fd;
}

/* Only after a fault: it had been reaped, but its end not reported. */
static bool has_ended(const struct process *process) {
	return process->status != NOT_KNOWN || (process->pid > 0 && kill(process->pid, 0) < 0 && errno == ESRCH);
}

void processes_taken_over(void) {
	struct process *process = now;
	now = NULL;
	if (!process)
		return;
	int errors = take(&process->exec_pipe), pidfd = take(&process->pidfd), status = process->status;
	process_set_pid(process, process->pid);
	process_stops_taken_over(process);
	if (errors >= 0)
		spawn_attach(process, errors);
	else if (process->log)
		log_start(process->log);
	if (!has_ended(process)) {
		if (pidfd >= 0)
			follow_attach(process, pidfd);
		else if (pidfd_is_due)
			follow_begin(process);
		return;
	}
	if (pidfd >= 0)
		close(pidfd);
	if (spawn_settle(process))
		process_ended(process, status != NOT_KNOWN ? &status : NULL, NULL);
}

/* Format 1 only: the rest of a script that a pipe was filled with as the shell read; all of it gets room there. */
static void feed_script(int pipe, const struct state_entry *script) {
	fcntl(pipe, F_SETPIPE_SZ, (int)script->length + PIPE_FILLED);
	if (write(pipe, script->bytes, script->length) != (ssize_t)script->length && errno != EPIPE)
		say("The end of a script is lost: %s", strerror(errno));
	close(pipe);
}

void processes_take_over(const struct state_entry *entry) {
	static struct state_entry script;
	if (entry_is(entry, "process")) {
		processes_taken_over();
		now = process_new((uint64_t)entry->number);
		pidfd_is_due = false;
	}
	if (!now)
		return;
	for (size_t i = 0; i < MEMBERS; i++)
		if (entry_is(entry, members[i].key))
			*member_of(now, i) = members[i].is_descriptor ? entry_descriptor(entry) : (int)entry->number;
	if (entry_is(entry, "process-log"))
		now->log = log_by_number(entry->number);
	else if (entry_is(entry, "process-kept") && entry->bytes && frame_fits(FRAME_SPAWN, entry->bytes, entry->length))
		process_keep(now, entry->bytes, entry->length);
	else if (entry_is(entry, "process-again"))
		order_set(now, (uint64_t)entry->number);
	else if (entry_is(entry, "process-pidfd-due"))
		pidfd_is_due = entry->number != 0;
	else if (entry_is(entry, "process-script"))
		script = *entry;
	else if (entry_is(entry, "process-script-pipe"))
		feed_script(entry_descriptor(entry), &script);
}
