/*
 * Writes the backlogs of all files, in a thread of its own. Trouble is reported once when it begins and once when it ends, and the file
 * is retried with growing pauses. What is kept of files to which no process writes any more is bounded.
 */
#include "logger.h"

#include <search.h>
#include <sys/mman.h>

/* Milliseconds until a file is tried again: at first, and at most. Less in tests. */
#ifndef TROUBLE_PAUSE
#define TROUBLE_PAUSE 1000
#endif
#define TROUBLE_PAUSE_MAX 60000
/* For so many milliseconds at least writing has to work before the trouble is over. */
#define TROUBLE_REST (5 * TROUBLE_PAUSE)

static void *by_path;
/* Below it no place is free. */
static size_t first_free;
static struct file *first_queued, **last_queued = &first_queued, *in_trouble;
static pthread_cond_t work = PTHREAD_COND_INITIALIZER;
/* The one that is written, for which the lock is given up. */
static struct file *written;
/* What all files add that no process writes to. */
static size_t kept;

bool has_output(const struct file *file) {
	return length_of(file->span) > 0 || file->missing > 0;
}

bool files_are_idle(void) {
	return !first_queued && !written;
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

static void retry_in(struct file *file, int64_t milliseconds) {
	file->due = now_ms() + milliseconds;
	wake_in(milliseconds);
}

void file_failed(struct file *file, int error) {
	if (file->pause == 0) {
		file->next_in_trouble = in_trouble;
		in_trouble = file;
	}
	/* The logger before this one has said it, if it is known already. */
	if (!file->error)
		report(REPORT_LOG_TROUBLE, file->path, (uint64_t)error, NO_COUNT);
	file->error = (uint64_t)error;
	file->failing = true;
	file->pause = file->pause == 0                      ? TROUBLE_PAUSE
	              : file->pause < TROUBLE_PAUSE_MAX / 2 ? file->pause * 2
	                                                    : TROUBLE_PAUSE_MAX;
	retry_in(file, file->pause);
}

/* Writing works again, but may fail at once, as on a disk that is nearly full. */
static void worked(struct file *file) {
	if (file->failing)
		retry_in(file, file->pause > TROUBLE_REST ? file->pause : TROUBLE_REST);
	file->failing = false;
}

/* It can be written, or was given up. */
static void end_trouble(struct file *file) {
	report(REPORT_LOG_RESTORED, file->path, file->failing ? file->error : 0, (int64_t)file->dropped);
	file->error = file->dropped = file->said_dropped = 0;
	file->failing = false;
	file->pause = 0;
	file_queue(file);
}

void files_look(void) {
	int64_t now = now_ms();
	for (struct file *file, **link = &in_trouble; (file = *link);) {
		if (file->due <= now) {
			if (file->dropped > file->said_dropped)
				report(REPORT_LOG_DROPPED, file->path, file->error, (int64_t)file->dropped);
			file->said_dropped = file->dropped;
			if (!file->failing || !has_output(file)) {
				*link = file->next_in_trouble;
				end_trouble(file);
				continue;
			}
			file_queue(file);
			file->due = now + file->pause;
		}
		wake_in(file->due - now);
		link = &file->next_in_trouble;
	}
}

void file_hurry(struct file *file) {
	if (file->failing)
		retry_in(file, 0);
}

void files_hurry(void) {
	for (struct file *file = in_trouble; file; file = file->next_in_trouble)
		file_hurry(file);
}

/* ---- the table of files ---- */

static int compare(const void *one, const void *other) {
	return strcmp(((const struct file *)one)->path, ((const struct file *)other)->path);
}

static void set_up(struct file *file) {
	memset(&file->next_queued, 0, offsetof(struct file, path) - offsetof(struct file, next_queued));
	file->fd = -1;
	if (!tsearch(file, &by_path, compare))
		give_up();
}

static void give_back(struct file *file) {
	size_t place = (size_t)(file - memory->files);
	file->is_used = false;
	madvise(file, sizeof *file, MADV_REMOVE);
	first_free = place < first_free ? place : first_free;
}

static struct file *file_of(const char *path) {
	static struct file wanted;
	strncpy(wanted.path, path, PATH_MAX);
	struct file **found = tfind(&wanted, &by_path, compare);
	if (found)
		return *found;
	while (first_free < memory->files_end && memory->files[first_free].is_used)
		first_free++;
	if (first_free == FILE_PLACES)
		give_up();
	struct file *file = &memory->files[first_free];
	memset(file, 0, offsetof(struct file, path));
	strcpy(file->path, wanted.path);
	set_up(file);
	memory->files_end = first_free < memory->files_end ? memory->files_end : first_free + 1;
	file->is_used = true;
	return file;
}

void file_attach(struct log *log, const char *path) {
	struct file *file = log->file = file_of(path);
	log->next_in_file = file->logs;
	file->logs = log;
	kept -= file->cost;
	file->cost = 0;
	file_hurry(file);
	file_queue(file);
}

/* What there is stays until it can be written, if there is not too much of all; else only that it is missing, or not even that. */
static void keep(struct file *file) {
	size_t length = length_of(file->span);
	if (file->logs || file->cost || !has_output(file))
		return;
	/* A name that is too long will be that for ever. */
	if (kept + KEPT_COST + length > LOG_KEPT_MAX || file->error == ENAMETOOLONG) {
		file->span = 0;
		file->missing += length;
		file->dropped += length;
		file->taken += length;
	}
	if (kept + KEPT_COST > LOG_KEPT_MAX)
		file->missing = 0;
	else
		kept += file->cost = KEPT_COST + length_of(file->span);
	file_hurry(file);
}

void file_detach(struct log *log) {
	struct file *file = log->file;
	struct log **link = &file->logs;
	while (*link != log)
		link = &(*link)->next_in_file;
	*link = log->next_in_file;
	if (written != file)
		keep(file);
	file_hurry(file);
	file_queue(file);
}

static bool is_sound(const struct file *file) {
	return file->is_used && span_is_sound(file->span, FILE_BUFFER) && file->writing <= FILE_BUFFER &&
	       memchr(file->path, '\0', sizeof file->path) && !tfind(file, &by_path, compare);
}

void files_open(void) {
	if (memory->files_end > FILE_PLACES)
		memory->files_end = 0;
	for (struct file *file = memory->files; file < memory->files + memory->files_end; file++) {
		if (!is_sound(file)) {
			give_back(file);
			continue;
		}
		set_up(file);
		/* A write that is noted, though its bytes have left the ring: nothing is to be found out about it. */
		if (length_of(file->span) == 0 || (uint32_t)file->span != (uint32_t)file->before)
			file->writing = 0;
		file->said_dropped = file->dropped;
		kept += file->cost = KEPT_COST + length_of(file->span);
		if (file->error)
			file_failed(file, (int)file->error);
		file_queue(file);
	}
}

/* ---- the writer ---- */

/* The logger before this one was killed in a write, or right after it: what the file has grown by has been written. */
static size_t count_written(const struct file *file) {
	struct stat state;
	bool is_same = stat(file->path, &state) == 0 && state.st_ino == file->inode && state.st_dev == file->device;
	uint64_t size = is_same ? (uint64_t)state.st_size : 0, grown = size > file->size ? size - file->size : 0;
	return grown < file->writing ? grown : file->writing;
}

/* How many bytes were written; 0, and perhaps an error number. */
static size_t append(struct file *file, int *error, int *rotation_error) {
	struct stat state;
	uint64_t span = file->span;
	size_t begin = (uint32_t)span, length = length_of(span);
	size_t first = length < FILE_BUFFER - begin ? length : FILE_BUFFER - begin;
	struct iovec pieces[] = {{file->ring + begin, first}, {file->ring, length - first}};
	*error = file_open(file, &state, rotation_error);
	if (*error)
		return 0;
	file->before = span;
	file->device = state.st_dev;
	file->inode = state.st_ino;
	file->size = (uint64_t)state.st_size;
	file->writing = length;
	ssize_t n = writev(file->fd, pieces, length > first ? 2 : 1);
	*error = n > 0 ? 0 : n < 0 ? errno : EIO;
	return n <= 0 || file_take_back(file, state.st_size, (size_t)n) ? 0 : (size_t)n;
}

static void write_file(struct file *file) {
	int error = 0, rotation_error = 0;
	if (length_of(file->span) == 0)
		put_note(file);
	pthread_mutex_unlock(&lock);
	size_t n = file->writing > 0 ? count_written(file) : append(file, &error, &rotation_error);
	pthread_mutex_lock(&lock);
	if (n > 0)
		file->mid_line = file->ring[((uint32_t)file->span + n - 1) % FILE_BUFFER] != '\n';
	file->span = ring_drop(FILE_BUFFER, file->span, n);
	file->writing = 0;
	file->taken += n;
	if (rotation_error && !file->said_rotation)
		report(REPORT_LOG_NOT_ROTATED, file->path, (uint64_t)rotation_error, NO_COUNT);
	file->said_rotation = rotation_error;
	if (error)
		file_failed(file, error);
	else
		worked(file);
}

/* Writes what there is, and lets its logs have the room. */
static void serve(struct file *file) {
	if (has_output(file))
		write_file(file);
	for (struct log *log = file->logs, *next; log; log = next) {
		next = log->next_in_file;
		if (log->paused || log->ended)
			log_go(log->id);
	}
	keep(file);
	if (has_output(file) && !file->failing)
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
	kept -= file->cost;
	give_back(file);
}

void *write_files(void *unused) {
	pthread_mutex_lock(&lock);
	for (;;) {
		while (!first_queued)
			pthread_cond_wait(&work, &lock);
		struct file *file = written = first_queued;
		first_queued = file->next_queued;
		last_queued = first_queued ? last_queued : &first_queued;
		file->queued = false;
		serve(file);
		if (!file->logs && !file->queued && !file->error && !has_output(file))
			forget(file);
		written = NULL;
	}
	return unused;
}
