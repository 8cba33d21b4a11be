/*
 * Notices the end of a process that is not our child. As long as its parent lives, that parent reaps it; when the parent has died it
 * becomes ours, and is reaped like any other. The pidfd says when it has ended; who can say how is looked for then.
 */
#define _GNU_SOURCE
#include "process/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/ending.h"

/* P_PIDFD, which not every libc's headers have. */
#define ID_TYPE_PIDFD 3
/* When there is no descriptor to be had. */
#define RETRY 1000

/* Linux 6.15: the exit status of a process that has been reaped. Not in every libc's headers. */
struct exit_info {
	uint64_t mask;
	uint64_t cgroup;
	uint32_t ids[11];
	int32_t exit_code;
};
#define EXIT_INFO _IOWR(0xFF, 11, struct exit_info)
#define EXIT_INFO_MASK (1u << 3)

static bool status_of_reaped(int fd, int *status) {
	struct exit_info info = {.mask = EXIT_INFO_MASK};
	if (ioctl(fd, EXIT_INFO, &info) < 0 || !(info.mask & EXIT_INFO_MASK))
		return false;
	*status = info.exit_code;
	return true;
}

/* Field 3 of /proc/PID/stat is the state, field 52 the exit code. */
static bool status_of_zombie(pid_t pid, int *status) {
	char path[32], text[1024];
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	/* The name, field 2, may hold anything. */
	const char *at = strrchr(text, ')');
	if (!at || at[1] != ' ' || at[2] != 'Z')
		return false;
	for (int field = 2; field < 52; field++) {
		at = strchr(at + 1, ' ');
		if (!at)
			return false;
	}
	*status = atoi(at + 1);
	return true;
}

/* Not asked by the pid, which may have come to another child of ours by now. */
static bool is_ours(int fd) {
	siginfo_t info;
	return waitid((idtype_t)ID_TYPE_PIDFD, (id_t)fd, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static void ready(struct watch *watch, uint32_t events) {
	struct process *process = CONTAINER_OF(watch, struct process, pidfd);
	int status;
	(void)events;
	if (is_ours(watch->fd)) {
		/* Or will be in a moment: it is one that we trace. SIGCHLD comes for it. */
		watch_close(watch);
	} else if (status_of_zombie(process->pid, &status) || status_of_reaped(watch->fd, &status)) {
		process_ended(process, &status, NULL);
	} else {
		process_ended(process, NULL, NULL);
	}
}

void follow_attach(struct process *process, int fd) {
	if (watch_start(&process->pidfd, fd, EPOLLIN, ready) == 0)
		return;
	close(fd);
	follow_begin(process);
}

static void retry(struct timer *timer) {
	follow_begin(CONTAINER_OF(timer, struct process, timer));
}

void follow_begin(struct process *process) {
	watch_close(&process->pidfd);
	int fd = (int)syscall(SYS_pidfd_open, process->pid, 0);
	if (fd >= 0 && watch_start(&process->pidfd, fd, EPOLLIN, ready) == 0)
		return;
	if (fd >= 0)
		close(fd);
	else if (errno == ESRCH) {
		process_ended(process, NULL, NULL);
		return;
	}
	timer_start(&process->timer, RETRY, retry);
}
