/*
 * The main thread's side of logs: from the pty into the buffer.
 *
 *   STARTING  --the program runs-->       LIVE      read whenever there is something and room for it
 *   LIVE      --the process has ended-->  DRAINING  until the pty is empty
 *   DRAINING  -->                         ENDED     until the writer has no more to do
 *   ENDED     --not writable-->           KEPT      until logs are flushed
 */
#include "log/log_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "link/reports.h"
#include "log/log_folder.h"
#include "log/rotation.h"
#include "loop/say.h"

/* After so many bytes of one log other descriptors have their turn. */
#define BYTES_A_TURN (64u * 1024)
/* How often a log that could not go on (no memory, a disk that does not answer) is tried again. */
#define RETRY 1000

/* The oldest first. */
static struct log *logs, *last_log;
static size_t count;
static struct watch notice = {.fd = -1};
static struct timer retry;
static bool usable;

static void look_at(struct log *log);

static void take_notices(void) {
	for (struct sink *sink; (sink = writer_next_noticed());)
		look_at(CONTAINER_OF(sink, struct log, sink));
}

static void notice_ready(struct watch *watch, uint32_t events) {
	uint64_t times;
	ssize_t got = read(watch->fd, &times, sizeof times);
	(void)events;
	(void)got;
	take_notices();
}

void logs_open(void) {
	int fd;
	usable = writer_open(&fd) && watch_start(&notice, fd, EPOLLIN, notice_ready) == 0;
	if (!usable)
		say("cannot start the thread that writes logs: there will be none");
}

bool logs_are_possible(void) {
	return usable;
}

struct log *log_new(const char *path, const char *label, int master, bool is_pipe) {
	struct log *log = usable ? calloc(1, sizeof *log) : NULL;
	if (!log || (path && !(log->sink.path = strdup(path))) || (label && !(log->copy = copy_new(label, STDOUT_FILENO)))) {
		if (log)
			free(log->sink.path);
		free(log);
		return NULL;
	}
	log->sink.file = log->watch.fd = -1;
	log->master = master;
	log->is_pipe = is_pipe;
	log->previous = last_log;
	*(last_log ? &last_log->next : &logs) = log;
	last_log = log;
	count++;
	trouble_join(log);
	return log;
}

size_t logs_count(void) {
	return count;
}

void log_end_copy(struct log *log) {
	if (log->copy)
		copy_end(log->copy);
	log->copy = NULL;
}

void log_free(struct log *log) {
	watch_stop(&log->watch);
	log_end_copy(log);
	trouble_leave(log);
	*(log->next ? &log->next->previous : &last_log) = log->previous;
	*(log->previous ? &log->previous->next : &logs) = log->next;
	count--;
	log_forget_kept(log);
	free(log->sink.buffer);
	free(log->sink.path);
	close_later(log->master);
	free_later(&log->garbage);
}

void log_discard(struct log *log) {
	log_free(log);
}

static void retry_paused(struct timer *timer);

static void pause_log(struct log *log, bool full) {
	watch_stop(&log->watch);
	log->paused = true;
	log->full_since = full ? loop_now() : 0;
	if (!timer_is_running(&retry))
		timer_start(&retry, RETRY, retry_paused);
}

/* Told of changes: a pty whose other end is closed is readable all the time, but a process may open its terminal again. */
static const uint32_t changes = EPOLLIN | EPOLLET;

static void ready(struct watch *watch, uint32_t events) {
	struct log *log = CONTAINER_OF(watch, struct log, watch);
	(void)events;
	enum pumped result = log_pump(log, BYTES_A_TURN);
	if (result == FULL)
		pause_log(log, true);
	else if (result == ENOUGH)
		watch_change(&log->watch, changes); /* told once more of what is left */
}

static void resume(struct log *log) {
	log->paused = false;
	if (watch_start(&log->watch, log->master, changes, ready) < 0)
		pause_log(log, false);
}

/* Its ring has been full for so long that the process need not wait any more. */
static bool is_stalled(const struct log *log) {
	return log->full_since && loop_now() - log->full_since >= LOG_STALLED;
}

