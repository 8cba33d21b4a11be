#define _GNU_SOURCE
#include "spawn/getent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop/loop.h"

/* What it exits with when no service knows the name. */
#define NOT_FOUND 2

static const char *const programs[] = {"/usr/bin/getent", "/bin/getent"};
/* None of the job's own: it is asked for as root. */
static char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL};

/* 0, or the error number of the last attempt. */
static int start(const char *database, const char *name, int output, pid_t *pid) {
	char *const arguments[] = {"getent", (char *)database, (char *)name, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int error = ENOENT;
	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	for (size_t i = 0; error == ENOENT && i < sizeof programs / sizeof *programs; i++)
		error = posix_spawn(pid, programs[i], &actions, &attributes, arguments, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return error;
}

/* Whether the descriptor can be read in time. All questions of a process have one time: it asks until it is a program. */
static bool in_time(int fd) {
	static int64_t end;
	struct pollfd answer = {.fd = fd, .events = POLLIN};
	if (!end)
		end = loop_now() + GETENT_PATIENCE;
	int64_t left = end - loop_now();
	if (poll(&answer, 1, left > 0 ? (int)left : 0) > 0)
		return true;
	errno = ETIMEDOUT;
	return false;
}

/* Reads to the end, so that the program can end; what does not fit is no answer. -1: that takes too long. */
static ssize_t read_line(int fd, char line[GETENT_LINE]) {
	size_t length = 0;
	char more[512];
	for (;;) {
		if (!in_time(fd))
			return -1;
		bool fits = length < GETENT_LINE - 1;
		ssize_t n = fits ? read(fd, line + length, GETENT_LINE - 1 - length) : read(fd, more, sizeof more);
		if (n > 0 && !fits)
			return 0;
		if (n > 0)
			length += (size_t)n;
		else if (n == 0 || errno != EINTR)
			break;
	}
	line[length] = '\0';
	return (ssize_t)strcspn(line, "\n");
}

/* Its wait status; -1: it takes too long to end. */
static int await_end(pid_t pid) {
	int status = -1, pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	bool ends = pidfd < 0 || in_time(pidfd);
	while (ends && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pidfd >= 0)
		close(pidfd);
	return status;
}

static int ask(const char *database, const char *name, char line[GETENT_LINE], int ends[2]) {
	pid_t pid;
	int error = start(database, name, ends[1], &pid);
	close(ends[1]);
	ssize_t length = error ? 0 : read_line(ends[0], line);
	int status = error || length < 0 ? -1 : await_end(pid);
	close(ends[0]);
	if (error) {
		errno = error;
		return error == ENOENT ? 0 : -1;
	}
	if (status == -1) {
		/* Not waited for: who knows when it notices. It becomes init's. */
		kill(pid, SIGKILL);
		errno = ETIMEDOUT;
		return -1;
	}
	line[length] = '\0';
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
		return 0;
	errno = EIO;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 && length > 0 ? 1 : -1;
}

int getent(const char *database, const char *name, char line[GETENT_LINE]) {
	int ends[2];
	sigset_t none, before;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	/* Whoever stops the job need not wait for the answer: what is blocked until there is a program ends the process now. */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, &before);
	int found = ask(database, name, line, ends), error = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return found;
}
