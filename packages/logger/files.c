/*
 * The files, found by their paths: all logs with the same path write to one. A file has a place in the table as long as a process writes to
 * it or it is in trouble. Its size is noted before each write: by what it has grown when the logger is killed, so much was written. A file
 * that fails is retried from time to time, and reported once when that begins and once when it is over.
 */
#include "logger.h"

#include <search.h>
#include <sys/mman.h>

/* Room for the line that says how much is missing. */
#define NOTE_SIZE 256

static void *by_path;
static struct timer retry;

static int compare(const void *one, const void *other) {
	return strcmp(((const struct file *)one)->path, ((const struct file *)other)->path);
}

/* False: another one has its path. */
static bool set_up(struct file *file) {
	struct file **found = tsearch(file, &by_path, compare);
	if (!found)
		give_up();
	memset(&file->own, 0, sizeof file->own);
	return *found == file;
}

/* The files in use: all of them one by one, from NULL to NULL. */
static struct file *next_file(const struct file *file) {
	size_t place = file ? (size_t)(file - memory->files) + 1 : 0;
	while (place < FILE_PLACES && memory->places[place] > PLACE_USED)
		place++;
	return place < FILE_PLACES && memory->places[place] == PLACE_USED ? &memory->files[place] : NULL;
}

static void give_back(struct file *file) {
	madvise(file, sizeof *file, MADV_REMOVE);
	memory->places[file - memory->files] = PLACE_FREE;
}

static struct file *new_file(const char *path) {
	size_t place = 0;
	while (place < FILE_PLACES && memory->places[place] == PLACE_USED)
		place++;
	if (place == FILE_PLACES)
		give_up();
	struct file *file = &memory->files[place];
	/* Nothing is left there, unless the memory was damaged. */
	madvise(file, sizeof *file, MADV_REMOVE);
	strcpy(file->path, path);
	set_up(file);
	memory->places[place] = PLACE_USED;
	return file;
}

/* Gives its place back, unless it is still good for something. */
static void file_forget(struct file *file) {
	if (file->own.logs > 0 || file->own.in_trouble)
		return;
	file_close(file);
	tdelete(file, &by_path, compare);
	give_back(file);
}

bool files_close(void) {
	bool were_open = false;
	for (struct file *file = NULL; (file = next_file(file));)
		if (file->own.fd > 0) {
			file_close(file);
			were_open = true;
		}
	return were_open;
}

/* ---- writing ---- */

static bool has_output(const struct file *file) {
	return length_of(file->span) > 0 || file->missing > 0;
}

/* The first bytes of the buffer are in the file, or will never be. */
static void take_out(struct file *file, size_t count) {
	size_t begin = (uint32_t)file->span, length = length_of(file->span), end = begin + length;
	if (count < length) {
		file->span = (uint64_t)(length - count) << 32 | (begin + count);
		return;
	}
	file->span = 0;
	/* Only as much memory as a file that works needs is kept. */
	if (end <= READ_SIZE || madvise(file->bytes, FILE_BUFFER, MADV_REMOVE) < 0)
		memset(file->bytes, '\0', end);
}

static void count_written(struct file *file, size_t count) {
	index_stamp(file);
	file->mid_line = file->bytes[(uint32_t)file->span + count - 1] != '\n';
	take_out(file, count);
}

/* A line that says how much is missing, where the buffer is empty. */
static void put_note(struct file *file) {
	int length = snprintf(file->bytes, NOTE_SIZE, "%sinit: %llu bytes of output are missing here: %s\r\n",
	                      file->mid_line ? "\r\n" : "", (unsigned long long)file->missing, strerror((int)file->error));
	file->span = (uint64_t)length << 32;
	file->missing = 0;
}

/* 0, or why nothing was written. */
static int append(struct file *file) {
	size_t begin = (uint32_t)file->span, length = length_of(file->span);
	int error = file_open(file);
	/* No reader may take the output for that of the process before: then the stamp comes first, which may cost the descriptor. */
	if (!error && (file->writer != file->stamped_writer || file->size == 0)) {
		index_stamp(file);
		error = file_open(file);
	}
	if (error)
		return error;
	file->written_from = begin + 1;
	ssize_t n = write(file->own.fd, file->bytes + begin, length);
	error = n > 0 ? 0 : n < 0 ? errno : EIO;
	if (!error && !file_take_back(file, (size_t)n))
		count_written(file, (size_t)n);
	file->written_from = 0;
	return error;
}

