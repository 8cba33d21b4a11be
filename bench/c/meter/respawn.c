/*
 * From SIGKILL to the first instruction of the process that takes the place of the one that was killed, in nanoseconds:
 * once, after a pause, for each line of standard input. What runs is `payload pulse SOCKET`, under some supervisor; or PROGRAM, under a bare loop that waits and
 * starts anew, which is the limit.
 */
#include "meter.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static _Noreturn void bare_supervisor(char **words) {
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		run_quietly(words);
}

static void pause_ms(long long ms) {
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

int respawn(int argc, char **argv) {
	char line[16];
	if (argc < 3)
		return 2;
	int pulses = open_pulses(argv[1]);
	pid_t pid = 0, supervisor = 0;
	printf("listening\n");
	fflush(stdout);
	if (argc > 3 && (supervisor = fork()) == 0)
		bare_supervisor(argv + 3);
	next_pulse(pulses, &pid);
	while (fgets(line, sizeof line, stdin)) {
		pause_ms(atoll(argv[2]));
		int64_t killed = now_ns();
		if (kill(pid, SIGKILL) < 0)
			give_up("kill");
		printf("%lld\n", (long long)(next_pulse(pulses, &pid) - killed));
		fflush(stdout);
	}
	if (supervisor > 0) {
		kill(supervisor, SIGKILL);
		kill(pid, SIGKILL);
	}
	return 0;
}
