#define _GNU_SOURCE
#include "ending.h"

#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Where pids stand that are not to be ended, one a line: a file, and a folder of such files. init's daemon is among them. */
#define OMIT_FILE "/run/sendsigs.omit"
#define OMIT_FOLDER "/run/sendsigs.omit.d"
#define OMITTED_MAX 1024

/* Milliseconds. */
#define TERM_PATIENCE 5000
#define KILL_PATIENCE 2000
#define LOOK 50

/* Of /proc/PID/stat. */
#define PF_KTHREAD 0x00200000ul

static pid_t omitted[OMITTED_MAX];
static size_t omitted_count;

static void read_omitted(const char *path) {
	FILE *file = fopen(path, "re");
	int pid;
	while (file && omitted_count < OMITTED_MAX && fscanf(file, "%d", &pid) == 1)
		omitted[omitted_count++] = pid;
	if (file)
		fclose(file);
}

/* Read anew each time: a daemon that was replaced has another pid. */
static void read_all_omitted(void) {
	char path[sizeof OMIT_FOLDER + 256];
	omitted_count = 0;
	read_omitted(OMIT_FILE);
	DIR *folder = opendir(OMIT_FOLDER);
	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		snprintf(path, sizeof path, OMIT_FOLDER "/%s", entry->d_name);
		if (entry->d_name[0] != '.')
			read_omitted(path);
	}
	if (folder)
		closedir(folder);
}

static bool is_omitted(pid_t pid) {
	for (size_t i = 0; i < omitted_count; i++)
		if (omitted[i] == pid)
			return true;
	return false;
}

/* Neither a zombie nor a thread of the kernel. */
static bool is_alive(pid_t pid) {
	char path[64], text[512], state;
	unsigned long flags;
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	FILE *file = fopen(path, "re");
	size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
	if (file)
		fclose(file);
	text[length] = '\0';
	/* The name may have any character. */
	char *rest = strrchr(text, ')');
	return rest && sscanf(rest, ") %c %*d %*d %*d %*d %*d %lu", &state, &flags) == 2 && state != 'Z' && state != 'X' &&
	       !(flags & PF_KTHREAD);
}

/* Programs that a root file system needs to the end call themselves `@…`, as a convention between inits has it. */
static bool serves_root(pid_t pid) {
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
	FILE *file = fopen(path, "re");
	int first = file ? fgetc(file) : EOF;
	if (file)
		fclose(file);
	return first == '@';
}

/* Sends `signals`, up to a 0, to all who are to end; returns how many there are. */
static size_t signal_all(const int *signals) {
	size_t count = 0;
	read_all_omitted();
	DIR *proc = opendir("/proc");
	for (struct dirent *entry; proc && (entry = readdir(proc));) {
		pid_t pid = isdigit((unsigned char)entry->d_name[0]) ? atoi(entry->d_name) : 0;
		if (pid <= 1 || pid == getpid() || is_omitted(pid) || !is_alive(pid) || serves_root(pid))
			continue;
		count++;
		for (const int *signal = signals; *signal; signal++)
			kill(pid, *signal);
	}
	if (proc)
		closedir(proc);
	return count;
}

/* Sends `first` once and `again` with each look, until nobody is left or time is up. */
static bool end_with(const int *first, const int *again, int patience) {
	struct timespec pause = {.tv_nsec = LOOK * 1000000L};
	size_t left = signal_all(first);
	for (int waited = 0; left > 0 && waited < patience; waited += LOOK) {
		nanosleep(&pause, NULL);
		left = signal_all(again);
	}
	return left == 0;
}

void end_processes(void) {
	static const int polite[] = {SIGTERM, SIGCONT, 0}, hard[] = {SIGKILL, 0}, none[] = {0};
	/* Those who started us, and our terminal, may go first. */
	static const int survived[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGTTOU};
	for (size_t i = 0; i < sizeof survived / sizeof *survived; i++)
		signal(survived[i], SIG_IGN);
	if (!end_with(polite, none, TERM_PATIENCE))
		/* With each look: something may still start others. */
		end_with(hard, hard, KILL_PATIENCE);
}
