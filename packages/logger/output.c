/*
 * Lines for standard output and standard error, each written by a thread of its own, so that nothing waits for whoever reads
 * them. Lines that there is no room for are left out, and that is said.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "logs.h"

/* What is written at a time. */
#define PIECE (64u * 1024)

static struct output {
	const char *name;
	struct queue *queue;
	bool started;
	pthread_cond_t work, idle;
} outputs[] = {{.name = "output"}, {.name = "error"}};
#define OUTPUTS (sizeof outputs / sizeof *outputs)
/* Both are the same: then one thread writes, so that lines stay in order. */
static bool is_shared;

static uint32_t length_of(uint64_t span) {
	return (uint32_t)(span >> 32);
}

static void *write_lines(void *data) {
	struct output *output = data;
	struct queue *queue = output->queue;
	int fd = STDOUT_FILENO + (int)(output - outputs);
	struct pollfd writable = {.fd = fd, .events = POLLOUT};
	pthread_mutex_lock(&lock);
	for (;;) {
		while (length_of(queue->span) == 0) {
			/* From the beginning again: only as much of the ring takes up memory as has ever waited. */
			queue->span = 0;
			pthread_cond_broadcast(&output->idle);
			pthread_cond_wait(&output->work, &lock);
		}
		uint32_t begin = (uint32_t)queue->span, count = length_of(queue->span);
		if (count > QUEUE_SIZE - begin)
			count = QUEUE_SIZE - begin;
		pthread_mutex_unlock(&lock);
		ssize_t n = write(fd, queue->ring + begin, count < PIECE ? count : PIECE);
		if (n < 0 && errno == EAGAIN)
			poll(&writable, 1, -1);
		/* What cannot be written at all is gone: a container without a standard output has no use for it. */
		uint32_t written = n >= 0 ? (uint32_t)n : errno == EAGAIN || errno == EINTR ? 0 : count;
		pthread_mutex_lock(&lock);
		queue->span = (uint64_t)(length_of(queue->span) - written) << 32 | (begin + written) % QUEUE_SIZE;
	}
	return NULL;
}

static void start(struct output *output) {
	if (!output->started)
		thread_start(write_lines, output);
	output->started = true;
}

void output_open(void) {
	struct stat one, other;
	is_shared = fstat(STDOUT_FILENO, &one) == 0 && fstat(STDERR_FILENO, &other) == 0 && one.st_dev == other.st_dev &&
	            one.st_ino == other.st_ino;
	for (size_t i = 0; i < OUTPUTS; i++) {
		outputs[i].queue = &memory->queues[i];
		pthread_cond_init(&outputs[i].work, NULL);
		condition_open(&outputs[i].idle);
		if (length_of(outputs[i].queue->span) > 0)
			start(&outputs[i]);
	}
}

/* Behind what is in the ring, and behind `*length` bytes that have been put there so. */
static void put(struct queue *queue, uint32_t *length, const char *bytes, size_t count) {
	uint32_t at = ((uint32_t)queue->span + length_of(queue->span) + *length) % QUEUE_SIZE;
	size_t first = count < QUEUE_SIZE - at ? count : QUEUE_SIZE - at;
	memcpy(queue->ring + at, bytes, first);
	memcpy(queue->ring, bytes + first, count - first);
	*length += (uint32_t)count;
}

void output_line(unsigned target, const char *label, const char *line, size_t length) {
	char notice[96];
	struct output *output = &outputs[target == LOG_TO_OUTPUT || is_shared ? 0 : 1];
	struct queue *queue = output->queue;
	pthread_mutex_lock(&lock);
	start(output);
	int said = 0;
	if (queue->left_out)
		said = snprintf(notice, sizeof notice, "init: %llu lines left out: standard %s was not read\n",
		                (unsigned long long)queue->left_out, output->name);
	uint32_t added = 0;
	if (length_of(queue->span) + (size_t)said + strlen(label) + length + 3 > QUEUE_SIZE) {
		queue->left_out++;
	} else {
		put(queue, &added, notice, (size_t)said);
		put(queue, &added, label, strlen(label));
		put(queue, &added, ": ", label[0] ? 2 : 0);
		put(queue, &added, line, length);
		put(queue, &added, "\n", 1);
		queue->span += (uint64_t)added << 32;
		queue->left_out = 0;
		pthread_cond_signal(&output->work);
	}
	pthread_mutex_unlock(&lock);
}

void output_wait(int64_t milliseconds) {
	struct timespec until = time_in(milliseconds);
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < OUTPUTS; i++)
		while (length_of(outputs[i].queue->span) > 0)
			if (pthread_cond_timedwait(&outputs[i].idle, &lock, &until) == ETIMEDOUT)
				break;
	pthread_mutex_unlock(&lock);
}
