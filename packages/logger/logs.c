/*
 * From terminals, or the pipes that take their place, into the rings of logs; and logs from their beginning to their end. All
 * of it is the main thread's.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "logs.h"

/* What is read at a time: a terminal has no more. */
#define PIECE 4096
/* After so many bytes of one log others have their turn. */
#define BYTES_A_TURN (64u * 1024)
/* What is read at most after the process has ended: others may still be writing to its terminal. */
#define DRAIN_MAX (256u * 1024)
/* How often logs are looked at that could not go on, or may have nothing to write any more. Milliseconds. */
#define LOOK_EVERY 1000
/* How soon a message is tried again that the supervisor had no room for. */
#define TELL_AGAIN 20
/* Of a slot without output. */
#define SLOT_COST 4096u
#define BUCKETS 4096

/* FULL: the writer has to make room first. */
enum pumped { EMPTY, FULL, ENOUGH };

static struct log *with_id[BUCKETS];
static int epoll_fd;
/* Of ended processes, with what it takes to keep it. */
static size_t kept;
/* When logs are looked at next, 0: no need to; and whether there are answers that could not be sent. */
static int64_t look_at;
static bool unanswered;

static void look_soon(void) {
	if (!look_at)
		look_at = now_ms() + LOOK_EVERY;
}

static struct log **place_of(uint64_t id) {
	struct log **link = &with_id[id % BUCKETS];
	while (*link && (*link)->id != id)
		link = &(*link)->next_with_id;
	return link;
}

/* ---- slots ---- */

static bool has_output(const struct log *log) {
	return log->slot && (log->slot->head < log->slot->tail || log->slot->missing > 0);
}

static bool take_slot(struct log *log) {
	if (log->slot)
		return true;
	struct slot *slot = slot_take(log->id, log->file ? log->file->path : "", log->label, log->flags);
	if (!slot)
		return false;
	if (log->file) {
		slot->dropped = log->file->dropped;
		slot->said = log->file->said;
		slot->error = (uint64_t)log->file->error;
	}
	log->slot = slot;
	return true;
}

/* ---- copies on standard output ---- */

static void copy_line(const struct log *log, size_t length) {
	const char *line = log->slot->line;
	/* The end of a line of a terminal. */
	if (log->label[0] && length > 0 && line[length - 1] == '\r')
		length--;
	output_line(log->flags & LOG_TO_OUTPUT ? LOG_TO_OUTPUT : LOG_TO_ERROR, log->label, line, length);
}

/* Behind so many bytes of a line that are there already; how many there are then. */
static uint64_t feed(struct log *log, uint64_t length, const uint8_t *bytes, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] == '\n' || length == LINE_LONGEST) {
			copy_line(log, length);
			length = 0;
		}
		if (bytes[i] != '\n')
			log->slot->line[length++] = (char)bytes[i];
	}
	return length;
}

static bool is_copied(const struct log *log) {
	return log->slot && (log->flags & (LOG_TO_OUTPUT | LOG_TO_ERROR));
}

static void copy_dropped(struct log *log, const uint8_t *bytes, size_t count) {
	if (is_copied(log))
		log->slot->fed = (uint32_t)log->slot->fed | feed(log, log->slot->fed >> 32, bytes, count) << 32;
}

/* What has been read since it was last done. */
static void copy_from_ring(struct log *log) {
	if (!is_copied(log))
		return;
	struct slot *slot = log->slot;
	uint64_t length = slot->fed >> 32, tail = slot->tail;
	uint32_t count = (uint32_t)tail - (uint32_t)slot->fed;
	size_t at = (tail - count) % LOG_BUFFER, first = count < LOG_BUFFER - at ? count : LOG_BUFFER - at;
	length = feed(log, length, slot->ring + at, first);
	length = feed(log, length, slot->ring, count - first);
	slot->fed = (uint32_t)tail | length << 32;
}

/* What there is of the last line is all of it. */
static void end_copy(struct log *log) {
	if (!is_copied(log) || log->slot->fed >> 32 == 0)
		return;
	copy_line(log, log->slot->fed >> 32);
	log->slot->fed = (uint32_t)log->slot->fed;
}

/* ---- reading ---- */

