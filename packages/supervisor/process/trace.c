/*
 * Follows the forks of a traced process, until it is the one that the job means. The table of reference: jobs 5.1.
 *
 *   NEW        --exec-->                    NORMAL
 *   NORMAL     --fork-->                    NEW_CHILD, of the child
 *   NEW_CHILD  --its first SIGSTOP-->       NONE when there were enough forks, else NORMAL
 *   NORMAL     --exec, after a fork-->      NONE
 *
 * Everything else that stops the process is a signal on its way to it, which is passed on.
 */
#define _GNU_SOURCE
#include "process/trace.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "process/follow.h"
#include "link/reports.h"

#define OPTIONS ((void *)(long)(PTRACE_O_TRACEFORK | PTRACE_O_TRACEEXEC))

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
