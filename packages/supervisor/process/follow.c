/*
 * Follows the forks of a traced process until it is the one that the job means (reference: jobs 5.1), and notices its end.
 *
 *   NEW        --exec-->                    NORMAL
 *   NORMAL     --fork-->                    NEW_CHILD, of the child
 *   NEW_CHILD  --its first SIGSTOP-->       NONE when there were enough forks, else NORMAL
 *   NORMAL     --exec, after a fork-->      NONE
 *
 * Everything else that stops the process is a signal on its way to it, which is passed on. The process that is followed now
 * is not our child: as long as its parent lives, that parent reaps it; when the parent has died it becomes ours, and is reaped
 * like any other. The pidfd says when it has ended; who can say how is looked for then.
 */
#define _GNU_SOURCE
#include "process/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "link/reports.h"
#include "process/ending.h"

/* What a traced process stops for. */
#define OPTIONS ((void *)(long)(PTRACE_O_TRACEFORK | PTRACE_O_TRACEEXEC))
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

/* ---- forks ---- */

/* Errors mean that the process has been killed, which will be reaped. */
static void go_on(pid_t pid, int signal) {
	ptrace(PTRACE_CONT, pid, NULL, (void *)(long)signal);
}

static void let_go(struct process *process) {
	ptrace(PTRACE_DETACH, process->pid, NULL, NULL);
	process->trace = TRACE_NONE;
	report_add(REPORT_EXPECT_MET, NUMBER(PROCESS, process->id), NUMBER(PID, process->pid));
}

static void new_child_stopped(struct process *process, int signal) {
	if (signal != SIGSTOP) {
		go_on(process->pid, signal); /* came before the stop that a new child begins with */
		return;
	}
	process->forks++;
	if (process->forks >= process->forks_wanted) {
		let_go(process);
		return;
	}
	ptrace(PTRACE_SETOPTIONS, process->pid, NULL, OPTIONS);
	process->trace = TRACE_NORMAL;
	go_on(process->pid, 0);
}

static void forked(struct process *process) {
	unsigned long message = 0;
	pid_t parent = process->pid;
	ptrace(PTRACE_GETEVENTMSG, parent, NULL, &message);
	if (message == 0) {
		go_on(parent, 0);
		return;
	}
	process_set_pid(process, (pid_t)message);
	process->trace = TRACE_NEW_CHILD;
	report_add(REPORT_FORKED, NUMBER(PROCESS, process->id), NUMBER(PID, process->pid), NUMBER(OLD_PID, parent));
	ptrace(PTRACE_DETACH, parent, NULL, NULL);
	siginfo_t stop;
	/* It may have stopped, and the report of that been taken for a stranger's, before this one came. */
	bool has_stopped = ptrace(PTRACE_GETSIGINFO, process->pid, NULL, &stop) == 0;
	if (has_stopped)
		new_child_stopped(process, stop.si_signo);
	follow_begin(process);
}

static void signalled(const struct process *process, int signal) {
	siginfo_t info;
	/* No information: this is the stop itself, not the signal on its way, and a stop must not be delivered twice. */
	if (ptrace(PTRACE_GETSIGINFO, process->pid, NULL, &info) < 0)
		signal = 0;
	go_on(process->pid, signal);
}

void trace_stopped(struct process *process, int status) {
	int event = status >> 16, signal = WSTOPSIG(status);
	if (!WIFSTOPPED(status))
		return;
	if (process->trace == TRACE_NEW && signal == SIGTRAP) {
		ptrace(PTRACE_SETOPTIONS, process->pid, NULL, OPTIONS);
		process->trace = TRACE_NORMAL;
		go_on(process->pid, 0);
	} else if (process->trace == TRACE_NEW_CHILD) {
		new_child_stopped(process, signal);
	} else if (event == PTRACE_EVENT_FORK) {
		forked(process);
	} else if (event == PTRACE_EVENT_EXEC) {
		report_add(REPORT_EXEC_CHANGED, NUMBER(PROCESS, process->id), NUMBER(PID, process->pid));
		if (process->forks > 0)
			let_go(process);
		else
			go_on(process->pid, 0);
	} else {
		signalled(process, signal);
	}
}
