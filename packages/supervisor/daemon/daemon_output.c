#define _GNU_SOURCE
#include "daemon/daemon_output.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "log/copy.h"
#include "log/copy_queue.h"
#include "loop/loop.h"
#include "loop/say.h"

/* What is read at a time, which a pipe takes at once if it takes anything, and how often at most when the daemon is gone: a pipe holds 64 KiB, others may still write to it. */
#define PIECE 4096
#define LAST_PIECES 16

static struct stream {
	struct watch watch;
	struct copy *copy;
} streams[] = {{.watch = {.fd = -1}}, {.watch = {.fd = -1}}};
#define STREAMS 2

static bool read_piece(struct stream *stream) {
	uint8_t bytes[PIECE];
	ssize_t n = read(stream->watch.fd, bytes, sizeof bytes);
	int fd = stream == streams ? STDOUT_FILENO : STDERR_FILENO;
	if (n <= 0)
		return false;
	if (!stream->copy)
		stream->copy = copy_new(NULL, fd);
	if (stream->copy)
		copy_bytes(stream->copy, bytes, (size_t)n);
	else
		say_at_once(fd, (const char *)bytes, (size_t)n);
	return true;
}

static void close_stream(struct stream *stream) {
	if (stream->watch.fd < 0)
		return;
	watch_close(&stream->watch);
	if (stream->copy)
		copy_end(stream->copy);
	stream->copy = NULL;
}

static void ready(struct watch *watch, uint32_t events) {
	struct stream *stream = CONTAINER_OF(watch, struct stream, watch);
	if (!read_piece(stream) && !(events & EPOLLIN))
		close_stream(stream);
}

/* The end to write to; -1: there is no pipe. */
static int open_stream(struct stream *stream) {
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	if (watch_start(&stream->watch, ends[0], EPOLLIN, ready) == 0)
		return ends[1];
	close(ends[0]);
	close(ends[1]);
	return -1;
}

void daemon_output_open(int ends[2]) {
	ends[0] = open_stream(&streams[0]);
	/* One pipe where both go to the same place, so that lines stay in order. */
	if (copy_queue_is_shared())
		ends[1] = ends[0] < 0 ? -1 : fcntl(ends[0], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	else
		ends[1] = open_stream(&streams[1]);
}

void daemon_output_close(void) {
	for (size_t i = 0; i < STREAMS; i++) {
		for (int pieces = 0; streams[i].watch.fd >= 0 && pieces < LAST_PIECES && read_piece(&streams[i]); pieces++)
			;
		close_stream(&streams[i]);
	}
}
