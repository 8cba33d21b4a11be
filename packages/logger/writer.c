/*
 * The thread that writes log files, so that a slow or full disk does not keep terminals from being read. What is wrong is
 * known of the file, not of one log: it is said once when it begins and once when it is over, however many processes come and
 * go meanwhile, and the file is tried again with pauses that become longer.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include "file.h"

/* Milliseconds until a file is tried again: at first, and at most. Less in tests. */
#ifndef TROUBLE_PAUSE
#define TROUBLE_PAUSE 1000
#endif
#define TROUBLE_PAUSE_MAX 60000
/* For so many milliseconds at least writing has to work before the trouble is over. */
#define TROUBLE_REST (5 * TROUBLE_PAUSE)
/* Nobody can rename a file, start a program and have that read the file to its end within so many nanoseconds. */
#define QUICK 200000
/* Room for the line that tells how much is missing. */
#define NOTE_MAX 256
#define BUCKETS 4096

static struct file *with_path[BUCKETS], *first_queued, **last_queued = &first_queued, *noticed, *in_trouble;
static pthread_cond_t work, idle;
static bool writing;
static int notice_fd;

static struct file **place_of(const char *path) {
	uint32_t hash = 5381;
	for (const char *at = path; *at; at++)
		hash = hash * 33 + (unsigned char)*at;
	struct file **link = &with_path[hash % BUCKETS];
	while (*link && strcmp((*link)->path, path) != 0)
		link = &(*link)->next_with_path;
	return link;
}

struct file *file_of(const char *path) {
	struct file **link = place_of(path), *file = *link;
	if (file)
		return file;
	file = calloc(1, sizeof *file);
	if (!file || !(file->path = strdup(path))) {
		free(file);
		return NULL;
	}
	file->fd = -1;
	return *link = file;
}

void writer_queue(struct file *file) {
	if (file->queued)
		return;
	file->queued = true;
	file->next_queued = NULL;
	*last_queued = file;
	last_queued = &file->next_queued;
	pthread_cond_signal(&work);
}

struct file *writer_next_noticed(void) {
	struct file *file = noticed;
	if (file) {
		noticed = file->next_noticed;
		file->noticed = false;
	}
	return file;
}

static void notice(struct file *file) {
	if (file->noticed)
		return;
	file->noticed = true;
	file->next_noticed = noticed;
	noticed = file;
	eventfd_write(notice_fd, 1);
}

/* ---- trouble ---- */

/* The next logger finds it there. */
static void note_trouble(struct file *file) {
	for (struct log *log = file->logs; log; log = log->next_in_file)
		if (log->slot) {
			log->slot->dropped = file->dropped;
			log->slot->said = file->said;
			log->slot->error = (uint64_t)file->error;
		}
}

/* What there is no room for is said with the next attempt. */
static void say_news(struct file *file) {
	if (!file->said)
		file->said = tell(LOG_TROUBLE, 0, file->path, file->error, 0);
	if (file->said && file->dropped > file->said_dropped &&
	    tell(LOG_DROPPED, 0, file->path, file->error, (int64_t)file->dropped))
		file->said_dropped = file->dropped;
	note_trouble(file);
}

void file_failed(struct file *file, int error) {
	if (!file->error) {
		file->next_in_trouble = in_trouble;
		in_trouble = file;
		file->pause = TROUBLE_PAUSE;
	} else {
		file->pause = file->pause < TROUBLE_PAUSE_MAX / 2 ? file->pause * 2 : TROUBLE_PAUSE_MAX;
	}
	file->error = error;
	file->failing = true;
	file->due = now_ms() + file->pause;
	say_news(file);
	pthread_cond_signal(&work);
}

void file_dropped(struct file *file, struct log *log, size_t count) {
	file->dropped += count;
	if (log->slot)
		log->slot->dropped = file->dropped;
	if (file->error && file->said_dropped == 0)
		say_news(file);
}

/* Writing works again, but may fail at once, as on a disk that is nearly full. */
static void worked(struct file *file) {
	if (!file->failing)
		return;
	file->failing = false;
	file->due = now_ms() + (file->pause > TROUBLE_REST ? file->pause : TROUBLE_REST);
}

/* With the error it ends with, 0 when the file can be written. */
static void end_trouble(struct file *file, int error) {
	if (file->said && !tell(LOG_RESTORED, 0, file->path, error, (int64_t)file->dropped)) {
		file->due = now_ms() + TROUBLE_PAUSE;
		return;
	}
	struct file **link = &in_trouble;
	while (*link != file)
		link = &(*link)->next_in_trouble;
	*link = file->next_in_trouble;
	file->error = 0;
	file->failing = file->said = false;
	file->dropped = file->said_dropped = 0;
	note_trouble(file);
	notice(file);
	writer_queue(file);
}

void file_hurry(struct file *file) {
	if (!file->failing)
		return;
	file->due = 0;
	writer_queue(file); /* so that one can wait for it */
}

void files_hurry(void) {
	for (struct file *file = in_trouble; file; file = file->next_in_trouble)
		file_hurry(file);
}

static struct file *first_due(void) {
	struct file *first = in_trouble;
	for (struct file *file = in_trouble; file; file = file->next_in_trouble)
		if (file->due < first->due)
			first = file;
	return first;
}

/* ---- writing ---- */

