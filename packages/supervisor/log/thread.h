/* Threads beside the main one, and waiting for them: until a time of a clock that is never set. */
#ifndef THREAD_H
#define THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Starts a detached thread with `stack` bytes of stack, which gets `data`. */
bool thread_start(void *(*run)(void *data), void *data, size_t stack);
/* A condition for `pthread_cond_timedwait` with what `time_in` gives. */
void timed_condition_open(pthread_cond_t *condition);
struct timespec time_in(int64_t milliseconds);

#endif
