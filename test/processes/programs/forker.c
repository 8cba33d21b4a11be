/*
 * A program that becomes a daemon, or something like one, step by step: each argument is a step, and then it sleeps.
 *
 *   fork      forks; the parent exits with status 0 and the child continues
 *   child     forks; the child continues and the parent stays, to wait for it
 *   clone     as fork, by the system call clone
 *   vfork, spawn, system, threads    has something done that is not the daemon: runs `true`, or starts threads that end
 *   thread    starts a thread that stays
 *   trace     asks to be traced, as a debugger's child does; it ignores a refusal
 *   stop      raises SIGSTOP
 *   exec      executes itself with the steps that are left
 *   note FILE writes its pid into the file
 *   exit N    exits with that status
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static char *const true_command[] = {"true", NULL};

static void go_on_as_child(pid_t pid) {
	if (pid != 0)
		_exit(pid < 0);
}

static void stay_as_parent(void) {
	int status;
	pid_t pid = fork();
	if (pid == 0)
		return;
	waitpid(pid, &status, 0);
	_exit(0);
}

static void run_by_vfork(void) {
	pid_t pid = vfork();
	if (pid == 0) {
		execvp("true", true_command);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

static void run_by_posix_spawn(void) {
	pid_t pid;
	if (posix_spawnp(&pid, "true", NULL, NULL, true_command, environ) == 0)
		waitpid(pid, NULL, 0);
}

static void *end_at_once(void *unused) {
	return unused;
}

static void *stay(void *unused) {
	for (;;)
		pause();
	return unused;
}

static void run_threads(void) {
	pthread_t threads[8];
	for (int i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, end_at_once, NULL);
	for (int i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
}

static void note_pid(const char *path) {
	FILE *file = fopen(path, "w");
	fprintf(file, "%d\n", getpid());
	fclose(file);
}

int main(int argc, char **argv) {
	pthread_t thread;
	for (int i = 1; i < argc; i++) {
		const char *step = argv[i];
		if (strcmp(step, "fork") == 0)
			go_on_as_child(fork());
		else if (strcmp(step, "child") == 0)
			stay_as_parent();
		else if (strcmp(step, "clone") == 0)
			go_on_as_child((pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0));
		else if (strcmp(step, "vfork") == 0)
			run_by_vfork();
		else if (strcmp(step, "spawn") == 0)
			run_by_posix_spawn();
		else if (strcmp(step, "system") == 0)
			(void)!system("true");
		else if (strcmp(step, "threads") == 0)
			run_threads();
		else if (strcmp(step, "thread") == 0)
			pthread_create(&thread, NULL, stay, NULL);
		else if (strcmp(step, "trace") == 0)
			ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		else if (strcmp(step, "stop") == 0)
			raise(SIGSTOP);
		else if (strcmp(step, "note") == 0)
			note_pid(argv[++i]);
		else if (strcmp(step, "exit") == 0)
			exit(atoi(argv[++i]));
		else if (strcmp(step, "exec") == 0) {
			argv[i] = argv[0];
			execv("/proc/self/exe", argv + i);
			_exit(127);
		}
	}
	for (;;)
		pause();
}
