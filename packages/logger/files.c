/*
 * Writes the backlogs of all files, in a thread of its own. Trouble belongs to the file, not to one log: it is reported
 * once when it begins and once when it ends, and the file is retried with growing pauses.
 */
#include "logger.h"

#include <search.h>
#include <stdlib.h>

/* Milliseconds until a file is tried again: at first, and at most. Less in tests. */
#ifndef TROUBLE_PAUSE
#define TROUBLE_PAUSE 1000
#endif
#define TROUBLE_PAUSE_MAX 60000
/* For so many milliseconds at least writing has to work before the trouble is over. */
#define TROUBLE_REST (5 * TROUBLE_PAUSE)

static void *by_path;
static struct file *first_queued, **last_queued = &first_queued, *in_trouble;
static pthread_cond_t work = PTHREAD_COND_INITIALIZER;
/* What the writer is at, without the lock. */
static struct file *written_file;
static struct log *written_log;

bool has_output(const struct log *log) {
	return log->file && (length_of(log->span) > 0 || log->missing > 0);
}

bool is_being_written(const struct log *log) {
	return written_log == log;
}

bool files_are_idle(void) {
	return !first_queued && !written_file;
}

void file_queue(struct file *file) {
	if (file->queued)
		return;
	file->queued = true;
	file->next_queued = NULL;
	*last_queued = file;
	last_queued = &file->next_queued;
	pthread_cond_signal(&work);
}

/* ---- trouble ---- */

/* News that do not fit are sent with the next attempt. The next logger finds them noted. */
static void say_news(struct file *file) {
	if (!file->said)
		file->said = tell(LOG_TROUBLE, 0, file->path, file->error, 0);
	if (file->said && file->dropped > file->said_dropped &&
	    tell(LOG_DROPPED, 0, file->path, file->error, (int64_t)file->dropped))
		file->said_dropped = file->dropped;
	for (struct log *log = file->logs; log; log = log->next_in_file) {
		log->reported = file->said ? (uint64_t)file->error : 0;
		log->dropped = file->dropped;
	}
}

void file_failed(struct file *file, int error) {
	if (!file->error) {
		file->next_in_trouble = in_trouble;
		in_trouble = file;
	}
	file->pause = !file->error                          ? TROUBLE_PAUSE
	              : file->pause < TROUBLE_PAUSE_MAX / 2 ? file->pause * 2
	                                                    : TROUBLE_PAUSE_MAX;
	file->error = error;
	file->failing = true;
	file->due = now_ms() + file->pause;
	wake_in(file->pause);
	say_news(file);
}

void file_dropped(struct file *file, uint64_t dropped) {
	file->dropped = dropped;
	if (file->error && dropped > 0 && file->said_dropped == 0)
		say_news(file);
}

/* Writing works again, but may fail at once, as on a disk that is nearly full. */
static void worked(struct file *file) {
	if (!file->failing)
		return;
	file->failing = false;
	file->due = now_ms() + (file->pause > TROUBLE_REST ? file->pause : TROUBLE_REST);
	wake_in(file->due - now_ms());
}

/* With the error that it ends with, 0 when the file can be written. */
static void end_trouble(struct file *file, int error) {
	if (file->said && !tell(LOG_RESTORED, 0, file->path, error, (int64_t)file->dropped))
		return;
	struct file **link = &in_trouble;
	while (*link != file)
		link = &(*link)->next_in_trouble;
	*link = file->next_in_trouble;
	file->error = 0;
	file->failing = file->said = false;
	file->dropped = file->said_dropped = 0;
	for (struct log *log = file->logs; log; log = log->next_in_file)
		log->reported = log->dropped = 0;
	file_queue(file);
}

void files_look(void) {
	int64_t now = now_ms();
	for (struct file *file = in_trouble, *next; file; file = next) {
		next = file->next_in_trouble;
		if (file->due > now) {
			wake_in(file->due - now);
			continue;
		}
		file->due = now + file->pause;
		wake_in(file->pause);
		say_news(file);
		if (!file->failing || !file->logs)
			end_trouble(file, file->failing ? file->error : 0);
		else
			file_queue(file);
	}
}

static void file_hurry(struct file *file) {
	if (!file->failing)
		return;
	file->due = 0;
	wake_in(0);
}

void files_hurry(void) {
	for (struct file *file = in_trouble; file; file = file->next_in_trouble)
		file_hurry(file);
	files_look();
}

/* ---- the files of logs ---- */

static int compare(const void *one, const void *other) {
	return strcmp(((const struct file *)one)->path, ((const struct file *)other)->path);
}

/* The file, also when there was none so far. */
static struct file *file_of(const char *path) {
	struct file wanted = {.path = (char *)path}, **found = tfind(&wanted, &by_path, compare);
	struct file *file = found ? *found : calloc(1, sizeof *file);
	if (found)
		return file;
	if (!file || !(file->path = strdup(path)) || !tsearch(file, &by_path, compare))
		give_up();
	file->fd = -1;
	return file;
}

