/*
 * Lines for standard output and standard error. Nothing waits for their readers: a descriptor gets no more than it takes at once, and lines
 * that there is no room for are dropped and counted.
 */
#include "logger.h"

/* What is written at a time: a pipe that can be written takes so much without waiting, and a socket too. */
#define PIECE 4096u

/* Standard output and standard error. After each turn of the loop the logger writes what they take: an event only begins a turn. */
static struct watch outputs[2];

/* Init shares the flags of its own descriptor with others, and of these another may fill a pipe, or a terminal take a part of a line. */
static int open_without_waiting(int fd) {
	char path[32];
	struct stat state;
	if (fstat(fd, &state) < 0 || !(S_ISFIFO(state.st_mode) || S_ISCHR(state.st_mode)))
		return fd;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return own < 0 ? fd : own;
}

void output_open(void) {
	for (int i = 0; i < 2; i++) {
		struct queue *queue = &memory->queues[i];
		outputs[i].fd = open_without_waiting(STDOUT_FILENO + i);
		/* What cannot be waited for, a regular file say, takes everything at once. */
		watch_start(&outputs[i], outputs[i].fd, EPOLLONESHOT, NULL);
		if ((uint32_t)queue->span >= QUEUE_SIZE || length_of(queue->span) > QUEUE_SIZE)
			queue->span = 0;
	}
}

static uint64_t put(struct queue *queue, uint64_t span, const void *bytes, size_t count) {
	size_t at = end_of(span) % QUEUE_SIZE, first = count < QUEUE_SIZE - at ? count : QUEUE_SIZE - at;
	memcpy(queue->ring + at, bytes, first);
	memcpy(queue->ring, (const char *)bytes + first, count - first);
	return span + ((uint64_t)count << 32);
}

void output_line(unsigned target, const char *line, size_t length) {
	char notice[96] = "";
	bool is_output = target & LOG_TO_OUTPUT;
	struct queue *queue = &memory->queues[is_output ? 0 : 1];
	uint64_t span = queue->span, left_out = queue->left_out;
	if (left_out)
		snprintf(notice, sizeof notice, "init: %llu lines left out: standard %s was not read\n",
		         (unsigned long long)left_out, is_output ? "output" : "error");
	if (length_of(span) + strlen(notice) + length + 1 > QUEUE_SIZE) {
		queue->left_out++;
		return;
	}
	span = put(queue, span, notice, strlen(notice));
	span = put(queue, span, line, length);
	queue->span = put(queue, span, "\n", 1);
	queue->left_out = 0;
}

/* False: it takes nothing now. */
static bool write_piece(int fd, struct queue *queue) {
	size_t begin = (uint32_t)queue->span, length = length_of(queue->span), count = QUEUE_SIZE - begin;
	count = length < count ? length : count;
	if (poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, 0) <= 0)
		return false;
	ssize_t n = write(fd, queue->ring + begin, count < PIECE ? count : PIECE);
	if (n < 0 && errno == EAGAIN)
		return false;
	/* What cannot be written at all is gone: a container without a standard output has no use for it. */
	count = n > 0 ? (size_t)n : count;
	queue->span = count < length ? (uint64_t)(length - count) << 32 | (begin + count) % QUEUE_SIZE : 0;
	return true;
}

bool output_write(void) {
	bool is_all = true;
	for (int i = 0; i < 2; i++) {
		struct queue *queue = &memory->queues[i];
		while (length_of(queue->span) > 0 && write_piece(outputs[i].fd, queue))
			continue;
		if (length_of(queue->span) == 0)
			continue;
		is_all = false;
		watch_change(&outputs[i], EPOLLOUT | EPOLLONESHOT);
	}
	return is_all;
}
