/*
 * fault PID [THREAD [CALL]]: makes a process, or one of its threads, meet a segmentation fault of its own: as it is, or when it
 * comes back from a system call. A signal that is merely sent says who has sent it; its tracer can have it say otherwise.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
	const char *name;
	long number;
} calls[] = {
	{"writev", SYS_writev},
	{"epoll_wait", SYS_epoll_pwait},
#ifdef SYS_epoll_wait
	{"epoll_wait", SYS_epoll_wait},
#endif
};

static void must(long result, const char *what) {
	if (result < 0) {
		perror(what);
		exit(1);
	}
}

static int next_stop(pid_t thread) {
	int status;
	must(waitpid(thread, &status, __WALL), "wait");
	return status;
}

static bool is_call(const char *name, unsigned long long number) {
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (strcmp(calls[i].name, name) == 0 && (unsigned long long)calls[i].number == number)
			return true;
	return false;
}

/* Returns with the thread stopped on its way into the call. */
static void come_to_call(pid_t thread, const char *name) {
	struct __ptrace_syscall_info call;
	must(ptrace(PTRACE_INTERRUPT, thread, 0, 0), "interrupt");
	do {
		int status = next_stop(thread);
		bool in_call = WIFSTOPPED(status) && WSTOPSIG(status) == (SIGTRAP | 0x80);
		if (in_call && ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof call, &call) > 0 &&
		    call.op == PTRACE_SYSCALL_INFO_ENTRY && is_call(name, call.entry.nr))
			return;
	} while (ptrace(PTRACE_SYSCALL, thread, 0, 0) == 0);
	must(-1, "continue");
}

int main(int argc, char **argv) {
	pid_t pid = argc >= 2 ? atoi(argv[1]) : 0;
	pid_t thread = argc >= 3 ? atoi(argv[2]) : pid;
	siginfo_t info;
	int status;
	if (pid <= 0 || thread <= 0 || argc > 4) {
		fprintf(stderr, "usage: fault PID [THREAD [CALL]]\n");
		return 2;
	}
	must(ptrace(PTRACE_SEIZE, thread, 0, PTRACE_O_TRACESYSGOOD), "seize");
	if (argc == 4)
		come_to_call(thread, argv[3]);
	must(syscall(SYS_tgkill, pid, thread, SIGSEGV), "signal");
	if (argc == 4)
		must(ptrace(PTRACE_CONT, thread, 0, 0), "continue");
	do
		status = next_stop(thread);
	while (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGSEGV);
	must(ptrace(PTRACE_GETSIGINFO, thread, 0, &info), "ask");
	info.si_code = SEGV_MAPERR;
	info.si_addr = NULL;
	must(ptrace(PTRACE_SETSIGINFO, thread, 0, &info), "change");
	must(ptrace(PTRACE_DETACH, thread, 0, SIGSEGV), "detach");
	return 0;
}
