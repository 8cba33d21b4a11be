/*
 * Writes and reads the table of processes, both by one table of keys. A process continues where it was when all its entries have
 * been read.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "log/logs.h"
#include "loop/loop.h"
#include "process/process.h"
#include "spawn/spawn.h"

/* More bytes than what the pipe of a script can have in it already. */
#define PIPE_FILLED (128 * 1024)

/* Numbers and descriptors, all of them an int, -1 for none. */
static const struct member {
	const char *key;
	size_t offset;
	bool is_descriptor;
} members[] = {
	{"process-pid", offsetof(struct process, pid), false},
	{"process-trace", offsetof(struct process, trace), false},
	{"process-forks", offsetof(struct process, forks), false},
	{"process-forks-wanted", offsetof(struct process, forks_wanted), false},
	{"process-status", offsetof(struct process, status), false},
	{"process-exec-pipe", offsetof(struct process, exec_pipe.fd), true},
	{"process-pidfd", offsetof(struct process, pidfd.fd), true},
};
#define MEMBERS (sizeof members / sizeof *members)

static int *value_of(const struct member *member, struct process *process) {
	return (int *)((char *)process + member->offset);
}

static void give(struct process *process, void *data) {
	FILE *out = data;
	/* A fault during the clone: nobody can tell whether there is a child. The daemon asks for what it does not find. */
	if (process->pid == 0 && !process->ended)
		return;
	state_number(out, "process", (int64_t)process->id);
	for (const struct member *member = members; member < members + MEMBERS; member++)
		if (member->is_descriptor)
			state_descriptor(out, member->key, *value_of(member, process));
		else
			state_number(out, member->key, *value_of(member, process));
	if (process->log)
		state_number(out, "process-log", log_number(process->log));
	if (process->kept) {
		state_bytes(out, "process-kept", process->kept->body, process->kept->length);
		state_number(out, "process-again", (int64_t)process->kept->id);
	}
}

void processes_hand_over(FILE *out) {
	process_each(give, out);
}

/* The process whose entries are being read; NULL before the first one. */
static struct process *now;

void processes_taken_over(void) {
	struct process *process = now;
	now = NULL;
	if (!process)
		return;
	int errors = process->exec_pipe.fd, pidfd = process->pidfd.fd;
	process->exec_pipe.fd = process->pidfd.fd = -1; /* not watched yet */
	process_set_pid(process, process->pid);
	if (errors >= 0)
		spawn_attach(process, errors);
	else if (process->log)
		log_start(process->log);
	/* Only after a fault: it had been reaped, but its end not reported. */
	bool ended = process->status != NOT_KNOWN || (process->pid > 0 && kill(process->pid, 0) < 0 && errno == ESRCH);
	if (ended && pidfd >= 0)
		close(pidfd);
	if (ended && spawn_settle(process))
		process_ended(process, process->status, NULL);
	if (!ended && (pidfd >= 0 || process->forks > 0 || process->trace == TRACE_NEW_CHILD))
		follow_begin(process, pidfd);
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
	}
	if (!now)
		return;
	for (const struct member *member = members; member < members + MEMBERS; member++)
		if (entry_is(entry, member->key))
			*value_of(member, now) = member->is_descriptor ? entry_descriptor(entry) : (int)entry->number;
	struct frame kept = {.type = FRAME_SPAWN, .length = (uint32_t)entry->length, .body = entry->bytes};
	if (entry_is(entry, "process-log"))
		now->log = log_by_number(entry->number);
	else if (entry_is(entry, "process-kept") && entry->bytes && frame_fits(FRAME_SPAWN, entry->bytes, entry->length))
		process_keep(now, &kept);
	else if (entry_is(entry, "process-again"))
		order_set(now, (uint64_t)entry->number);
	else if (entry_is(entry, "process-script"))
		script = *entry;
	else if (entry_is(entry, "process-script-pipe"))
		feed_script(entry_descriptor(entry), &script);
}
