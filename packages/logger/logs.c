/*
 * Logs from their beginning to their end: read while there is something and room for it, emptied when their processes have ended,
 * and kept, within bounds, while what they hold cannot be written.
 */
#include "logger.h"

#include <stdio.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

/* What is kept of all logs whose processes have ended. Less in tests. */
#ifndef LOG_KEPT_MAX
#define LOG_KEPT_MAX (16u * 1024 * 1024)
#endif
/* Milliseconds that a process waits for a disk that does not answer, before its output is dropped, too. Less in tests. */
#ifndef LOG_STALLED
#define LOG_STALLED 10000
#endif
/* After so many bytes of one log others have their turn. */
#define BYTES_A_TURN (64u * 1024)
/* What is read at most after the process has ended: others may still be writing to its terminal. */
#define DRAIN_MAX (256u * 1024)
/* How often logs are looked at that are held up, or may hold memory for nothing; and how long an end waits. Milliseconds. */
#define LOOK_EVERY 1000
/* Of a log without output. */
#define COST 4096u

/* By id; those from `end` on have never been used. */
static struct log *logs[LOG_PLACES];
static uint64_t end;
/* Of ended processes, with what it takes to keep it. */
static size_t kept;

/*
 * What there is stays until it can be written, whole, if there is not too much for the file or of all. False: it was given up, or
 * counted with what is missing of the log before it.
 */
static bool keep(struct log *log) {
	struct log *before = NULL;
	size_t length = length_of(log->span), all = length;
	for (struct log *other = log->file->logs; other; other = other->next_in_file)
		if (other->cost > 0) {
			before = other;
			all += length_of(other->span);
		}
	/* A name that is too long will be that for ever. */
	if (all > LOG_BUFFER || kept + COST + length > LOG_KEPT_MAX || log->file->error == ENAMETOOLONG ||
	    (before && before->missing > 0)) {
		log->missing += length;
		file_dropped(log->file, log->file->dropped + length);
		log->span = length = 0;
	}
	if (before && length == 0) {
		before->missing += log->missing;
		return false;
	}
	if (kept + COST + length > LOG_KEPT_MAX)
		return false;
	log->cost = COST + length;
	kept += log->cost;
	return true;
}

static void stop_reading(struct log *log) {
	/* The supervisor has another one open: closing it does not end the watch. */
	if (log->master >= 0) {
		epoll_ctl(events_fd, EPOLL_CTL_DEL, log->master, NULL);
		close(log->master);
	}
	log->master = -1;
}

/* All has been read. */
static void settle(struct log *log) {
	bool rest = has_output(log), is_held = is_being_written(log);
	if (rest && !log->file->failing && now_ms() - log->since < LOOK_EVERY) {
		file_queue(log->file);
		wake_in(LOOK_EVERY);
		return;
	}
	if (rest && log->cost == 0 && !is_held)
		rest = keep(log);
	if ((rest || is_held) && log->asked)
		log->asked = !tell(LOG_DRAINED, log->id, "", true, 0);
	if (rest || is_held || !tell(LOG_DRAINED, log->id, "", false, 0))
		return;
	kept -= log->cost;
	logs[log->id] = NULL;
	if (log->file)
		file_detach(log);
	madvise(log, sizeof *log, MADV_REMOVE);
}

/* Events tell of changes: a terminal whose other end is closed is readable all the time, but a process may open it again. */
static void watch(const struct log *log, int operation) {
	struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = log->id};
	if (epoll_ctl(events_fd, operation, log->master, &event) < 0)
		give_up();
}

void log_go(uint64_t id) {
	struct log *log = logs[id];
	if (!log)
		return;
	if (log->master >= 0) {
		size_t most = !log->ended ? BYTES_A_TURN : log->drained < DRAIN_MAX ? DRAIN_MAX - log->drained : 0;
		enum pumped pumped = pump(log, most);
		log->since = log->paused ? log->since : now_ms();
		log->paused = pumped == FULL;
		if (has_output(log) && !log->file->failing)
			file_queue(log->file);
		wake_in(LOOK_EVERY);
		if (!log->ended && pumped == ENOUGH)
			watch(log, EPOLL_CTL_MOD); /* tells once more of what is left */
		if (!log->ended || log->paused)
			return;
		end_line(log);
		stop_reading(log);
		log->since = now_ms();
	}
	if (log->ended)
		settle(log);
}

void logs_add(const struct whole_message *message, int master) {
	uint64_t id = message->head.id, sequence = (uint64_t)message->head.numbers[0];
	struct log *log = id < LOG_PLACES ? &memory->logs[id] : NULL;
	if (!log || logs[id] || (master < 0 && !(message->head.flags & LOG_IS_READ))) {
		if (master >= 0)
			close(master);
		else if (!tell(LOG_AGAIN, id, "", 0, 0))
			give_up();
		return;
	}
	/* What a logger before this one has left of this log, or of another one. */
	if (log->sequence != sequence || !is_sound(log))
		memset(log, 0, offsetof(struct log, ring));
	memset(&log->next_in_file, 0, offsetof(struct log, label) - offsetof(struct log, next_in_file));
	snprintf(log->label, sizeof log->label, "%s", message->text + strlen(message->text) + 1);
	log->flags = message->head.flags;
	log->id = id;
	log->master = master;
	log->sequence = sequence;
	logs[id] = log;
	end = id < end ? end : id + 1;
	if (log->flags & LOG_TO_FILE)
		file_attach(log, message->text);
	if (master >= 0)
		watch(log, EPOLL_CTL_ADD);
}

void logs_finish(uint64_t id) {
	struct log *log = id < LOG_PLACES ? logs[id] : NULL;
	if (!log)
		return;
	log->ended = log->asked = true;
	log->drained = 0;
	log->since = now_ms();
	log_go(id);
}

void logs_look(void) {
	int64_t now = now_ms();
	for (uint64_t id = 0; id < end; id++) {
		struct log *log = logs[id];
		if (!log)
			continue;
		/* Its ring has been full for so long that the process need not wait any more. */
		if (log->paused && now - log->since >= LOG_STALLED && !log->file->failing)
			file_failed(log->file, ETIMEDOUT);
		if (log->idle < 2 && ++log->idle == 2 && !has_output(log))
			madvise(log->ring, sizeof log->ring, MADV_REMOVE);
		if (log->idle < 2 || log->paused)
			wake_in(LOOK_EVERY);
		if (log->paused || log->ended)
			log_go(id);
	}
}

void logs_empty(bool is_end) {
	for (uint64_t id = 0; id < end; id++)
		if (logs[id] && logs[id]->master >= 0) {
			pump(logs[id], LOG_BUFFER);
			if (is_end)
				end_line(logs[id]);
			log_go(id);
		}
}
