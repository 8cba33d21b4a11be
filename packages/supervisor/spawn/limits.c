/* Limits and signals: what the supervisor was started with, for itself and for its children. */
#include <signal.h>
#include <sys/resource.h>

#include "spawn/child.h"

/* Of open files. */
static struct rlimit original;

void child_limits_open(void) {
	getrlimit(RLIMIT_NOFILE, &original);
	struct rlimit raised = {original.rlim_max, original.rlim_max};
	setrlimit(RLIMIT_NOFILE, &raised);
}

void limits_hand_over(FILE *out) {
	state_number(out, "limit-files", (int64_t)original.rlim_cur);
	state_number(out, "limit-files-hard", (int64_t)original.rlim_max);
}

void limits_take_over(const struct state_entry *entry) {
	if (entry_is(entry, "limit-files"))
		original.rlim_cur = (rlim_t)entry->number;
	else if (entry_is(entry, "limit-files-hard"))
		original.rlim_max = (rlim_t)entry->number;
}

void child_restore_limits(void) {
	setrlimit(RLIMIT_NOFILE, &original);
}

void child_restore_signals(void) {
	sigset_t none;
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}
