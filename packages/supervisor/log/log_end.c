/* The end of a log: what is still in the pty, what is still in the buffer, and what stays there until it can be written. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log/log_parts.h"

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

static size_t cost_of(const struct log *log) {
	return sizeof *log + (log->sink.path ? strlen(log->sink.path) : 0) + log->sink.length;
}

void log_count_kept(struct log *log) {
	kept -= log->kept;
	log->kept = cost_of(log);
	kept += log->kept;
}

void log_keep_from_before(struct log *log) {
	log->state = KEPT;
	log->sink.last = true;
}

/* The log that holds what ended processes could not write into the same file, or NULL. */
static struct log *holder_of(const struct log *log) {
	struct log *holder = log_first();
	while (holder && (holder == log || holder->state != KEPT || holder->trouble != log->trouble))
		holder = holder->next;
	return holder;
}

/* The writer has nothing to do with it. One that is noticed will be looked at, and so must not be freed before that. */
static bool is_idle(const struct log *log) {
	sink_lock();
	bool idle = sink_is_idle(&log->sink) && !log->sink.noticed;
	sink_unlock();
	return idle;
}

/*
 * Appends what is in the ring of a log to what its holder has, or gives the log itself a ring of just that size. False: it has to
 * be given up, for there is too much already.
 */
static bool move_bytes(struct log *holder, struct log *log) {
	struct sink *to = &holder->sink, *from = &log->sink;
	size_t before = holder == log ? 0 : to->length, first = from->capacity - from->start;
	if (holder->missing > 0 && holder != log)
		return false;
	if (before + from->length > LOG_BUFFER || kept - log->kept + cost_of(log) > LOG_KEPT_MAX)
		return false;
	uint8_t *bytes = malloc(before + from->length);
	if (!bytes)
		return false;
	if (first > from->length)
		first = from->length;
	if (before) {
		size_t to_end = to->capacity - to->start, head = before < to_end ? before : to_end;
		memcpy(bytes, to->buffer + to->start, head);
		memcpy(bytes + head, to->buffer, before - head);
	}
	memcpy(bytes + before, from->buffer + from->start, first);
	memcpy(bytes + before + first, from->buffer, from->length - first);
	size_t length = before + from->length;
	free(to->buffer);
	to->buffer = bytes;
	to->capacity = to->length = length;
	to->start = 0;
	return true;
}

/* Of a log whose process has ended. False: its holder has what there is, or it is given up. */
static bool keep(struct log *log, struct log *holder) {
	struct sink *sink = &log->sink;
	struct log *to = holder ? holder : log;
	/* A name that is too long will be that for ever. */
	if (sink->length > 0 && (sink->error == ENAMETOOLONG || !move_bytes(to, log))) {
		log->missing += sink->length;
		trouble_dropped(log, sink->length);
		sink->length = 0;
	}
	if (holder) {
		holder->missing += log->missing;
	} else if (kept - log->kept + cost_of(log) <= LOG_KEPT_MAX) {
		log->state = KEPT;
		/* There has to be something to write, or the file would not be tried again. */
		if (sink->length == 0)
			log_put_missing(log);
	}
	if (to->state == KEPT)
		log_count_kept(to);
	return log->state == KEPT;
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
	bool failing = trouble_error(log->trouble) != 0;
	/* In the file there is a line about it first. */
	if (!failing && log->missing > 0)
		log_put_missing(log);
	if (!failing && sink->length > 0 && !sink->error)
		return;
	struct log *holder = holder_of(log);
	/* Its file is being tried: either this log has its turn after it, or it is looked at again. */
	if (failing && holder && !is_idle(holder))
		return;
	bool stays = log->state == KEPT ? failing : failing && (sink->length > 0 || log->missing > 0) && keep(log, holder);
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
	bool nothing = sink_is_idle(sink) && !sink->noticed && (sink->length == 0 || sink->held) && sink->file < 0;
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
	if (log_pump(log, left) != FULL)
		end(log);
	/* Else the writer makes room, and says so. */
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
	sink_lock();
	size_t dropped = kept + sink->length > LOG_KEPT_MAX && !sink->writing ? sink->length : 0;
	sink->length -= dropped;
	log_count_kept(log);
	sink_unlock();
	log->missing += dropped;
	trouble_dropped(log, dropped);
	/* Last, for it is gone when there is nothing in it. */
	if (log->state == DRAINING)
		end(log);
}

void log_go_on_ending(struct log *log) {
	if (log->state == DRAINING)
		drain(log);
	else if ((log->state == ENDED || log->state == KEPT) && is_idle(log))
		finish(log);
}

void log_let_others_end(const struct log *holder) {
	for (struct log *log = log_first(), *next; log; log = next) {
		next = log->next;
		if (log != holder && log->state == ENDED && log->trouble == holder->trouble)
			log_go_on_ending(log);
	}
}
