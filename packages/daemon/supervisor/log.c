/*
 * The main thread's side of logs: from the pty into the buffer.
 *
 *   STARTING  --the program runs-->       LIVE      read whenever there is something and room for it
 *   LIVE      --the process has ended-->  DRAINING  until the pty is empty
 *   DRAINING  -->                         ENDED     until the writer has no more to do
 *   ENDED     --not writable-->           KEPT      until logs are flushed
 */
#include "log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "reports.h"
#include "say.h"
#include "writer.h"

/* After so many bytes of one log other descriptors have their turn. */
#define BYTES_A_TURN (64u * 1024)
/* What is read at most after the process has ended: others may still be writing to its pty. */
#define DRAIN_MAX (256u * 1024)
/* How often a log that could not go on (no memory, no room because of its file) is tried again. */
#define RETRY 1000

enum log_state { STARTING, LIVE, DRAINING, ENDED, KEPT };

struct log {
	struct garbage garbage;
	struct sink sink;
	enum log_state state;
	int master;
	struct watch watch;
	bool paused, said_trouble;
	size_t drained;
	/* What it adds to `kept`. */
	size_t kept;
	void (*written)(void *data);
	void *data;
	struct log *next, *previous;
};

enum pumped { EMPTY, FULL, END_OF_FILE, ENOUGH };

static struct log *logs;
static struct watch notice = {.fd = -1};
static struct timer retry;
static bool usable;
static size_t kept;

static void look_at(struct log *log);

static void notice_ready(struct watch *watch, uint32_t events) {
	uint64_t times;
	ssize_t got = read(watch->fd, &times, sizeof times);
	(void)events;
	(void)got;
	for (struct sink *sink; (sink = writer_next_noticed());)
		look_at(CONTAINER_OF(sink, struct log, sink));
}

void logs_open(void) {
	int fd;
	usable = writer_open(&fd) && watch_start(&notice, fd, EPOLLIN, notice_ready) == 0;
	if (!usable)
		say("cannot start the thread that writes logs: there will be none");
}

struct log *log_new(const char *path, int master) {
	struct log *log = usable ? calloc(1, sizeof *log) : NULL;
	if (!log || !(log->sink.path = strdup(path))) {
		free(log);
		return NULL;
	}
	log->sink.file = log->watch.fd = -1;
	log->master = master;
	log->next = logs;
	if (logs)
		logs->previous = log;
	logs = log;
	return log;
}

static void close_master(struct log *log) {
	watch_stop(&log->watch);
	if (log->master >= 0)
		close(log->master);
	log->master = -1;
}

/* Only when the writer has nothing to do with it. */
static void log_free(struct log *log) {
	close_master(log);
	if (log->next)
		log->next->previous = log->previous;
	if (log->previous)
		log->previous->next = log->next;
	else
		logs = log->next;
	kept -= log->kept;
	free(log->sink.buffer);
	free(log->sink.path);
	free_later(&log->garbage);
}

void log_discard(struct log *log) {
	log_free(log);
}

/* Room for reading, as one piece. Memory is taken when there is output, not before. */
static size_t free_piece(struct sink *sink, uint8_t **piece) {
	sink_lock();
	if (sink->capacity == 0 && (sink->buffer = malloc(LOG_BUFFER)))
		sink->capacity = LOG_BUFFER;
	size_t room = sink->capacity - sink->length;
	if (room) {
		size_t end = (sink->start + sink->length) % sink->capacity;
		*piece = sink->buffer + end;
		if (room > sink->capacity - end)
			room = sink->capacity - end;
	}
	sink_unlock();
	return room;
}

static void add_bytes(struct sink *sink, size_t count) {
	sink_lock();
	sink->length += count;
	sink_queue(sink);
	sink_unlock();
}

static enum pumped pump(struct log *log, size_t most) {
	size_t total = 0;
	while (total < most) {
		uint8_t *piece;
		size_t room = free_piece(&log->sink, &piece);
		if (room == 0)
			return FULL;
		ssize_t n = read(log->master, piece, room);
		if (n > 0) {
			total += (size_t)n;
			log->drained += (size_t)n;
			add_bytes(&log->sink, (size_t)n);
		} else if (n < 0 && errno == EAGAIN) {
			return EMPTY;
		} else if (n == 0 || errno != EINTR) {
			return END_OF_FILE; /* EIO: nobody has the other end open */
		}
	}
	return ENOUGH;
}