void file_attach(struct log *log, const char *path) {
	struct file *file = log->file = file_of(path);
	int reported = (int)log->reported;
	struct log **link = &file->logs;
	while (*link && (*link)->sequence < log->sequence)
		link = &(*link)->next_in_file;
	log->next_in_file = *link;
	*link = log;
	/* What the logger before this one knew. */
	file->mid_line = file->mid_line || log->mid_line;
	if (log->reported && log->dropped > file->dropped)
		file->dropped = file->said_dropped = log->dropped;
	if (reported > 0 && !file->error) {
		file->said = true;
		file_failed(file, reported);
	}
	file_hurry(file);
	file_queue(file);
}

void file_detach(struct log *log) {
	struct log **link = &log->file->logs;
	while (*link != log)
		link = &(*link)->next_in_file;
	*link = log->next_in_file;
	file_hurry(log->file);
	file_queue(log->file);
}

/* ---- the writer ---- */

/* The logger before this one was killed in a write, or right after it: what the file has grown by has been written. */
static size_t count_written(const struct log *log, const char *path) {
	struct stat state;
	bool is_same = stat(path, &state) == 0 && state.st_ino == log->inode && state.st_dev == log->device;
	uint64_t size = is_same ? (uint64_t)state.st_size : 0, grown = size > log->size ? size - log->size : 0;
	return (uint32_t)log->span != (uint32_t)log->before ? 0 : grown < log->writing ? grown : log->writing;
}

/* How many bytes were written; 0, and perhaps an error number. */
static size_t append(struct file *file, struct log *log, int *error, int *rotation_error) {
	struct stat state;
	uint64_t span = log->span;
	size_t begin = (uint32_t)span, length = length_of(span);
	size_t first = length < LOG_BUFFER - begin ? length : LOG_BUFFER - begin;
	struct iovec pieces[] = {{log->ring + begin, first}, {log->ring, length - first}};
	*error = file_open(file, &state, rotation_error);
	if (*error)
		return 0;
	log->before = span;
	log->device = state.st_dev;
	log->inode = state.st_ino;
	log->size = (uint64_t)state.st_size;
	log->writing = length;
	ssize_t n = writev(file->fd, pieces, length > first ? 2 : 1);
	*error = n > 0 ? 0 : n < 0 ? errno : EIO;
	return n <= 0 || file_take_back(file, state.st_size, (size_t)n) ? 0 : (size_t)n;
}

static void write_log(struct file *file, struct log *log) {
	int error = 0, rotation_error = 0;
	if (length_of(log->span) == 0)
		put_note(log);
	written_log = log;
	pthread_mutex_unlock(&lock);
	size_t n = log->writing > 0 ? count_written(log, file->path) : append(file, log, &error, &rotation_error);
	pthread_mutex_lock(&lock);
	written_log = NULL;
	if (n > 0)
		log->mid_line = file->mid_line = log->ring[((uint32_t)log->span + n - 1) % LOG_BUFFER] != '\n';
	log->span = ring_drop(LOG_BUFFER, log->span, n);
	log->writing = 0;
	if (!rotation_error || !file->said_rotation)
		file->said_rotation = rotation_error && tell(LOG_NOT_ROTATED, 0, file->path, rotation_error, 0);
	if (error)
		file_failed(file, error);
	else
		worked(file);
}

/* What is written next of it; and what that means for its logs. */
static void serve(struct file *file) {
	struct log *log = file->logs, *next;
	while (log && !has_output(log))
		log = log->next_in_file;
	if (log)
		write_log(file, log);
	bool more = false;
	for (log = file->logs; log; log = next) {
		next = log->next_in_file;
		more = more || has_output(log);
		if (log->paused || log->ended)
			log_go(log->id);
	}
	if (more && !file->failing)
		file_queue(file);
}

/* Nothing has to do with it any more. */
static void forget(struct file *file) {
	pthread_mutex_unlock(&lock);
	file_close(file);
	pthread_mutex_lock(&lock);
	if (file->logs || file->queued)
		return;
	tdelete(file, &by_path, compare);
	free(file->path);
	free(file);
}

void *write_files(void *unused) {
	pthread_mutex_lock(&lock);
	for (;;) {
		while (!first_queued)
			pthread_cond_wait(&work, &lock);
		struct file *file = written_file = first_queued;
		first_queued = file->next_queued;
		last_queued = first_queued ? last_queued : &first_queued;
		file->queued = false;
		if (file->logs)
			serve(file);
		if (!file->logs && !file->queued && !file->error)
			forget(file);
		written_file = NULL;
	}
	return unused;
}