static uint8_t dropped[PIECE];

/* Where the next bytes go, and how many; 0: there is no room, and it is worth waiting for. With the lock. */
static size_t room_for(struct log *log, uint8_t **place) {
	bool failing = log->file && log->file->failing;
	bool has_slot = take_slot(log);
	struct slot *slot = log->slot;
	uint64_t used = has_slot ? slot->tail - slot->head : LOG_BUFFER;
	if (!has_slot || slot->missing > 0 || used == LOG_BUFFER) {
		*place = dropped;
		return failing ? sizeof dropped : 0;
	}
	size_t at = slot->tail % LOG_BUFFER, room = LOG_BUFFER - used;
	if (room > LOG_BUFFER - at)
		room = LOG_BUFFER - at;
	if (room > PIECE)
		room = PIECE;
	*place = slot->ring + at;
	return room;
}

static void took(struct log *log, const uint8_t *place, size_t count) {
	struct slot *slot = log->slot;
	log->total += count;
	log->active = true;
	look_soon();
	if (place == dropped) {
		copy_dropped(log, place, count);
		pthread_mutex_lock(&lock);
		if (slot)
			slot->missing += count;
		file_dropped(log->file, log, count);
		pthread_mutex_unlock(&lock);
		return;
	}
	slot->tail += count;
	slot->intent = 0;
	copy_from_ring(log);
	if (!log->file) {
		slot->head = slot->tail;
		return;
	}
	pthread_mutex_lock(&lock);
	if (!log->file->failing)
		writer_queue(log->file);
	pthread_mutex_unlock(&lock);
}

static enum pumped pump(struct log *log, size_t most) {
	for (size_t end = log->total + most; log->total < end;) {
		uint8_t *place;
		pthread_mutex_lock(&lock);
		size_t room = room_for(log, &place);
		pthread_mutex_unlock(&lock);
		if (room == 0)
			return FULL;
		if (place != dropped) {
			memset(place, 0xFF, room);
			log->slot->intent_at = log->slot->tail;
			log->slot->intent = room;
		}
		ssize_t n = read(log->master, place, room);
		if (n > 0)
			took(log, place, (size_t)n);
		else if (n == 0 || errno != EINTR)
			return EMPTY; /* EIO: nobody has the other end open */
	}
	return ENOUGH;
}

/* ---- from its beginning to its end ---- */

static void free_log(struct log *log) {
	if (log->slot)
		slot_release(log->slot);
	*place_of(log->id) = log->next_with_id;
	if (log->file) {
		struct log **link = &log->file->logs;
		while (*link != log)
			link = &(*link)->next_in_file;
		*link = log->next_in_file;
		if (!log->file->logs) {
			file_hurry(log->file);
			writer_queue(log->file);
		}
	}
	kept -= log->cost;
	free(log->label);
	free(log);
}

static void drop_output(struct log *log) {
	struct slot *slot = log->slot;
	size_t length = slot->tail - slot->head;
	slot->missing += length;
	slot->head = (uint64_t)slot->tail;
	file_dropped(log->file, log, length);
}

static size_t cost_of(const struct log *log) {
	return SLOT_COST + (log->slot->tail - log->slot->head);
}

static bool can_keep(const struct log *log) {
	return kept - log->cost + cost_of(log) <= LOG_KEPT_MAX;
}

static void count_kept(struct log *log) {
	kept += cost_of(log) - log->cost;
	log->cost = cost_of(log);
}

/*
 * Its process has ended, and its file is in trouble: what there is stays until it can be written, whole, if there is not too
 * much for that file or of all. False: it has been given up, or counted with what is missing of the log before it.
 */
static bool keep(struct log *log) {
	struct log *before = NULL;
	size_t length = log->slot->tail - log->slot->head;
	for (struct log *other = log->file->logs; other; other = other->next_in_file)
		if (other != log && other->cost > 0) {
			before = other;
			length += other->slot->tail - other->slot->head;
		}
	/* A name that is too long will be that for ever. */
	bool fits = log->file->error != ENAMETOOLONG && length <= LOG_BUFFER && can_keep(log);
	if (!fits || (before && before->slot->missing > 0))
		drop_output(log);
	if (before && log->slot->head == log->slot->tail) {
		before->slot->missing += log->slot->missing;
		return false;
	}
	if (!can_keep(log))
		return false;
	count_kept(log);
	return true;
}

