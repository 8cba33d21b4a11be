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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "link/link.h"
#include "link/reports.h"
#include "link/state_file.h"
#include "log/logs.h"
#include "loop/loop.h"
#include "pid1/signals.h"
#include "process/process.h"
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
	void (*give)(FILE *out);
	void (*take)(const struct state_entry *entry);
} parts[] = {
	{limits_hand_over, limits_take_over},       {commands_hand_over, commands_take_over},
	{reports_hand_over, reports_take_over},     {logs_hand_over, logs_take_over},
	{processes_hand_over, processes_take_over}, {signals_hand_over, signals_take_over},
};
#define PARTS (sizeof parts / sizeof *parts)

/*
 * In the environment of the next image: the descriptor, and whether a fault is why. Changed in place, as after a fault there may be no
 * memory to be had.
 */
#define STATE_VARIABLE "UPSTART_STATE_FD"
#define BY_FAULT " fault"
static char variable[sizeof STATE_VARIABLE "=-2147483648" BY_FAULT];
/* What the image before this one has left. */
static int left_fd = -1;
static bool left_by_fault;

static void name_descriptor(int fd, bool by_fault) {
	snprintf(variable, sizeof variable, STATE_VARIABLE "=%d%s", fd, by_fault ? BY_FAULT : "");
}

/* All of a file; nothing when it cannot be read. */
static struct state_text text_of(int fd) {
	struct stat file;
	char *text = fstat(fd, &file) < 0 ? MAP_FAILED : mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	return text == MAP_FAILED ? (struct state_text){0} : (struct state_text){text, text + file.st_size};
}

/* Whether all of it can be read, from the first entry to the last. */
static bool is_understood(struct state_text text) {
	struct state_entry entry;
	if (!text.at || !state_next(&text, &entry) || !entry_is(&entry, FIRST))
		return false;
	if (entry.number < FORMAT_OLDEST || entry.number > FORMAT)
		return false;
	while (state_next(&text, &entry))
		if (entry_is(&entry, LAST))
			return text.at == text.end;
	return false;
}

enum state_before state_open(void) {
	const char *value = getenv(STATE_VARIABLE);
	bool checking = getenv(CHECK_VARIABLE);
	left_fd = value ? atoi(value) : -1;
	left_by_fault = value && strstr(value, BY_FAULT);
	name_descriptor(-1, false);
	putenv(variable);
	unsetenv(CHECK_VARIABLE);
	if (left_fd <= STDERR_FILENO)
		return STATE_NONE;
	bool understood = is_understood(text_of(left_fd));
	if (checking)
		_exit(understood ? 0 : 1);
	if (understood)
		return STATE_LEFT;
	say("What the supervisor before this one has left cannot be read");
	close(left_fd);
	return STATE_LOST;
}

bool state_is_of_fault(void) {
	return left_by_fault;
}

void take_over(void) {
	struct state_text all = text_of(left_fd), text = all;
	struct state_entry entry;
	while (state_next(&text, &entry))
		for (size_t i = 0; i < PARTS; i++)
			parts[i].take(&entry);
	processes_taken_over();
	munmap((void *)all.at, (size_t)(all.end - all.at));
	close(left_fd);
	close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
}

/* In a copy of this process, which becomes the installed supervisor to be checked. */
static void write_and_check(int fd, char **argv) {
	FILE *out = fdopen(dup(fd), "w");
	if (!out)
		return;
	state_number(out, FIRST, FORMAT);
	for (size_t i = 0; i < PARTS; i++)
		parts[i].give(out);
	state_number(out, LAST, 0);
	bool failed = ferror(out);
	if (fclose(out) != 0 || failed)
		return;
	name_descriptor(fd, false);
	setenv(CHECK_VARIABLE, "1", 1);
	execv(place_executable(), argv);
}

int in_a_copy(int flags, void (*work)(int argument, char **argv), int argument, char **argv, int patience) {
	int status = -1;
	pid_t child = (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
	if (child == 0) {
		work(argument, argv);
		_exit(1);
	}
	if (child < 0)
		return -1;
	struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN};
	/* One that hangs is not waited for even then: it is reaped like any other. */
	if (poll(&ended, 1, patience) == 1)
		waitpid(child, &status, 0);
	else
		kill(child, SIGKILL);
	close(ended.fd);
	return status;
}

int state_save(char **argv, bool by_fault) {
	int fd = memfd_create("supervisor-state", 0);
	if (fd >= 0 && in_a_copy(CLONE_FILES, write_and_check, fd, argv, CHECK_PATIENCE) == 0) {
		name_descriptor(fd, by_fault);
		return fd;
	}
	close(fd);
	return -1;
}

void hand_over(char **argv) {
	const char *why = "it does not understand what it would have to go on with";
	int fd = state_save(argv, false);
	if (fd >= 0) {
		execv(place_executable(), argv);
		why = strerror(errno);
		close(fd);
		name_descriptor(-1, false);
	}
	say("Failed to re-execute %s: %s", place_executable(), why);
	close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
}
