#define _GNU_SOURCE
#include "log/copy_queue.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log/copy.h"
#include "log/thread.h"

#define STACK (64 * 1024)
/* What is written at a time: there is room for as much again when it is written. */
#define PIECE (64u * 1024)

/*
 * A ring, which the main thread adds to and the writing thread takes from. All of it with the lock only. No image of init takes
 * it over: after a fault the thread goes on until then, unlike others.
 */
static struct queue {
	int fd;
	const char *name;
	pthread_cond_t work, idle;
	char *ring;
	size_t start, length;
	/* Lines that there was no room for since the last one that there was. */
	unsigned long left_out;
} queues[] = {{.fd = STDOUT_FILENO, .name = "output"}, {.fd = STDERR_FILENO, .name = "error"}};
#define QUEUES (sizeof queues / sizeof *queues)
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Without the lock: nothing but this thread takes from the ring. False: nobody will ever read it. */
static bool write_piece(int fd, const char *bytes, size_t count, size_t *written) {
	struct pollfd output = {.fd = fd, .events = POLLOUT};
	ssize_t n = write(fd, bytes, count);
	if (n < 0 && errno == EAGAIN)
		poll(&output, 1, -1);
	else if (n < 0 && errno != EINTR)
		return false;
	*written = n < 0 ? 0 : (size_t)n;
	return true;
}

static void *write_lines(void *data) {
	struct queue *queue = data;
	pthread_mutex_lock(&lock);
	for (;;) {
		while (queue->length == 0) {
			/* From the beginning again: only as much of the ring takes up memory as has ever waited. */
			queue->start = 0;
			pthread_cond_broadcast(&queue->idle);
			pthread_cond_wait(&queue->work, &lock);
		}
		size_t to_end = COPY_QUEUE - queue->start, count = queue->length < to_end ? queue->length : to_end;
		if (count > PIECE)
			count = PIECE;
		size_t written = count;
		pthread_mutex_unlock(&lock);
		/* What cannot be written at all is gone: a container without a standard output has no use for it. */
		if (!write_piece(queue->fd, queue->ring + queue->start, count, &written))
			written = count;
		pthread_mutex_lock(&lock);
		queue->start = (queue->start + written) % COPY_QUEUE;
		queue->length -= written;
	}
	return NULL;
}

bool copy_queue_is_shared(void) {
	struct stat output, error;
	return fstat(STDOUT_FILENO, &output) == 0 && fstat(STDERR_FILENO, &error) == 0 && output.st_dev == error.st_dev &&
	       output.st_ino == error.st_ino;
}

static struct queue *queue_of(int fd) {
	static int shared = -1;
	if (shared < 0)
		shared = copy_queue_is_shared();
	return fd == STDOUT_FILENO || shared ? &queues[0] : &queues[1];
}

bool copy_queue_open(int fd) {
	struct queue *queue = queue_of(fd);
	if (queue->ring)
		return true;
	queue->ring = malloc(COPY_QUEUE);
	if (!queue->ring)
		return false;
	timed_condition_open(&queue->idle);
	pthread_cond_init(&queue->work, NULL);
	if (thread_start(write_lines, queue, STACK))
		return true;
	free(queue->ring);
	queue->ring = NULL;
	return false;
}

static void put(struct queue *queue, const char *bytes, size_t count) {
	size_t at = (queue->start + queue->length) % COPY_QUEUE, to_end = COPY_QUEUE - at;
	size_t first = count < to_end ? count : to_end;
	memcpy(queue->ring + at, bytes, first);
	memcpy(queue->ring, bytes + first, count - first);
	queue->length += count;
}

void copy_queue_add(int fd, const char *line, size_t count) {
	char notice[96];
	struct queue *queue = queue_of(fd);
	pthread_mutex_lock(&lock);
	size_t said = 0;
	if (queue->left_out)
		said = (size_t)snprintf(notice, sizeof notice, "init: %lu lines left out: standard %s was not read\n",
		                        queue->left_out, queue->name);
	if (queue->length + said + count > COPY_QUEUE) {
		queue->left_out++;
	} else {
		put(queue, notice, said);
		put(queue, line, count);
		queue->left_out = 0;
		pthread_cond_signal(&queue->work);
	}
	pthread_mutex_unlock(&lock);
}

bool copies_come_to_rest(int64_t patience) {
	bool rest = true;
	struct timespec until = time_in(patience);
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < QUEUES; i++) {
		while (queues[i].ring && queues[i].length > 0)
			if (pthread_cond_timedwait(&queues[i].idle, &lock, &until) == ETIMEDOUT)
				break;
		rest = rest && queues[i].length == 0;
	}
	pthread_mutex_unlock(&lock);
	return rest;
}
