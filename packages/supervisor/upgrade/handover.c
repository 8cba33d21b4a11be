#define _GNU_SOURCE
#include "upgrade/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "link/commands.h"
#include "log/copy.h"
#include "upgrade/crash.h"
#include "log/logs.h"
#include "link/note.h"
#include "loop/place.h"
#include "process/process.h"
#include "link/reports.h"
#include "link/state_file.h"
#include "loop/say.h"
#include "pid1/signals.h"
#include "spawn/spawn.h"

/* The first and the last entry. The number of the first grows when older readers would misunderstand what follows. */
#define FIRST "upstart-supervisor"
#define FORMAT 1
#define LAST "end"

#define CHECK_VARIABLE "UPSTART_STATE_CHECK"
/* Milliseconds that the installed supervisor has to say whether it understands. */
#define CHECK_PATIENCE 5000
/* Milliseconds that the writer of logs has to come to rest. */
#define LOG_PATIENCE 1000
/* Seconds that a copy of a process that has met a fault may take for both. */
#define FAULT_PATIENCE 5

/* In the order in which they are written: processes refer to logs. */
static const struct part {
	const char *prefix;
	void (*give)(FILE *out);
	void (*take)(const struct state_entry *entry);
} parts[] = {
	{"limit", limits_hand_over, limits_take_over},       {"command", commands_hand_over, commands_take_over},
	{"report", reports_hand_over, reports_take_over},    {"log", logs_hand_over, logs_take_over},
	{"process", processes_hand_over, processes_take_over}, {"note", note_hand_over, note_take_over},
	{"signal", signals_hand_over, signals_take_over},
};
#define PARTS (sizeof parts / sizeof *parts)

/* ---- reading ---- */

/* Whether all of it can be read, from the first entry to the last. */
static bool is_understood(struct state_text text) {
	struct state_entry entry;
	if (!state_next(&text, &entry) || !entry_is(&entry, FIRST) || entry.number != FORMAT)
		return false;
	while (state_next(&text, &entry))
		if (entry_is(&entry, LAST))
			return text.at == text.end;
	return false;
}

static void take(const struct state_entry *entry) {
	for (size_t i = 0; i < PARTS; i++) {
		size_t length = strlen(parts[i].prefix);
		if (entry->key_length >= length && memcmp(entry->key, parts[i].prefix, length) == 0)
			parts[i].take(entry);
	}
	/* What a newer supervisor has written besides is passed over: one goes back to an older one, too. */
}

int handover_open(void) {
	const char *number = getenv(STATE_VARIABLE), *check = getenv(CHECK_VARIABLE);
	int fd = number ? atoi(number) : -1;
	bool checking = check != NULL;
	struct state_text text;
	unsetenv(STATE_VARIABLE);
	unsetenv(CHECK_VARIABLE);
	if (fd <= STDERR_FILENO)
		return -1;
	bool understood = state_text_read(&text, fd) && is_understood(text);
	state_text_free(&text);
	if (checking)
		_exit(understood ? 0 : 1);
	if (!understood) {
		say("What the supervisor before this one has left cannot be read");
		crash_count_one();
	}
	return understood ? fd : -1;
}

void take_over(int fd) {
	struct state_text text;
	struct state_entry entry;
	if (state_text_read(&text, fd))
		while (state_next(&text, &entry))
			take(&entry);
	state_text_free(&text);
	processes_taken_over();
	close(fd);
	close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
}

/* ---- writing ---- */

static int open_memory(void) {
	return memfd_create("supervisor-state", MFD_CLOEXEC);
}

/* False: there is no memory for it. */
static bool write_all(int fd) {
	FILE *out = fd < 0 ? NULL : fdopen(dup(fd), "w");
	if (!out)
		return false;
	state_number(out, FIRST, FORMAT);
	for (size_t i = 0; i < PARTS; i++)
		parts[i].give(out);
	state_number(out, LAST, 0);
	bool failed = ferror(out);
	return fclose(out) == 0 && !failed;
}

static void name_descriptor(int fd) {
	char number[16];
	snprintf(number, sizeof number, "%d", fd);
	fcntl(fd, F_SETFD, 0);
	setenv(STATE_VARIABLE, number, 1);
}

static _Noreturn void run_check(char **argv, int fd) {
	child_restore_signals();
	name_descriptor(fd);
	setenv(CHECK_VARIABLE, "1", 1);
	execv(place_executable(), argv);
	_exit(127);
}

/* Has the installed supervisor try to read it, in a process of its own: process 1 cannot come back from a bad one. */
static bool check(char **argv, int fd) {
	int status = -1;
	pid_t pid = fork();
	if (pid == 0)
		run_check(argv, fd);
	if (pid < 0)
		return false;
	struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
	if (poll(&ended, 1, CHECK_PATIENCE) != 1)
		kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (ended.fd >= 0)
		close(ended.fd);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void give_up(const char *why, int fd) {
	say("Failed to re-execute %s: %s", place_executable(), why);
	if (fd >= 0)
		close(fd);
	unsetenv(STATE_VARIABLE);
	close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
}

void hand_over(char **argv) {
	if (!logs_come_to_rest(LOG_PATIENCE)) {
		give_up("a log file takes too long to be written", -1);
		return;
	}
	/* After the logs, which may have added to it. */
	if (!copies_come_to_rest(LOG_PATIENCE)) {
		give_up("standard output takes too long to be written", -1);
		return;
	}
	int fd = open_memory();
	if (!write_all(fd)) {
		give_up(strerror(errno), fd);
		return;
	}
	if (!check(argv, fd)) {
		give_up("it does not understand what it would have to go on with", fd);
		return;
	}
	name_descriptor(fd);
	execv(place_executable(), argv);
	give_up(strerror(errno), fd);
}

static _Noreturn void save_and_check(char **argv, int fd) {
	struct sigaction standard = {.sa_handler = SIG_DFL};
	static const int ends[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGALRM};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		sigaction(ends[i], &standard, NULL);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* A lock that was held when the fault was met is held for ever here. */
	alarm(FAULT_PATIENCE);
	if (!write_all(fd))
		_exit(1);
	run_check(argv, fd);
}

int hand_over_after_fault(char **argv) {
	int status = -1, fd = open_memory();
	if (fd < 0)
		return -1;
	long child = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (child == 0)
		save_and_check(argv, fd);
	while (child > 0 && waitpid((pid_t)child, &status, 0) < 0 && errno == EINTR)
		;
	if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 && fcntl(fd, F_SETFD, 0) == 0)
		return fd;
	close(fd);
	return -1;
}