static void fail(struct file *file, int error) {
	file->own.in_trouble = file->own.is_failing = true;
	if (!timer_is_running(&retry))
		timer_start(&retry, TROUBLE_PAUSE, files_retry);
	if (error && !file->error)
		report(REPORT_LOG_TROUBLE, file, (uint64_t)error, NO_COUNT);
	file->error = (uint64_t)error;
}

void file_write(struct file *file) {
	int error = 0;
	if (!file->path[0])
		take_out(file, length_of(file->span));
	while (!error && has_output(file)) {
		if (length_of(file->span) == 0)
			put_note(file);
		error = append(file);
	}
	file->own.is_failing = false;
	if (error)
		fail(file, error);
}

/* It can be written, or what was kept has been dropped. */
static void end_trouble(struct file *file) {
	if (file->error)
		report(REPORT_LOG_RESTORED, file, file->own.is_failing ? file->error : 0, (int64_t)file->dropped);
	file->error = file->dropped = file->own.said_dropped = 0;
	file->own.is_failing = file->own.in_trouble = false;
	file_forget(file);
}

void files_retry(struct timer *unused) {
	(void)unused;
	timer_stop(&retry);
	for (struct file *file = NULL; (file = next_file(file));) {
		if (!file->own.in_trouble)
			continue;
		if (file->dropped > file->own.said_dropped)
			report(REPORT_LOG_DROPPED, file, file->error, (int64_t)file->dropped);
		file->own.said_dropped = file->dropped;
		if (file->own.is_failing && has_output(file)) {
			file_write(file);
			timer_start(&retry, TROUBLE_PAUSE, files_retry);
		} else {
			end_trouble(file);
		}
	}
}

/* ---- who writes to them ---- */

struct file *file_attach(const char *path) {
	static struct file wanted;
	strncpy(wanted.path, path, PATH_MAX);
	struct file **found = tfind(&wanted, &by_path, compare), *file = found ? *found : new_file(wanted.path);
	file->own.logs++;
	if (file->own.is_failing)
		file_write(file);
	return file;
}

void file_detach(struct file *file) {
	size_t kept = 0;
	file->own.logs--;
	bool is_kept = file->own.logs == 0 && has_output(file);
	for (struct file *each = NULL; is_kept && (each = next_file(each));)
		kept += each->own.logs == 0 && has_output(each) ? KEPT_COST + length_of(each->span) : 0;
	/* Too much is kept of files that no log writes to: what there is of this one will never be written. */
	if (kept > LOG_KEPT_MAX) {
		file->dropped += length_of(file->span);
		file->missing = 0;
		take_out(file, length_of(file->span));
	}
	file_forget(file);
}

/* Finds out how much the logger before this one has written. */
static void file_recover(struct file *file) {
	struct stat state;
	size_t begin = (uint32_t)file->span, length = length_of(file->span);
	/* A span that begins elsewhere was moved after the write. */
	if (file->written_from == begin + 1 && length > 0 && stat(file->path, &state) == 0 && state.st_ino == file->inode &&
	    state.st_dev == file->device && (uint64_t)state.st_size > file->size) {
		uint64_t grown = (uint64_t)state.st_size - file->size;
		count_written(file, grown < length ? grown : length);
	}
	file->written_from = 0;
	size_t end = end_of(file->span), page = (end + PAGE - 1) / PAGE * PAGE;
	memset(file->bytes + end, '\0', page - end);
	madvise(file->bytes + page, sizeof file->bytes - page, MADV_REMOVE);
	/* It is written when a log is added to it, or with the settings, which say how. */
	fail(file, (int)file->error);
}

void files_open(void) {
	for (struct file *file = NULL; (file = next_file(file));)
		if (end_of(file->span) <= FILE_BUFFER && memchr(file->path, '\0', sizeof file->path) && set_up(file))
			file_recover(file);
		else
			give_back(file);
}
