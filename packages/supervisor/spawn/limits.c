/* Resource limits and signals: the supervisor's own, and what a child is given. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "spawn/child.h"
#include "link/state_file.h"

static struct rlimit original_files;
static bool has_original_files;

void child_limits_open(void) {
	has_original_files = getrlimit(RLIMIT_NOFILE, &original_files) == 0;
	if (!has_original_files)
		return;
	struct rlimit raised = {original_files.rlim_max, original_files.rlim_max};
	setrlimit(RLIMIT_NOFILE, &raised);
}

void limits_hand_over(FILE *out) {
	if (!has_original_files)
		return;
	state_number(out, "limit-files", (int64_t)original_files.rlim_cur);
	state_number(out, "limit-files-hard", (int64_t)original_files.rlim_max);
}

void limits_take_over(const struct state_entry *entry) {
	if (entry_is(entry, "limit-files"))
		original_files.rlim_cur = (rlim_t)entry->number;
	else if (entry_is(entry, "limit-files-hard"))
		original_files.rlim_max = (rlim_t)entry->number;
}

void child_restore_limits(void) {
	if (has_original_files)
		setrlimit(RLIMIT_NOFILE, &original_files);
}

void child_restore_signals(void) {
	sigset_t none;
	struct sigaction standard = {.sa_handler = SIG_DFL};
	for (int number = 1; number < NSIG; number++)
		sigaction(number, &standard, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

int set_limits(struct child *child) {
	static char resource[12];
	for (char **limit = child->spec->limits; *limit; limit++) {
		struct field numbers[3];
		for (int i = 0; i < 3; i++)
			numbers[i].data = (const uint8_t *)*limit + 8 * i;
		struct rlimit values = {(rlim_t)field_number(&numbers[1]), (rlim_t)field_number(&numbers[2])};
		int number = (int)field_number(&numbers[0]);
		if (setrlimit((unsigned)number, &values) == 0)
			continue;
		child->error = errno;
		snprintf(resource, sizeof resource, "%d", number);
		child->detail = resource;
		return STEP_LIMIT;
	}
	return 0;
}