static void retry_paused(struct timer *timer);

static void pause_log(struct log *log) {
	watch_stop(&log->watch);
	log->paused = true;
	if (!retry.running)
		timer_start(&retry, RETRY, retry_paused);
}

static void ready(struct watch *watch, uint32_t events) {
	struct log *log = CONTAINER_OF(watch, struct log, watch);
	(void)events;
	enum pumped result = pump(log, BYTES_A_TURN);
	if (result == FULL)
		pause_log(log);
	else if (result == END_OF_FILE)
		watch_stop(watch); /* but it stays open, for a process that opens its terminal again */
}

static void resume(struct log *log) {
	log->paused = false;
	if (watch_start(&log->watch, log->master, EPOLLIN, ready) < 0)
		pause_log(log);
}

static void retry_paused(struct timer *timer) {
	bool any = false;
	for (struct log *log = logs; log; log = log->next) {
		if (log->state != LIVE || !log->paused)
			continue;
		any = true;
		sink_lock();
		bool failed = log->sink.failed;
		if (failed)
			sink_queue(&log->sink);
		sink_unlock();
		if (!failed)
			resume(log);
	}
	if (any && !timer->running)
		timer_start(timer, RETRY, retry_paused);
}

void log_start(struct log *log) {
	log->state = LIVE;
	resume(log);
}

static bool is_idle(const struct sink *sink) {
	return !sink->queued && !sink->writing;
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
	kept += sink->length - log->kept;
	log->kept = sink->length;
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

static void end(struct log *log) {
	struct sink *sink = &log->sink;
	close_master(log);
	log->state = ENDED;
	sink_lock();
	sink->last = true;
	/* Idle: the file is not the writer's at the moment. */
	bool nothing = is_idle(sink) && !sink->noticed && sink->length == 0 && sink->file < 0;
	if (!nothing)
		sink_queue(sink);
	sink_unlock();
	if (nothing)
		finish(log);
}

static void drain(struct log *log) {
	size_t left = log->drained < DRAIN_MAX ? DRAIN_MAX - log->drained : 0;
	bool stuck = false;
	if (pump(log, left) == FULL) {
		sink_lock();
		stuck = is_idle(&log->sink) && (log->sink.failed || log->sink.capacity == 0);
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
	log->drained = 0;
	watch_stop(&log->watch);
	drain(log);
}

void log_abandon(struct log *log) {
	struct sink *sink = &log->sink;
	log->written = NULL;
	if (log->state == DRAINING)
		end(log);
	sink_lock();
	if (kept + sink->length > LOG_KEPT_MAX && !sink->writing) {
		sink->length = 0;
	} else {
		kept += sink->length - log->kept;
		log->kept = sink->length;
	}
	sink_unlock();
}

static void report_trouble(struct log *log, int error) {
	if (error == 0)
		log->said_trouble = false;
	if (error == 0 || log->said_trouble || !reports_have_room())
		return;
	struct frame_out out;
	report_begin(&out, REPORT_LOG_TROUBLE, 0);
	frame_text(&out, TAG_PATH, log->sink.path);
	frame_number(&out, TAG_ERRNO, error);
	reports_add(&out);
	log->said_trouble = true;
}

/* The writer has been at work on it. */
static void look_at(struct log *log) {
	struct sink *sink = &log->sink;
	sink_lock();
	bool idle = is_idle(sink), failed = sink->failed;
	int trouble = sink->trouble;
	if (idle && sink->length == 0) {
		free(sink->buffer);
		sink->buffer = NULL;
		sink->capacity = sink->start = 0;
	}
	bool room = sink->capacity == 0 || sink->length < sink->capacity;
	sink_unlock();
	report_trouble(log, trouble);
	if (log->state == LIVE && log->paused && room && !failed)
		resume(log);
	else if (log->state == DRAINING)
		drain(log);
	else if ((log->state == ENDED || log->state == KEPT) && idle)
		finish(log);
}

void logs_flush(void) {
	sink_lock();
	for (struct log *log = logs; log; log = log->next)
		if (log->sink.length > 0)
			sink_queue(&log->sink);
	sink_unlock();
}

void logs_close(int64_t patience) {
	for (struct log *log = logs; log; log = log->next)
		if (log->state == LIVE || log->state == DRAINING)
			pump(log, LOG_BUFFER);
	logs_flush();
	writer_wait(patience);
}
