/*
 * Lines for standard output and standard error, each written by a thread of its own, so that nothing waits for whoever reads
 * them. Lines that there is no room for are dropped and counted.
 */
#include "logger.h"

#include <poll.h>
#include <stdio.h>

/* What is written at a time. */
#define PIECE (64u * 1024)

static struct output {
	const char *name;
	struct queue *queue;
	bool started;
	pthread_cond_t work;
} outputs[] = {{.name = "output", .work = PTHREAD_COND_INITIALIZER},
               {.name = "error", .work = PTHREAD_COND_INITIALIZER}};
/* Both are the same: then one thread writes, so that lines stay in order. */
static bool are_one;

static void *write_lines(void *data) {
	struct output *output = data;
	struct queue *queue = output->queue;
	int fd = STDOUT_FILENO + (int)(output - outputs);
	struct pollfd writable = {.fd = fd, .events = POLLOUT};
	pthread_mutex_lock(&lock);
	for (;;) {
		while (length_of(queue->span) == 0)
			pthread_cond_wait(&output->work, &lock);
		size_t begin = (uint32_t)queue->span, count = length_of(queue->span);
		count = count < QUEUE_SIZE - begin ? count : QUEUE_SIZE - begin;
		pthread_mutex_unlock(&lock);
		ssize_t n;
		while ((n = write(fd, queue->ring + begin, count < PIECE ? count : PIECE)) < 0 &&
		       (errno == EAGAIN || errno == EINTR))
			poll(&writable, 1, -1);
		pthread_mutex_lock(&lock);
		/* What cannot be written at all is gone: a container without a standard output has no use for it. */
		queue->span = ring_drop(QUEUE_SIZE, queue->span, n >= 0 ? (size_t)n : count);
	}
	return NULL;
}

static void start(struct output *output) {
	if (!output->started)
		thread_start(write_lines, output);
	output->started = true;
	pthread_cond_signal(&output->work);
}

void output_open(void) {
	struct stat one, other;
	are_one = fstat(STDOUT_FILENO, &one) == 0 && fstat(STDERR_FILENO, &other) == 0 && one.st_dev == other.st_dev &&
	          one.st_ino == other.st_ino;
	for (size_t i = 0; i < 2; i++) {
		struct queue *queue = outputs[i].queue = &memory->queues[i];
		if (!span_is_sound(queue->span, QUEUE_SIZE))
			queue->span = 0;
		if (length_of(queue->span) > 0)
			start(&outputs[i]);
	}
}

void output_line(unsigned target, const char *label, const struct iovec pieces[2]) {
	char notice[96] = "";
	struct output *output = &outputs[target & LOG_TO_OUTPUT || are_one ? 0 : 1];
	struct queue *queue = output->queue;
	if (queue->left_out)
		snprintf(notice, sizeof notice, "init: %llu lines left out: standard %s was not read\n",
		         (unsigned long long)queue->left_out, output->name);
	const struct iovec all[] = {{notice, strlen(notice)},
	                            {(char *)label, strlen(label)},
	                            {": ", label[0] ? 2 : 0},
	                            pieces[0],
	                            pieces[1],
	                            {"\n", 1}};
	uint64_t span = queue->span;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (length_of(span) + all[i].iov_len > QUEUE_SIZE) {
			queue->left_out++;
			return;
		}
		span = ring_put(queue->ring, QUEUE_SIZE, span, all[i].iov_base, all[i].iov_len);
	}
	queue->span = span;
	queue->left_out = 0;
	start(output);
}

bool output_is_idle(void) {
	return length_of(memory->queues[0].span) == 0 && length_of(memory->queues[1].span) == 0;
}
