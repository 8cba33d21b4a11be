/* The limit of logging: a program on a pseudo-terminal, and what it writes copied to a file. Prints nanoseconds. */
#include "meter.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int pty_copy(int argc, char **argv) {
	static char bytes[65536];
	char terminal[64];
	if (argc < 3)
		return 2;
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	int file = open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (file < 0 || master < 0 || unlockpt(master) < 0 || ptsname_r(master, terminal, sizeof terminal) != 0)
		give_up("pseudo-terminal");
	int64_t began = now_ns();
	pid_t pid = fork();
	if (pid == 0) {
		setsid();
		int fd = open(terminal, O_RDWR);
		dup2(fd, 1);
		dup2(fd, 2);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	/* Once nobody has the terminal open any more, reading fails; before the program opens it, too. */
	for (int status, ended = 0;;) {
		ssize_t n = read(master, bytes, sizeof bytes);
		if (n > 0 && write(file, bytes, (size_t)n) != n)
			give_up(argv[1]);
		if (n <= 0 && ended)
			break;
		if (n <= 0)
			ended = waitpid(pid, &status, WNOHANG) == pid;
	}
	printf("%lld\n", (long long)(now_ns() - began));
	return 0;
}