static void retry_paused(struct timer *timer) {
	bool any = false;
	for (struct log *log = logs; log; log = log->next) {
		if (log->state != LIVE || !log->paused)
			continue;
		any = true;
		if (is_stalled(log))
			trouble_failed(log, ETIMEDOUT);
		if (!log->full_since || trouble_error(log->trouble))
			resume(log);
	}
	if (any && !timer_is_running(timer))
		timer_start(timer, RETRY, retry_paused);
}

void log_start(struct log *log) {
	log->state = LIVE;
	trouble_hurry(log);
	resume(log);
}

/* A file that is too long is no trouble for those who write. */
static void report_rotation(struct log *log, int error) {
	if (error == 0)
		log->said_rotation = false;
	if (error == 0 || log->said_rotation || !reports_have_room())
		return;
	report_add(REPORT_LOG_NOT_ROTATED, TEXT(PATH, log->sink.path), NUMBER(ERRNO, error));
	log->said_rotation = true;
}

/* The writer has been at work on it. */
static void look_at(struct log *log) {
	struct sink *sink = &log->sink;
	sink_lock();
	bool tried = sink->tried;
	int error = sink->error, rotation_error = sink->rotation_error;
	sink->tried = false;
	if (sink_is_idle(sink) && sink->length == 0) {
		free(sink->buffer);
		sink->buffer = NULL;
		sink->capacity = sink->start = 0;
	}
	bool room = sink->capacity == 0 || sink->capacity - sink->length >= LEAST_ROOM;
	sink_unlock();
	report_rotation(log, rotation_error);
	if (tried && error)
		trouble_failed(log, error);
	/* Before others have their turn, whose output came later. */
	log_put_missing(log);
	if (tried && !error)
		trouble_worked(log);
	if (log->state == KEPT && log->trouble)
		log_let_others_end(log);
	if (log->state == LIVE && log->paused && (room || trouble_error(log->trouble)))
		resume(log);
	else
		log_go_on_ending(log);
}

bool logs_say(int fd, const char *line, size_t length) {
	return copies_say(fd, line, length);
}

void logs_keep_folder(const struct frame *frame) {
	log_folder_set(frame);
}

void logs_rotate(const struct frame *frame) {
	int64_t size = 0, age = 0, keep = 1;
	struct fields fields = fields_of(frame);
	struct field field;
	while (fields_next(&fields, &field)) {
		if (field.tag == TAG_ROTATE_SIZE)
			size = field_number(&field);
		else if (field.tag == TAG_ROTATE_AGE)
			age = field_number(&field);
		else if (field.tag == TAG_ROTATE_KEEP)
			keep = field_number(&field);
	}
	rotation_set(size, age, keep);
}

void logs_flush(void) {
	sink_lock();
	for (struct log *log = logs; log; log = log->next) {
		log->sink.held = false;
		if (log->sink.length > 0)
			sink_queue(&log->sink);
	}
	sink_unlock();
}

struct log *log_first(void) {
	return logs;
}

int64_t log_number(const struct log *log) {
	return log->number;
}

struct log *log_by_number(int64_t number) {
	struct log *log = logs;
	while (log && log->number != number)
		log = log->next;
	return log;
}

static bool are_at_rest(void) {
	bool rest = true;
	sink_lock();
	for (struct log *log = logs; log; log = log->next)
		rest = rest && sink_is_idle(&log->sink) && !log->sink.noticed && log->state != DRAINING && log->state != ENDED;
	sink_unlock();
	return rest;
}

bool logs_come_to_rest(int64_t patience) {
	int64_t end = loop_now() + patience, left = patience;
	while (left > 0) {
		writer_wait(left);
		take_notices();
		if (are_at_rest())
			return true;
		left = end - loop_now();
	}
	return are_at_rest();
}

void logs_close(int64_t patience) {
	for (struct log *log = logs; log; log = log->next)
		if (log->state == LIVE || log->state == DRAINING) {
			log_pump(log, LOG_BUFFER);
			log_end_copy(log);
		}
	logs_flush();
	writer_wait(patience);
	copies_come_to_rest(patience);
}
