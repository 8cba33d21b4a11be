#define _GNU_SOURCE
#include "log/rotation.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

/* How far beyond its size a file may grow for the sake of its last line. */
#define MID_LINE_FACTOR 2
/* Room for the number behind a name. */
#define SUFFIX 16

static _Atomic int64_t size_limit, age_limit, keep_count;

void rotation_set(int64_t size, int64_t age, int64_t keep) {
	size_limit = size;
	age_limit = age;
	keep_count = keep;
}

static bool is_on(void) {
	return size_limit > 0 || age_limit > 0;
}

/* Seconds of a clock that is never set and goes on while the machine sleeps. */
static int64_t now(void) {
	struct timespec time;
	clock_gettime(CLOCK_BOOTTIME, &time);
	return time.tv_sec;
}

int64_t rotation_birth(int file) {
	struct statx state;
	int64_t age = 0;
	if (age_limit > 0 && statx(file, "", AT_EMPTY_PATH, STATX_BTIME, &state) == 0 && (state.stx_mask & STATX_BTIME))
		age = time(NULL) - state.stx_btime.tv_sec;
	return now() - (age > 0 ? age : 0);
}

bool rotation_is_due(const struct stat *state, int64_t birth, bool mid_line) {
	if (state->st_size == 0 || !is_on())
		return false;
	int64_t factor = mid_line ? MID_LINE_FACTOR : 1;
	if (size_limit > 0 && state->st_size >= size_limit * factor)
		return true;
	return age_limit > 0 && !mid_line && now() - birth >= age_limit;
}

int rotate(const char *path) {
	char from[PATH_MAX + SUFFIX], to[PATH_MAX + SUFFIX];
	for (int64_t number = keep_count; number >= 1; number--) {
		snprintf(to, sizeof to, "%s.%lld", path, (long long)number);
		if (number > 1)
			snprintf(from, sizeof from, "%s.%lld", path, (long long)(number - 1));
		else
			snprintf(from, sizeof from, "%s", path);
		if (rename(from, to) < 0 && errno != ENOENT)
			return errno;
	}
	return 0;
}
