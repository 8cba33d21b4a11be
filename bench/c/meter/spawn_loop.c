/*
 * The limit of starting processes: COUNT programs, one after the other, each known to run before the next is begun.
 * `vfork`: the parent sleeps until the exec. `fork`: a pipe that the exec closes tells of it, as supervisors do it that
 * report failures. `pty`: that, and a new session on a pseudo-terminal of its own. `run` waits for the end of all;
 * `hold` for their start only, and kills them when the time is taken. Prints nanoseconds.
 */
#include "meter.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum way { VFORK, FORK, PTY };

static _Noreturn void become(enum way way, int error_pipe, const char *terminal, char **words) {
	int fd = -1, error = 1;
	setsid();
	if (way == PTY && (fd = open(terminal, O_RDWR)) >= 0) {
		dup2(fd, 1);
		dup2(fd, 2);
		close(fd);
	}
	if (way != PTY || fd >= 0)
		execvp(words[0], words);
	if (write(error_pipe, &error, sizeof error) < 0)
		_exit(126);
	_exit(127);
}

static pid_t start_reported(enum way way, char **words, int *master) {
	int ends[2], error = 0;
	char terminal[64] = "";
	if (way == PTY) {
		*master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
		if (*master < 0 || unlockpt(*master) < 0 || ptsname_r(*master, terminal, sizeof terminal) != 0)
			give_up("pseudo-terminal");
	}
	if (pipe2(ends, O_CLOEXEC) < 0)
		give_up("pipe");
	pid_t pid = fork();
	if (pid == 0)
		become(way, ends[1], terminal, words);
	close(ends[1]);
	if (pid < 0 || read(ends[0], &error, sizeof error) != 0)
		give_up(words[0]);
	close(ends[0]);
	return pid;
}

static void raise_file_limit(void) {
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int spawn_loop(int argc, char **argv) {
	if (argc < 5)
		return 2;
	enum way way = strcmp(argv[1], "vfork") == 0 ? VFORK : strcmp(argv[1], "fork") == 0 ? FORK : PTY;
	int count = atoi(argv[2]);
	bool hold = strcmp(argv[3], "hold") == 0;
	pid_t *pids = calloc((size_t)count + 1, sizeof *pids);
	int *masters = calloc((size_t)count + 1, sizeof *masters);
	if (!pids || !masters)
		give_up("memory");
	raise_file_limit();
	int64_t began = now_ns();
	int ended = 0;
	for (int i = 0; i < count; i++) {
		pids[i] = way == VFORK ? start_quietly(argv + 4) : start_reported(way, argv + 4, &masters[i]);
		if (pids[i] < 0)
			give_up(argv[4]);
		while (!hold && waitpid(-1, NULL, WNOHANG) > 0)
			ended++;
	}
	while (!hold && ended < count && waitpid(-1, NULL, 0) > 0)
		ended++;
	int64_t took = now_ns() - began;
	for (int i = 0; hold && i < count; i++)
		kill(pids[i], SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		continue;
	printf("%lld\n", (long long)took);
	return 0;
}