/* Whether nothing is left to be done for a log that has ended; with the lock. */
static void go_on_ending(struct log *log) {
	struct file *file = log->file;
	bool rest = has_output(log);
	if (file && file->writing)
		return; /* there will be notice */
	if (rest && !file->failing) {
		writer_queue(file);
		return;
	}
	if (rest && log->cost == 0 && !log->waits)
		rest = keep(log);
	if (log->asked)
		log->asked = !tell(LOG_DRAINED, log->id, "", 0, 0);
	unanswered = unanswered || log->asked;
	if (!rest && !log->asked && !log->waits)
		free_log(log);
}

static void stop_reading(struct log *log) {
	/* The supervisor has another one open: closing it does not end the watch. */
	epoll_ctl(epoll_fd, EPOLL_CTL_DEL, log->master, NULL);
	close(log->master);
	log->master = -1;
}

static void drain(struct log *log) {
	size_t left = log->total < DRAIN_MAX ? DRAIN_MAX - log->total : 0;
	if (log->master >= 0 && pump(log, left) == FULL) {
		log->since = log->paused ? log->since : now_ms();
		log->paused = true;
		look_soon();
		return;
	}
	end_copy(log);
	if (log->master >= 0)
		stop_reading(log);
	log->state = ENDED;
	log->since = now_ms();
	look_soon();
	pthread_mutex_lock(&lock);
	go_on_ending(log);
	pthread_mutex_unlock(&lock);
}

/* Told of changes: a terminal whose other end is closed is readable all the time, but a process may open it again. */
static void watch(struct log *log, int operation) {
	struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = log};
	log->paused = epoll_ctl(epoll_fd, operation, log->master, &event) < 0;
	if (log->paused)
		look_soon();
}

void log_ready(struct log *log) {
	if (log->state != LIVE || log->master < 0)
		return;
	enum pumped result = pump(log, BYTES_A_TURN);
	if (result == ENOUGH)
		watch(log, EPOLL_CTL_MOD); /* told once more of what is left */
	if (result != FULL || log->paused)
		return;
	log->paused = true;
	log->since = now_ms();
	look_soon();
}

static struct log *new_log(uint64_t id, const char *path, const char *label, unsigned flags) {
	struct log *log = calloc(1, sizeof *log);
	/* Without memory the supervisor starts another logger. */
	if (!log || !(log->label = strdup(label)))
		exit(1);
	log->id = id;
	log->flags = flags;
	log->master = -1;
	*place_of(id) = log;
	pthread_mutex_lock(&lock);
	if (path[0]) {
		log->file = file_of(path);
		struct log **link = &log->file->logs;
		while (*link && (*link)->id < id)
			link = &(*link)->next_in_file;
		log->next_in_file = *link;
		*link = log;
	}
	pthread_mutex_unlock(&lock);
	return log;
}

void logs_add(const struct whole_message *message, int master) {
	struct log *log = *place_of(message->head.id);
	if (log && log->master >= 0)
		stop_reading(log);
	/* Such a log may have output from before, whose process had not ended. */
	if (!log)
		log = new_log(message->head.id, message->text, message_second(message), message->head.flags);
	pthread_mutex_lock(&lock);
	log->state = LIVE;
	log->waits = false;
	log->master = master;
	kept -= log->cost;
	log->cost = 0;
	if (log->file)
		file_hurry(log->file);
	pthread_mutex_unlock(&lock);
	watch(log, EPOLL_CTL_ADD);
}

void logs_finish(uint64_t id) {
	struct log *log = *place_of(id);
	if (!log)
		log = new_log(id, "", "", 0); /* it is gone: there is nothing more to come */
	log->asked = true;
	log->total = 0;
	log->state = DRAINING;
	drain(log);
}

