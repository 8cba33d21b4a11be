/* From a pty, or the pipe that takes its place, into the ring of a log. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log/log_parts.h"

/* How much of a pipe is read at a time. */
#define PIPE_BYTES 4096

/* How much there is room for in the ring, and where it begins. Memory is taken when there is output, not before. */
static size_t free_room(struct sink *sink, size_t *begin) {
	sink_lock();
	if (sink->capacity == 0 && (sink->buffer = malloc(LOG_BUFFER)))
		sink->capacity = LOG_BUFFER;
	size_t room = sink->capacity - sink->length;
	if (room)
		*begin = (sink->start + sink->length) % sink->capacity;
	sink_unlock();
	return room;
}

static void add_bytes(struct sink *sink, size_t count) {
	sink_lock();
	sink->length += count;
	if (!sink->held)
		sink_queue(sink);
	sink_unlock();
}

/* What has been read, into the ring, as a terminal would give it: with a carriage return before each newline. */
static ssize_t put_as_terminal(struct sink *sink, size_t at, const uint8_t *bytes, ssize_t count) {
	ssize_t put = 0;
	for (ssize_t i = 0; i < count; i++) {
		if (bytes[i] == '\n')
			sink->buffer[(at + (size_t)put++) % sink->capacity] = '\r';
		sink->buffer[(at + (size_t)put++) % sink->capacity] = bytes[i];
	}
	return put;
}

/* Reads into the ring, in which there is `room` from `at` on; what `read` returns, but as many bytes as have been put. */
static ssize_t read_into(struct log *log, size_t at, size_t room) {
	struct sink *sink = &log->sink;
	if (log->is_pipe) {
		uint8_t bytes[PIPE_BYTES];
		ssize_t count = read(log->master, bytes, room / 2 < sizeof bytes ? room / 2 : sizeof bytes);
		return count > 0 ? put_as_terminal(sink, at, bytes, count) : count;
	}
	size_t to_end = sink->capacity - at;
	return read(log->master, sink->buffer + at, room < to_end ? room : to_end);
}

/* Before the writer can be done with them. */
static void copy_from_ring(struct log *log, size_t at, size_t count) {
	const struct sink *sink = &log->sink;
	size_t to_end = sink->capacity - at, first = count < to_end ? count : to_end;
	copy_bytes(log->copy, sink->buffer + at, first);
	copy_bytes(log->copy, sink->buffer, count - first);
}

/* Reads what goes into no file, or will not be found in it; what `read` returns. */
static ssize_t read_and_drop(struct log *log) {
	static uint8_t bytes[PIPE_BYTES];
	ssize_t n = read(log->master, bytes, sizeof bytes);
	if (n <= 0)
		return n;
	if (log->copy)
		copy_bytes(log->copy, bytes, (size_t)n);
	if (!log->sink.path)
		return n;
	log->missing += (size_t)n;
	trouble_dropped(log, (size_t)n);
	return n;
}

void log_put_missing(struct log *log) {
	struct sink *sink = &log->sink;
	char line[MISSING_LINE];
	size_t at = 0;
	/* Before the room is looked for: there is no ring yet where all of the output was dropped. */
	if (log->missing == 0 || free_room(sink, &at) < sizeof line)
		return;
	bool mid_line = sink->length > 0 ? sink->buffer[(at + sink->capacity - 1) % sink->capacity] != '\n' : sink->mid_line;
	int error = trouble_of(log->trouble);
	int length = snprintf(line, sizeof line, "%sinit: %zu bytes of output are missing here: %s\r\n", mid_line ? "\r\n" : "",
	                      log->missing, strerror(error ? error : ENOMEM));
	for (int i = 0; i < length; i++)
		sink->buffer[(at + (size_t)i) % sink->capacity] = (uint8_t)line[i];
	log->missing = 0;
	add_bytes(sink, (size_t)length);
}

enum pumped log_pump(struct log *log, size_t most) {
	size_t end = log->total + most;
	while (log->total < end) {
		log_put_missing(log);
		/* Without a file there is nothing to keep, and no disk to wait for. */
		bool keeps = log->sink.path != NULL;
		size_t at = 0, room = keeps ? free_room(&log->sink, &at) : 0;
		bool drops = room < (log->is_pipe ? LEAST_ROOM : 1);
		if (keeps && drops && log->sink.capacity > 0 && !trouble_error(log->trouble))
			return FULL;
		ssize_t n = drops ? read_and_drop(log) : read_into(log, at, room);
		if (n > 0) {
			log->total += (size_t)n;
			if (drops)
				continue;
			if (log->copy)
				copy_from_ring(log, at, (size_t)n);
			add_bytes(&log->sink, (size_t)n);
		} else if (n < 0 && errno == EAGAIN) {
			return EMPTY;
		} else if (n == 0 || errno != EINTR) {
			return END_OF_FILE; /* EIO: nobody has the other end open */
		}
	}
	return ENOUGH;
}
