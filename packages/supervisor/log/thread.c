#define _GNU_SOURCE
#include "log/thread.h"

bool thread_start(void *(*run)(void *data), void *data, size_t stack) {
	pthread_t thread;
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, stack);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	return pthread_create(&thread, &attributes, run, data) == 0;
}

void timed_condition_open(pthread_cond_t *condition) {
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &attributes);
}

struct timespec time_in(int64_t milliseconds) {
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	int64_t nanoseconds = time.tv_nsec + milliseconds % 1000 * 1000000;
	time.tv_sec += milliseconds / 1000 + nanoseconds / 1000000000;
	time.tv_nsec = nanoseconds % 1000000000;
	return time;
}
