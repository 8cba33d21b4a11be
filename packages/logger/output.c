/*
 * Lines for standard output and standard error. Nothing waits for their readers: a descriptor gets no more than it takes at once, and lines
 * that there is no room for are dropped and counted.
 */
#include "logger.h"

/* What is written at a time: a pipe that can be written takes so much without waiting, and a socket too. */
#define PIECE 4096u
#define ONCE (EPOLLOUT | EPOLLONESHOT)

static struct output {
	const char *name;
	int fd;
	struct queue *queue;
	struct watch watch;
} outputs[] = {{.name = "output"}, {.name = "error"}};
/* Both are the same: then one queue has the lines of both, so that they stay in order. */
static bool are_one;

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
	struct stat one, other;
	are_one = fstat(STDOUT_FILENO, &one) == 0 && fstat(STDERR_FILENO, &other) == 0 && one.st_dev == other.st_dev &&
	          one.st_ino == other.st_ino;
	for (int i = 0; i < 2; i++) {
		struct queue *queue = outputs[i].queue = &memory->queues[i];
		outputs[i].fd = open_without_waiting(STDOUT_FILENO + i);
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

void output_line(unsigned target, const struct log *log, size_t length, const char *bytes, size_t count) {
	char head[LABEL_MAX + 96] = "";
	struct output *output = &outputs[target & LOG_TO_OUTPUT || are_one ? 0 : 1];
	struct queue *queue = output->queue;
	uint64_t span = queue->span, left_out = queue->left_out;
	bool is_labelled = log && log->label[0];
	/* The end of a line of a terminal. */
	if (is_labelled && count > 0 && bytes[count - 1] == '\r')
		count--;
	else if (is_labelled && count == 0 && length > 0 && log->line[length - 1] == '\r')
		length--;
	if (left_out)
		snprintf(head, sizeof head, "init: %llu lines left out: standard %s was not read\n",
		         (unsigned long long)left_out, output->name);
	if (is_labelled)
		snprintf(head + strlen(head), sizeof head - strlen(head), "%s: ", log->label);
	if (length_of(span) + strlen(head) + length + count + 1 > QUEUE_SIZE) {
		queue->left_out++;
		return;
	}
	span = put(queue, span, head, strlen(head));
	span = put(queue, span, length > 0 ? log->line : "", length);
	span = put(queue, span, bytes, count);
	queue->span = put(queue, span, "\n", 1);
	queue->left_out = 0;
}

/* False: it takes nothing now. */
static bool write_piece(const struct output *output) {
	struct queue *queue = output->queue;
	size_t begin = (uint32_t)queue->span, length = length_of(queue->span), count = QUEUE_SIZE - begin;
	count = length < count ? length : count;
	if (poll(&(struct pollfd){.fd = output->fd, .events = POLLOUT}, 1, 0) <= 0)
		return false;
	ssize_t n = write(output->fd, queue->ring + begin, count < PIECE ? count : PIECE);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	/* What cannot be written at all is gone: a container without a standard output has no use for it. */
	count = n > 0 ? (size_t)n : count;
	queue->span = count < length ? (uint64_t)(length - count) << 32 | (begin + count) % QUEUE_SIZE : 0;
	return true;
}

/* After each turn of the loop it is tried again. */
static void ready(struct watch *watch) {
	(void)watch;
}

bool output_write(void) {
	bool is_all = true;
	for (struct output *output = outputs; output < outputs + 2; output++) {
		while (length_of(output->queue->span) > 0 && write_piece(output))
			continue;
		if (length_of(output->queue->span) == 0)
			continue;
		is_all = false;
		if (output->watch.ready)
			watch_change(&output->watch, ONCE);
		else
			watch_start(&output->watch, output->fd, ONCE, ready);
	}
	return is_all;
}
