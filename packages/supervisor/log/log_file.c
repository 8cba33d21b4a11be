#define _GNU_SOURCE
#include "log/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "log/log_folder.h"
#include "log/rotation.h"

#define MODE 0640
#define FLAGS (O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* What the names of logs end with. */
#define SUFFIX ".log"
/* For how long, since a file was renamed, another program may make the next one; how often that is looked for. Milliseconds. */
#define SUCCESSOR_WAIT 100
#define SUCCESSOR_LOOK 2

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
	struct stat state = {0};
	fstat(file, &state);
	sink->device = state.st_dev;
	sink->inode = state.st_ino;
}

/* A file that is not a regular one is none of ours to write: 0, or an error number. */
static int check_file(int file, struct stat *state) {
	if (fstat(file, state) < 0)
		return errno;
	return S_ISREG(state->st_mode) ? 0 : EINVAL;
}

static const char *base_name(const char *path) {
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
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
	while (file < 0 && (((errno == EMFILE || errno == ENFILE) && close_oldest(0)) ||
	                    (errno == ENOENT && log_folder_make_for(sink->path))))
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

/*
 * Whether the open file was renamed by a program that rotates logs: it begins with the same name still (web.log.1,
 * web.log-20261128, web.1.log). To one with another name is written on (reference: jobs 9).
 */
static bool was_rotated(const struct sink *sink) {
	char link[32], path[PATH_MAX];
	snprintf(link, sizeof link, "/proc/self/fd/%d", sink->file);
	ssize_t length = readlink(link, path, sizeof path - 1);
	if (length < 0)
		return true;
	path[length] = '\0';
	const char *before = base_name(sink->path), *now = base_name(path);
	size_t same = strlen(before);
	if (same > sizeof SUFFIX - 1 && strcmp(before + same - (sizeof SUFFIX - 1), SUFFIX) == 0)
		same -= sizeof SUFFIX - 1;
	return strncmp(before, now, same) == 0;
}

/* Some such programs make the next file themselves, and are offended if there is one: they get a moment for it. */
static void wait_for_successor(const char *path, const struct stat *renamed) {
	struct timespec now, pause = {0, SUCCESSOR_LOOK * 1000000L};
	struct stat state;
	clock_gettime(CLOCK_REALTIME, &now);
	int64_t passed = (now.tv_sec - renamed->st_ctim.tv_sec) * INT64_C(1000) + (now.tv_nsec - renamed->st_ctim.tv_nsec) / 1000000;
	if (passed < 0)
		passed = 0;
	for (; passed < SUCCESSOR_WAIT && lstat(path, &state) < 0; passed += SUCCESSOR_LOOK)
		nanosleep(&pause, NULL);
}

static bool is_open_file(const struct sink *sink, const struct stat *state) {
	return state->st_ino == sink->inode && state->st_dev == sink->device;
}

/* Whether the open file is the one to go on with, and what it looks like. */
static bool is_current(struct sink *sink, struct stat *state) {
	if (lstat(sink->path, state) == 0)
		return is_open_file(sink, state);
	bool missing = errno == ENOENT;
	if (check_file(sink->file, state) != 0 || state->st_nlink == 0)
		return false;
	if (!missing || !was_rotated(sink))
		return true;
	wait_for_successor(sink->path, state);
	return false;
}

bool log_file_take_back(struct sink *sink, off_t before, size_t count) {
	struct stat state;
	if ((lstat(sink->path, &state) == 0 && is_open_file(sink, &state)) || fstat(sink->file, &state) < 0)
		return false;
	if (state.st_nlink == 0)
		return true;
	/* Nobody else has written to it behind these bytes. */
	return was_rotated(sink) && state.st_size == before + (off_t)count && ftruncate(sink->file, before) == 0;
}

static int open_and_look(struct sink *sink, struct stat *state) {
	int error = open_anew(sink);
	return error ? error : check_file(sink->file, state);
}

int log_file_open(struct sink *sink, struct stat *state, int *rotation_error) {
	if (sink->file >= 0 && !is_current(sink, state))
		log_file_close(sink);
	if (sink->file < 0) {
		int error = open_and_look(sink, state);
		if (error)
			return error;
	}
	if (!rotation_is_due(state, sink->born, sink->mid_line))
		return 0;
	*rotation_error = rotate(sink->path);
	if (*rotation_error)
		return 0; /* better a long file than none */
	log_file_close(sink);
	return open_and_look(sink, state);
}

void log_file_written(struct sink *sink, size_t count) {
	sink->mid_line = sink->buffer[(sink->start + count - 1) % sink->capacity] != '\n';
	if (sink != newest && sink->file >= 0)
		put_in(sink, take_out(sink));
}
