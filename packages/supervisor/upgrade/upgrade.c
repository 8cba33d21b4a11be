/*
 * Re-execution: the supervisor becomes the installed version of itself and continues with its processes, terminals, reports and logs
 * (reference: system 6). What it knows is in a file in memory, which the next image finds open, like the descriptors named in it.
 */
#define _GNU_SOURCE
#include "upgrade/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "link/commands.h"
#include "link/note.h"
#include "link/reports.h"
#include "link/state_file.h"
#include "log/logs.h"
#include "loop/place.h"
#include "loop/say.h"
#include "pid1/signals.h"
#include "process/handover.h"
#include "spawn/child.h"

/*
 * The first and the last entry. The number of the first grows when older supervisors would misunderstand what follows: they refuse it.
 * What those have left that wrote FORMAT_OLDEST or later is understood.
 */
#define FIRST "upstart-supervisor"
#define FORMAT 2
#define FORMAT_OLDEST 1
#define LAST "end"

/* In the environment of an image that is only to say whether it understands, and the milliseconds that it has for that. */
#define CHECK_VARIABLE "UPSTART_STATE_CHECK"
#define CHECK_PATIENCE 5000

/* In the order in which they are written: processes refer to logs. */
static const struct {
	/* The beginning of the keys of its entries. */
	const char *prefix;
	void (*give)(FILE *out);
	void (*take)(const struct state_entry *entry);
} parts[] = {
	{"limit", limits_hand_over, limits_take_over},         {"command", commands_hand_over, commands_take_over},
	{"report", reports_hand_over, reports_take_over},      {"log", logs_hand_over, logs_take_over},
	{"process", processes_hand_over, processes_take_over}, {"note", note_hand_over, note_take_over},
	{"signal", signals_hand_over, signals_take_over},
};
#define PARTS (sizeof parts / sizeof *parts)

/* In the environment of the next image: the descriptor. Changed in place, as after a fault there may be no memory to be had. */
#define STATE_VARIABLE "UPSTART_STATE_FD"
static char variable[sizeof STATE_VARIABLE "=-2147483648"];
/* What the image before has left, or this one leaves; and what is still to be read of it. */
static int state_fd;
static struct state_text left;

static void name_descriptor(int fd) {
	state_fd = fd;
	snprintf(variable, sizeof variable, STATE_VARIABLE "=%d", fd);
}

static void forget(void) {
	state_text_free(&left);
	close(state_fd);
	name_descriptor(-1);
}

/* Whether all of it can be read, from the first entry to the last. */
static bool is_understood(struct state_text text) {
	struct state_entry entry;
	if (!state_next(&text, &entry) || !entry_is(&entry, FIRST) || entry.number < FORMAT_OLDEST || entry.number > FORMAT)
		return false;
	while (state_next(&text, &entry))
		if (entry_is(&entry, LAST))
			return text.at == text.end;
	return false;
}

enum state_before state_open(void) {
	const char *number = getenv(STATE_VARIABLE);
	bool checking = getenv(CHECK_VARIABLE);
	name_descriptor(number ? atoi(number) : -1);
	putenv(variable);
	unsetenv(CHECK_VARIABLE);
	if (state_fd <= STDERR_FILENO)
		return STATE_NONE;
	bool understood = state_text_read(&left, state_fd) && is_understood(left);
	if (checking)
		_exit(understood ? 0 : 1);
	if (understood)
		return STATE_LEFT;
	say("What the supervisor before this one has left cannot be read");
	forget();
	return STATE_LOST;
}

void take_over(void) {
	struct state_entry entry;
	while (state_next(&left, &entry))
		for (size_t i = 0; i < PARTS; i++)
			if (strncmp(entry.key, parts[i].prefix, strlen(parts[i].prefix)) == 0)
				parts[i].take(&entry);
	processes_taken_over();
	forget();
	close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
}

/* False: there is no memory for it. */
static bool write_all(int fd) {
	FILE *out = fdopen(dup(fd), "w");
	if (!out)
		return false;
	state_number(out, FIRST, FORMAT);
	for (size_t i = 0; i < PARTS; i++)
		parts[i].give(out);
	state_number(out, LAST, 0);
	bool failed = ferror(out);
	return fclose(out) == 0 && !failed;
}

static _Noreturn void write_and_check(char **argv, int fd) {
	child_restore_signals();
	if (!write_all(fd))
		_exit(1);
	name_descriptor(fd);
	setenv(CHECK_VARIABLE, "1", 1);
	execv(place_executable(), argv);
	_exit(1);
}

bool state_save(char **argv) {
	int status = -1, fd = memfd_create("supervisor-state", 0);
	pid_t child = fd < 0 ? -1 : (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (child == 0)
		write_and_check(argv, fd);
	if (child > 0) {
		struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN};
		if (poll(&ended, 1, CHECK_PATIENCE) != 1)
			kill(child, SIGKILL);
		waitpid(child, &status, 0);
		close(ended.fd);
	}
	bool understood = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	if (understood)
		name_descriptor(fd);
	else
		close(fd);
	return understood;
}

void hand_over(char **argv) {
	const char *why = "it does not understand what it would have to go on with";
	if (state_save(argv)) {
		execv(place_executable(), argv);
		why = strerror(errno);
		forget();
	}
	say("Failed to re-execute %s: %s", place_executable(), why);
	close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
}
