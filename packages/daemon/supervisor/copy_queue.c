#define _GNU_SOURCE
#include "copy_queue.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "copy.h"
#include "thread.h"

#define STACK (64 * 1024)

/*
 * A ring, which the main thread adds to and the writing thread takes from. All of it with the lock only. No image of init takes
 * it over: after a fault the thread goes on until then, unlike others.
 */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work, idle;
static char *ring;
static size_t start, length;
/* Lines that there was no room for since the last one that there was. */
static unsigned long left_out;

/* Without the lock: nothing but this thread takes from the ring. False: nobody will ever read it. */
static bool write_piece(const char *bytes, size_t count, size_t *written) {
	struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
	ssize_t n = write(STDOUT_FILENO, bytes, count);
	if (n < 0 && errno == EAGAIN)
		poll(&output, 1, -1);
	else if (n < 0 && errno != EINTR)
		return false;
	*written = n < 0 ? 0 : (size_t)n;
	return true;
}

static void *write_lines(void *unused) {
	(void)unused;
	pthread_mutex_lock(&lock);
	for (;;) {
		while (length == 0) {
			pthread_cond_broadcast(&idle);
			pthread_cond_wait(&work, &lock);
		}
		size_t to_end = COPY_QUEUE - start, count = length < to_end ? length : to_end, written = count;
		pthread_mutex_unlock(&lock);
		/* What cannot be written at all is gone: a container without a standard output has no use for it. */
		if (!write_piece(ring + start, count, &written))
			written = count;
		pthread_mutex_lock(&lock);
		start = (start + written) % COPY_QUEUE;
		length -= written;
	}
	return NULL;
}

bool copy_queue_open(void) {
	if (ring)
		return true;
	ring = malloc(COPY_QUEUE);
	if (!ring)
		return false;
	timed_condition_open(&idle);
	pthread_cond_init(&work, NULL);
	if (thread_start(write_lines, STACK))
		return true;
	free(ring);
	ring = NULL;
	return false;
}

static void put(const char *bytes, size_t count) {
	size_t at = (start + length) % COPY_QUEUE, to_end = COPY_QUEUE - at;
	size_t first = count < to_end ? count : to_end;
	memcpy(ring + at, bytes, first);
	memcpy(ring, bytes + first, count - first);
	length += count;
}

void copy_queue_add(const char *line, size_t count) {
	char notice[96];
	pthread_mutex_lock(&lock);
	size_t said = 0;
	if (left_out)
		said = (size_t)snprintf(notice, sizeof notice, "init: %lu lines left out: standard output was not read\n", left_out);
	if (length + said + count > COPY_QUEUE) {
		left_out++;
	} else {
		put(notice, said);
		put(line, count);
		left_out = 0;
		pthread_cond_signal(&work);
	}
	pthread_mutex_unlock(&lock);
}

bool copies_come_to_rest(int64_t patience) {
	if (!ring)
		return true;
	struct timespec until = time_in(patience);
	pthread_mutex_lock(&lock);
	while (length > 0)
		if (pthread_cond_timedwait(&idle, &lock, &until) == ETIMEDOUT)
			break;
	bool rest = length == 0;
	pthread_mutex_unlock(&lock);
	return rest;
}