static int note_text(char note[NOTE_MAX], const struct file *file, uint64_t missing) {
	return snprintf(note, NOTE_MAX, "%sinit: %llu bytes of output are missing here: %s\r\n", file->mid_line ? "\r\n" : "",
	                (unsigned long long)missing, strerror(file->error ? file->error : ENOMEM));
}

static void say_rotation(struct file *file, int error) {
	if (error == 0)
		file->said_rotation = false;
	else if (!file->said_rotation)
		file->said_rotation = tell(LOG_NOT_ROTATED, 0, file->path, error, 0);
}

/* Writes what is in the ring, or behind it the line about what is missing: 0 or an error number. The lock is given up meanwhile. */
static int write_piece(struct file *file, struct slot *slot) {
	char note[NOTE_MAX];
	uint64_t head = slot->head, missing = slot->missing;
	size_t length = slot->tail - head, to_end = LOG_BUFFER - head % LOG_BUFFER;
	size_t first = length < to_end ? length : to_end;
	struct iovec pieces[] = {{slot->ring + head % LOG_BUFFER, first}, {slot->ring, length - first}};
	enum flight kind = length > 0 ? RING : NOTE;
	if (kind == NOTE)
		length = (size_t)note_text(note, file, missing);
	if (kind == NOTE)
		pieces[0] = (struct iovec){note, length};
	pthread_mutex_unlock(&lock);
	struct stat state;
	int64_t began = now_ns();
	int rotation_error = 0, error = file_open(file, &state, &rotation_error);
	ssize_t n = -1;
	if (!error) {
		slot->flight_from = kind == RING ? head : missing;
		slot->flight_to = kind == RING ? head + length : 0;
		slot->size = state.st_size;
		slot->device = state.st_dev;
		slot->inode = state.st_ino;
		slot->flight = kind;
		n = writev(file->fd, pieces, kind == RING && length > first ? 2 : 1);
		error = n > 0 ? 0 : n < 0 ? errno : EIO;
	}
	/* Somebody who renames the file and reads it to its end takes longer: then these bytes are among what was read. */
	if (n > 0 && now_ns() - began > QUICK && file_take_back(file, state.st_size, (size_t)n))
		error = EINTR;
	/* A part of this line is none. */
	if (!error && kind == NOTE && n < (ssize_t)length)
		error = ftruncate(file->fd, state.st_size) == 0 ? ENOSPC : errno;
	pthread_mutex_lock(&lock);
	if (!error && kind == RING)
		slot->head = head + (uint64_t)n;
	else if (!error)
		slot->missing -= missing;
	slot->flight = NOTHING;
	say_rotation(file, rotation_error);
	if (!error)
		file->mid_line = kind == RING && slot->ring[(slot->head - 1) % LOG_BUFFER] != '\n';
	return error == EINTR ? 0 : error;
}

static bool has_output(const struct slot *slot) {
	return slot && (slot->head < slot->tail || slot->missing > 0);
}

/* All that its logs have now, the oldest first; what comes meanwhile is for the next time. */
static void write_file(struct file *file) {
	bool tried = false, more = false;
	int error = 0;
	file->writing = writing = true;
	for (struct log *log = file->logs; log && !error; log = log->next_in_file) {
		struct slot *slot = log->slot;
		uint64_t end = slot ? slot->tail : 0;
		while (!error && slot && (slot->head < end || (slot->head == slot->tail && slot->missing > 0))) {
			error = write_piece(file, slot);
			tried = true;
			if (!error)
				worked(file);
		}
		more = more || has_output(slot);
	}
	if (!file->logs) {
		pthread_mutex_unlock(&lock);
		file_close(file);
		pthread_mutex_lock(&lock);
	}
	file->writing = false;
	if (tried && error)
		file_failed(file, error);
	else if (more)
		writer_queue(file);
	notice(file);
}

void file_settle(struct file *file) {
	if (file->logs || file->queued || file->writing || file->noticed || file->error)
		return;
	if (file->fd >= 0) {
		writer_queue(file); /* which closes it */
		return;
	}
	*place_of(file->path) = file->next_with_path;
	free(file->path);
	free(file);
}

static void look_after(struct file *file) {
	say_news(file);
	file->due = now_ms() + file->pause;
	if (!file->failing)
		end_trouble(file, 0);
	else if (!file->logs)
		end_trouble(file, file->error);
	else
		write_file(file);
}

static void *write_logs(void *unused) {
	(void)unused;
	pthread_mutex_lock(&lock);
	for (;;) {
		struct file *due = first_due(), *file = first_queued;
		int64_t left = due ? due->due - now_ms() : INT64_MAX;
		if (left <= 0) {
			look_after(due);
		} else if (file) {
			first_queued = file->next_queued;
			if (!first_queued)
				last_queued = &first_queued;
			file->queued = false;
			if (!file->failing)
				write_file(file);
		} else {
			writing = false;
			pthread_cond_broadcast(&idle);
			struct timespec until = time_in(due ? left : 0);
			if (due)
				pthread_cond_timedwait(&work, &lock, &until);
			else
				pthread_cond_wait(&work, &lock);
		}
	}
	return NULL;
}

int writer_open(void) {
	condition_open(&idle);
	condition_open(&work);
	notice_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	thread_start(write_logs, NULL);
	return notice_fd;
}

void writer_wait(int64_t milliseconds) {
	struct timespec until = time_in(milliseconds);
	pthread_mutex_lock(&lock);
	while (first_queued || writing)
		if (pthread_cond_timedwait(&idle, &lock, &until) == ETIMEDOUT)
			break;
	pthread_mutex_unlock(&lock);
}
