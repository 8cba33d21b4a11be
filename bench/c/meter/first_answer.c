/*
 * Starts a daemon and runs a probe again and again until it succeeds; prints the nanoseconds from before the fork until
 * then, and ends the daemon. A session file (`-` for none; %p stands for the daemon's pid) has to be there before the
 * first probe, which gets the variable that it sets.
 */
#include "meter.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_NS 300000

static void wait_a_little(void) {
	nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
}

static bool take_variable(const char *path) {
	static char line[8192];
	FILE *in = fopen(path, "r");
	bool found = in && fgets(line, sizeof line, in) && strchr(line, '\n') && strchr(line, '=');
	if (in)
		fclose(in);
	if (found) {
		*strchr(line, '\n') = '\0';
		putenv(line);
	}
	return found;
}

int first_answer(int argc, char **argv) {
	int separator = 4;
	char path[4096];
	while (separator < argc && strcmp(argv[separator], "--") != 0)
		separator++;
	if (separator < 5 || separator + 1 >= argc)
		return 2;
	argv[separator] = NULL;
	int64_t began = now_ns(), end = began + atoll(argv[2]) * 1000000;
	pid_t daemon = start_quietly(argv + separator + 1);
	if (daemon < 0)
		give_up(argv[separator + 1]);
	char *mark = strstr(argv[1], "%p");
	if (mark)
		snprintf(path, sizeof path, "%.*s%d%s", (int)(mark - argv[1]), argv[1], (int)daemon, mark + 2);
	else
		snprintf(path, sizeof path, "%s", argv[1]);
	bool announced = strcmp(path, "-") == 0, answered = false;
	while (!answered && now_ns() < end) {
		announced = announced || take_variable(path);
		answered = announced && run_quietly(argv + 4) == 0;
		if (!answered)
			wait_a_little();
	}
	int64_t took = now_ns() - began;
	kill(daemon, atoi(argv[3]));
	waitpid(daemon, NULL, 0);
	if (!answered) {
		fprintf(stderr, "meter: no answer in time\n");
		return 1;
	}
	printf("%lld\n", (long long)took);
	return 0;
}
