/* The end of a log: what is still in the pty, what is still in the buffer, and what stays there until it can be written. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log_parts.h"

/* What is read at most after the process has ended: others may still be writing to its pty. */
#define DRAIN_MAX (256u * 1024)

/* Bytes of all ended processes that could not be written yet. */
static size_t kept;

bool sink_is_idle(const struct sink *sink) {
	return !sink->queued && !sink->writing;
}

void log_forget_kept(struct log *log) {
	kept -= log->kept;
}

void log_count_kept(struct log *log) {
	kept += log->sink.length - log->kept;
	log->kept = log->sink.length;
}

void log_keep_from_before(struct log *log) {
	log->state = KEPT;
	log->sink.last = true;
}

static bool may_become_writable(int open_error) {
	return open_error == EROFS || open_error == EPERM || open_error == EACCES;
}

/* Keeps what could not be written, in no more memory than it needs. False: there is too much already. */
static bool keep(struct log *log) {
	struct sink *sink = &log->sink;
	if (kept + sink->length > LOG_KEPT_MAX)
		return false;
	uint8_t *smaller = malloc(sink->length);
	if (!smaller)
		return false;
	size_t first = sink->capacity - sink->start;
	if (first > sink->length)
		first = sink->length;
	memcpy(smaller, sink->buffer + sink->start, first);
	memcpy(smaller + first, sink->buffer, sink->length - first);
	free(sink->buffer);
	sink->buffer = smaller;
	sink->capacity = sink->length;
	sink->start = 0;
	log_count_kept(log);
	log->state = KEPT;
	return true;
}

static void say_written(struct log *log) {
	void (*written)(void *) = log->written;
	log->written = NULL;
	if (written)
		written(log->data);
}

/* The writer has done what it can. */
static void finish(struct log *log) {
	struct sink *sink = &log->sink;
	bool stays = sink->length > 0 && may_become_writable(sink->open_error) && (log->state == KEPT || keep(log));
	say_written(log);
	if (!stays)
		log_free(log);
}

static void close_master(struct log *log) {
	if (log->master >= 0)
		close(log->master);
	log->master = -1;
}

static void end(struct log *log) {
	struct sink *sink = &log->sink;
	watch_stop(&log->watch);
	log_end_copy(log);
	log->state = ENDED;
	sink_lock();
	sink->last = true;
	/* Idle: the file is not the writer's at the moment. */
	bool nothing = sink_is_idle(sink) && !sink->noticed && sink->length == 0 && sink->file < 0;
	if (!nothing)
		sink_queue(sink);
	sink_unlock();
	if (nothing)
		finish(log);
	else
		close_master(log);
}

static void drain(struct log *log) {
	size_t left = log->total < DRAIN_MAX ? DRAIN_MAX - log->total : 0;
	bool stuck = false;
	if (log_pump(log, left) == FULL) {
		sink_lock();
		stuck = sink_is_idle(&log->sink) && (log->sink.failed || log->sink.capacity == 0);
		sink_unlock();
		if (!stuck)
			return; /* the writer makes room, and says so */
	}
	end(log);
}

void log_finish(struct log *log, void (*written)(void *data), void *data) {
	log->written = written;
	log->data = data;
	log->state = DRAINING;
	log->total = 0;
	watch_stop(&log->watch);
	drain(log);
}

void log_abandon(struct log *log) {
	struct sink *sink = &log->sink;
	log->written = NULL;
	if (log->state == DRAINING)
		end(log); /* frees it when there is nothing in it, but not before this turn is over */
	sink_lock();
	if (kept + sink->length > LOG_KEPT_MAX && !sink->writing)
		sink->length = 0;
	else
		log_count_kept(log);
	sink_unlock();
}

void log_go_on_ending(struct log *log, bool idle) {
	if (log->state == DRAINING)
		drain(log);
	else if ((log->state == ENDED || log->state == KEPT) && idle)
		finish(log);
}