/* What a logger before this one has left is as if its processes had ended, until the supervisor says that they have not. */
static void take_over(struct slot *slot) {
	struct log *log = new_log(slot->owner, slot->path, slot->label, slot->flags);
	log->slot = slot;
	copy_from_ring(log);
	if (!log->file)
		slot->head = (uint64_t)slot->tail;
	log->state = ENDED;
	log->waits = true;
	log->since = now_ms();
	look_soon();
	if (!log->file)
		return;
	pthread_mutex_lock(&lock);
	log->file->mid_line = slot->head > 0 && slot->ring[(slot->head - 1) % LOG_BUFFER] != '\n';
	if (slot->error && slot->said)
		log->file->said = true;
	if (slot->error && slot->dropped > log->file->dropped)
		log->file->dropped = log->file->said_dropped = slot->dropped;
	if (slot->error && !log->file->error)
		file_failed(log->file, (int)slot->error);
	else
		writer_queue(log->file);
	pthread_mutex_unlock(&lock);
}

void logs_open(int epoll) {
	epoll_fd = epoll;
	for (struct slot *slot; (slot = slot_next_left());)
		take_over(slot);
}

/* The writer was at work on its file. */
static void go_on(struct log *log) {
	if (log->state == ENDED) {
		go_on_ending(log);
		return;
	}
	if (!log->paused)
		return;
	log->paused = false;
	/* Whatever comes of it is done without the lock. */
	pthread_mutex_unlock(&lock);
	if (log->state == DRAINING)
		drain(log);
	else
		watch(log, EPOLL_CTL_MOD);
	pthread_mutex_lock(&lock);
}

void logs_take_notices(void) {
	pthread_mutex_lock(&lock);
	for (struct file *file; (file = writer_next_noticed());) {
		for (struct log *log = file->logs, *next; log; log = next) {
			next = log->next_in_file;
			go_on(log);
		}
		file_settle(file);
	}
	pthread_mutex_unlock(&lock);
}

/* Every LOOK_EVERY while there is something to look after, with the lock. True: there will be. */
static bool look(struct log *log, int64_t now) {
	struct file *file = log->file;
	bool is_old = now - log->since >= LOOK_EVERY, is_idle = !file || (!file->writing && !file->failing);
	if (log->active) {
		log->active = false;
		return true;
	}
	if (log->paused) {
		/* Its ring has been full for so long that the process need not wait any more. */
		if (file && log->slot && !file->failing && now - log->since >= LOG_STALLED)
			file_failed(file, ETIMEDOUT);
		if (!log->slot || file->failing)
			go_on(log);
		return true;
	}
	if (log->state == ENDED && has_output(log)) {
		/* The disk does not answer. */
		if (is_old && log->cost == 0 && can_keep(log))
			count_kept(log);
		else if (is_old && log->cost == 0 && is_idle)
			drop_output(log);
		return true;
	}
	if (log->slot && log->state == LIVE && is_idle && (!file || !file->error) && !has_output(log) && log->slot->fed >> 32 == 0) {
		slot_release(log->slot);
		log->slot = NULL;
	}
	if (!log->waits || !is_old)
		return log->waits;
	log->waits = false;
	pthread_mutex_unlock(&lock);
	end_copy(log);
	pthread_mutex_lock(&lock);
	go_on_ending(log);
	return true;
}

/* With the lock. */
static bool answer(struct log *log, int64_t now) {
	(void)now;
	if (log->state == ENDED && log->asked)
		go_on_ending(log);
	return false;
}

static bool any(bool (*visit)(struct log *log, int64_t now)) {
	bool found = false;
	int64_t now = now_ms();
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct log *log = with_id[i], *next; log; log = next) {
			next = log->next_with_id;
			found = visit(log, now) || found;
		}
	pthread_mutex_unlock(&lock);
	return found;
}

int logs_turn(void) {
	if (unanswered) {
		unanswered = false;
		any(answer);
	}
	if (look_at && now_ms() >= look_at) {
		look_at = 0;
		if (any(look))
			look_soon();
	}
	int64_t left = look_at ? look_at - now_ms() : -1;
	return unanswered ? TELL_AGAIN : look_at && left < 0 ? 0 : (int)left;
}

void logs_empty(void) {
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct log *log = with_id[i]; log; log = log->next_with_id)
			if (log->master >= 0) {
				pump(log, LOG_BUFFER);
				end_copy(log);
			}
}
