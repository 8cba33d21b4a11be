#define _GNU_SOURCE
#include "log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rotation.h"

#define MODE 0640
#define FLAGS (O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* Sinks with an open file, by when they were last written to. */
static struct sink *oldest, *newest;
static unsigned open_files;

/* With the lock held: its file, which is to be closed, or -1. */
static int take_out(struct sink *sink) {
	int file = sink->file;
	if (file < 0)
		return -1;
	*(sink->newer ? &sink->newer->older : &newest) = sink->older;
	*(sink->older ? &sink->older->newer : &oldest) = sink->newer;
	sink->file = -1;
	open_files--;
	return file;
}

/* With the lock held. */
static void put_in(struct sink *sink, int file) {
	sink->file = file;
	sink->newer = NULL;
	sink->older = newest;
	*(newest ? &newest->newer : &oldest) = sink;
	newest = sink;
	open_files++;
}

void log_file_close(struct sink *sink) {
	sink_lock();
	int file = take_out(sink);
	sink_unlock();
	if (file >= 0)
		close(file);
}

/* Closes the file that was used the longest time ago, if there are more than `most`. */
static bool close_oldest(unsigned most) {
	sink_lock();
	int file = open_files > most ? take_out(oldest) : -1;
	sink_unlock();
	if (file >= 0)
		close(file);
	return file >= 0;
}

void sink_take_file(struct sink *sink, int file) {
	if (file < 0)
		return;
	sink_lock();
	put_in(sink, file);
	sink_unlock();
	sink->born = rotation_birth(file);
}

/* A file that is not a regular one is none of ours to write: 0, or an error number. */
static int check_file(int file, struct stat *state) {
	if (fstat(file, state) < 0)
		return errno;
	return S_ISREG(state->st_mode) ? 0 : EINVAL;
}

/* Whether others than us may put something into the folder of a file. */
static bool others_may_write(const char *path) {
	struct stat state;
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
	bool safe = folder && stat(folder, &state) == 0 && (state.st_uid == geteuid() || state.st_uid == 0) &&
	            (state.st_mode & (S_IWGRP | S_IWOTH)) == 0;
	free(folder);
	return !safe;
}

/* Where others may have put it, a file must be ours, and by no other name something else: 0, or an error number. */
static int check_origin(const char *path, const struct stat *state) {
	bool ours = state->st_uid == geteuid() && state->st_nlink == 1;
	return ours || !others_may_write(path) ? 0 : EINVAL;
}

static int open_anew(struct sink *sink) {
	struct stat state;
	int file = open(sink->path, FLAGS, MODE);
	while (file < 0 && (errno == EMFILE || errno == ENFILE) && close_oldest(0))
		file = open(sink->path, FLAGS, MODE);
	if (file < 0)
		return errno;
	int error = check_file(file, &state);
	if (!error)
		error = check_origin(sink->path, &state);
	if (error) {
		close(file);
		return error;
	}
	sink_take_file(sink, file);
	close_oldest(OPEN_FILES_MAX);
	return 0;
}

/* Whether the open file is the one to go on with. */
static bool is_current(struct sink *sink, struct stat *state) {
	return check_file(sink->file, state) == 0 && state->st_nlink > 0 && !rotation_has_moved(sink->path, state);
}

static int open_and_look(struct sink *sink, struct stat *state) {
	int error = open_anew(sink);
	return error ? error : check_file(sink->file, state);
}

int log_file_open(struct sink *sink, struct stat *state) {
	if (sink->file >= 0 && !is_current(sink, state))
		log_file_close(sink);
	if (sink->file < 0) {
		int error = open_and_look(sink, state);
		if (error)
			return error;
	}
	sink->rotation_error = 0;
	if (!rotation_is_due(state, sink->born, sink->mid_line))
		return 0;
	sink->rotation_error = rotate(sink->path);
	if (sink->rotation_error)
		return 0; /* better a long file than none */
	log_file_close(sink);
	return open_and_look(sink, state);
}

void log_file_written(struct sink *sink, size_t count) {
	sink->mid_line = sink->buffer[(sink->start + count - 1) % sink->capacity] != '\n';
	if (sink != newest && sink->file >= 0)
		put_in(sink, take_out(sink));
}
