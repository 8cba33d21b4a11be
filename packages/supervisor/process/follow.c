/*
 * Follows the forks of a traced process until it is the one that the job means (reference: jobs 5.1); notices its end.
 *
 *   NEW        --exec-->                    NORMAL
 *   NORMAL     --fork-->                    NEW_CHILD, of the child
 *   NEW_CHILD  --its first SIGSTOP-->       NONE when there were enough forks, else NORMAL
 *   NORMAL     --exec, after a fork-->      NONE
 *
 * Any other stop is a signal on its way to the process, and is passed on. What is followed is not our child: its
 * parent reaps it, or, when the parent has died, it becomes ours and is reaped like any other. The
 * pidfd says when it has ended; only then we look for its status.
 */
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "process/process.h"

/* What a traced process stops for. */
#define OPTIONS ((void *)(long)(PTRACE_O_TRACEFORK | PTRACE_O_TRACEEXEC))
/* P_PIDFD, which not every libc's headers have. */
#define ID_TYPE_PIDFD 3
/* Milliseconds until a pidfd is tried again when there was no descriptor for it. */
#define RETRY 1000

/* PIDFD_GET_INFO of Linux 6.15, not in every libc's headers: the exit status of a process that has been reaped. */
struct info {
	uint64_t mask;
	uint32_t other[13];
	int32_t exit_code;
};
#define GET_INFO _IOWR(0xFF, 11, struct info)
#define INFO_EXIT (UINT64_C(1) << 3)

static int status_of_reaped(int fd) {
	struct info info = {.mask = INFO_EXIT};
	return ioctl(fd, GET_INFO, &info) == 0 && (info.mask & INFO_EXIT) ? info.exit_code : NOT_KNOWN;
}

/* Field 3 of /proc/PID/stat is the state, Z or at last X; field 52 the exit code. The name, field 2, may hold anything. */
static int status_of_zombie(pid_t pid) {
	char text[1024];
	const char *at = proc_text(pid, "stat", text, sizeof text) ? strrchr(text, ')') : NULL;
	if (!at || (at[2] != 'Z' && at[2] != 'X'))
		return NOT_KNOWN;
	for (int field = 2; at && field < 52; field++)
		at = strchr(at + 1, ' ');
	return at ? atoi(at) : NOT_KNOWN;
}

/* Not asked by the pid, which another child of ours may have by now. */
static bool is_ours(int fd) {
	siginfo_t info;
	return waitid((idtype_t)ID_TYPE_PIDFD, (id_t)fd, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static void ready(struct watch *watch) {
	struct process *process = CONTAINER_OF(watch, struct process, pidfd);
	if (is_ours(watch->fd)) {
		/* Or it will be in a moment, as one that we trace: SIGCHLD comes for it. */
		watch_close(watch);
		return;
	}
	/* Mostly its own parent, which waits for it, is faster than we are. */
	int status = status_of_zombie(process->pid);
	process_ended(process, status != NOT_KNOWN ? status : status_of_reaped(watch->fd), NULL);
}

static void retry(struct timer *timer) {
	follow_begin(CONTAINER_OF(timer, struct process, timer), -1);
}

void follow_begin(struct process *process, int pidfd) {
	watch_close(&process->pidfd);
	if (pidfd < 0)
		pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
	if (pidfd < 0 && errno == ESRCH)
		process_ended(process, NOT_KNOWN, NULL);
	else if (pidfd < 0 || watch_start(&process->pidfd, pidfd, EPOLLIN, ready) < 0) {
		if (pidfd >= 0)
			close(pidfd);
		timer_start(&process->timer, RETRY, retry);
	}
}

/* ---- forks ---- */

/* Errors mean that the process has been killed, and will be reaped. */
static void resume(pid_t pid, int signal) {
	ptrace(PTRACE_CONT, pid, NULL, (void *)(long)signal);
}

/* Traced from its exec or its first stop on. */
static void trace_on(struct process *process) {
	ptrace(PTRACE_SETOPTIONS, process->pid, NULL, OPTIONS);
	process->trace = TRACE_NORMAL;
	resume(process->pid, 0);
}

static void let_go(struct process *process) {
	ptrace(PTRACE_DETACH, process->pid, NULL, NULL);
	process->trace = TRACE_NONE;
	report_add(REPORT_EXPECT_MET, NUMBER(PROCESS, process->id), NUMBER(PID, process->pid));
}

static void new_child_stopped(struct process *process, int signal) {
	if (signal != SIGSTOP)
		resume(process->pid, signal); /* came before the stop that a new child begins with */
	else if (++process->forks >= process->forks_wanted)
		let_go(process);
	else
		trace_on(process);
}

static void forked(struct process *process) {
	unsigned long child = 0;
	pid_t parent = process->pid;
	siginfo_t stop;
	ptrace(PTRACE_GETEVENTMSG, parent, NULL, &child);
	if (child == 0) {
		resume(parent, 0);
		return;
	}
	process_set_pid(process, (pid_t)child);
	process->trace = TRACE_NEW_CHILD;
	report_add(REPORT_FORKED, NUMBER(PROCESS, process->id), NUMBER(PID, child), NUMBER(OLD_PID, parent));
	ptrace(PTRACE_DETACH, parent, NULL, NULL);
	/* It may have stopped already, and have been reaped as a stranger. */
	if (ptrace(PTRACE_GETSIGINFO, process->pid, NULL, &stop) == 0)
		new_child_stopped(process, stop.si_signo);
	follow_begin(process, -1);
}

void trace_stopped(struct process *process, int status) {
	int event = status >> 16, signal = WSTOPSIG(status);
	siginfo_t info;
	if (!WIFSTOPPED(status))
		return;
	if (process->trace == TRACE_NEW && signal == SIGTRAP) {
		trace_on(process);
	} else if (process->trace == TRACE_NEW_CHILD) {
		new_child_stopped(process, signal);
	} else if (event == PTRACE_EVENT_FORK) {
		forked(process);
	} else if (event == PTRACE_EVENT_EXEC) {
		report_add(REPORT_EXEC_CHANGED, NUMBER(PROCESS, process->id), NUMBER(PID, process->pid));
		if (process->forks > 0)
			let_go(process);
		else
			resume(process->pid, 0);
	} else {
		/* No information: this is the stop itself, not the signal on its way, and a stop must not be delivered twice. */
		bool on_its_way = ptrace(PTRACE_GETSIGINFO, process->pid, NULL, &info) == 0;
		resume(process->pid, on_its_way ? signal : 0);
	}
}
