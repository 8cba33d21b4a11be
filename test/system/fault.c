/*
 * fault PID: makes a process meet a segmentation fault of its own. A signal that is merely sent says who has sent it; its
 * tracer can have it say otherwise.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(long result, const char *what) {
	if (result < 0) {
		perror(what);
		exit(1);
	}
}

int main(int argc, char **argv) {
	pid_t pid = argc == 2 ? atoi(argv[1]) : 0;
	siginfo_t info;
	int status;
	if (pid <= 0) {
		fprintf(stderr, "usage: fault PID\n");
		return 2;
	}
	must(ptrace(PTRACE_SEIZE, pid, 0, 0), "seize");
	must(syscall(SYS_tgkill, pid, pid, SIGSEGV), "signal");
	do
		must(waitpid(pid, &status, 0), "wait");
	while (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGSEGV);
	must(ptrace(PTRACE_GETSIGINFO, pid, 0, &info), "ask");
	info.si_code = SEGV_MAPERR;
	info.si_addr = NULL;
	must(ptrace(PTRACE_SETSIGINFO, pid, 0, &info), "change");
	must(ptrace(PTRACE_DETACH, pid, 0, SIGSEGV), "detach");
	return 0;
}
