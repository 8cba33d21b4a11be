/* Logs from their beginning to their end: read while there is something and room for it, and emptied when their processes have ended. */
#include "logger.h"

#include <stdio.h>
#include <sys/epoll.h>
#include <sys/mman.h>

/* Milliseconds that a process waits for a disk that does not answer, before its output is dropped. Less in tests. */
#ifndef LOG_STALLED
#define LOG_STALLED 10000
#endif
/* After so many bytes of one log others have their turn. */
#define BYTES_A_TURN (64u * 1024)
/* What is read at most after the process has ended: others may still be writing to its terminal. */
#define DRAIN_MAX (256u * 1024)
/* How often logs are looked at that are held up; and how long an end waits for the file. Milliseconds. */
#define LOOK_EVERY 1000

/* By id; those from `end` on have never been used. */
static struct log *logs[LOG_PLACES];
static uint64_t end;

/* Events tell of changes: a terminal whose other end is closed is readable all the time, but a process may open it again. */
static void watch(const struct log *log, int operation) {
	struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = log->id};
	if (epoll_ctl(events_fd, operation, log->master, &event) < 0)
		give_up();
}

/* Nothing more is read. The file keeps what it has, unless that is written by now. */
static void settle(struct log *log) {
	const struct file *file = log->file;
	if (file && file->taken < log->until && !file->failing && now_ms() - log->since < LOOK_EVERY) {
		wake_in(LOOK_EVERY);
		return;
	}
	uint64_t id = log->id;
	logs[id] = NULL;
	if (file)
		file_detach(log);
	madvise(log, sizeof *log, MADV_REMOVE);
	tell(LOG_DRAINED, id);
}

/* Until there is no more, or others have their turn. False: there is more, and its process waits for room. */
static bool take(struct log *log) {
	size_t most = !log->ended ? BYTES_A_TURN : log->drained < DRAIN_MAX ? DRAIN_MAX - log->drained : 0;
	enum pumped pumped = pump(log, most);
	log->since = log->paused ? log->since : now_ms();
	log->paused = pumped == FULL;
	if (log->file && has_output(log->file) && !log->file->failing)
		file_queue(log->file);
	wake_in(LOOK_EVERY);
	if (!log->ended && pumped == ENOUGH)
		watch(log, EPOLL_CTL_MOD); /* tells once more of what is left */
	return !log->paused;
}

void log_go(uint64_t id) {
	struct log *log = logs[id];
	if (!log || (log->master >= 0 && !take(log)) || !log->ended)
		return;
	if (log->master >= 0) {
		end_line(log);
		/* The supervisor has another one open: closing it does not end the watch. */
		epoll_ctl(events_fd, EPOLL_CTL_DEL, log->master, NULL);
		close(log->master);
		log->master = -1;
		log->since = now_ms();
		log->until = log->file ? log->file->taken + length_of(log->file->span) : 0;
	}
	settle(log);
}

void logs_add(const struct whole_message *message, int master) {
	uint64_t id = message->head.id, sequence = (uint64_t)message->head.numbers[0];
	struct log *log = id < LOG_PLACES ? &memory->logs[id] : NULL;
	if (!log || logs[id] || master < 0) {
		if (master >= 0)
			close(master);
		else
			tell(LOG_AGAIN, id);
		return;
	}
	/* What a logger before this one has left of another log. */
	if (log->sequence != sequence || log->line_length > LINE_LONGEST)
		log->line_length = 0;
	memset(&log->next_in_file, 0, offsetof(struct log, label) - offsetof(struct log, next_in_file));
	snprintf(log->label, sizeof log->label, "%s", message->text + strlen(message->text) + 1);
	log->flags = message->head.flags;
	log->id = id;
	log->master = master;
	log->sequence = sequence;
	logs[id] = log;
	end = id < end ? end : id + 1;
	if (message->text[0])
		file_attach(log, message->text);
	watch(log, EPOLL_CTL_ADD);
}

void logs_finish(uint64_t id) {
	struct log *log = id < LOG_PLACES ? logs[id] : NULL;
	if (!log)
		return;
	log->ended = true;
	log->drained = 0;
	log_go(id);
}

void logs_look(void) {
	int64_t now = now_ms();
	for (uint64_t id = 0; id < end; id++) {
		struct log *log = logs[id];
		struct file *file = log ? log->file : NULL;
		/* A ring that has been empty for a while gives its memory back. */
		if (file && file->idle < 2 && ++file->idle == 2 && !has_output(file))
			madvise(file->ring, sizeof file->ring, MADV_REMOVE);
		if (file && file->idle < 2)
			wake_in(LOOK_EVERY);
		if (!log || !(log->paused || log->ended))
			continue;
		/* The ring has been full for so long that the process need not wait any more. */
		if (log->paused && now - log->since >= LOG_STALLED && !file->failing)
			file_failed(file, ETIMEDOUT);
		wake_in(LOOK_EVERY);
		log_go(id);
	}
}

void logs_empty(void) {
	for (uint64_t id = 0; id < end; id++)
		if (logs[id] && logs[id]->master >= 0) {
			pump(logs[id], FILE_BUFFER);
			end_line(logs[id]);
			log_go(id);
		}
}
