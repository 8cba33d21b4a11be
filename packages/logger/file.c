/*
 * Opening, checking and rotating log files. What is written to must be a regular file, and where others may write to its
 * folder, one of our own.
 */
#define _GNU_SOURCE
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MODE 0640
#define FLAGS (O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* So many files are open at most; the one that has not been written to for the longest time is closed. Less in tests. */
#ifndef OPEN_FILES_MAX
#define OPEN_FILES_MAX 256
#endif
/* What the names of logs end with. */
#define SUFFIX ".log"
/* For how long, since a file was renamed, another program may make the next one; how often that is looked for. Milliseconds. */
#define SUCCESSOR_WAIT 100
#define SUCCESSOR_LOOK 2
/* How far beyond its size a file may grow for the sake of its last line. */
#define MID_LINE_FACTOR 2
/* Room for the number behind a name. */
#define NUMBER_MAX 16

static struct file *open_files[OPEN_FILES_MAX];
static uint64_t uses;
/* Of rotation. */
static _Atomic int64_t size_limit, age_limit, keep_count;
/* An empty path: no folder is known. Under the lock. */
static struct folder {
	char path[LOG_PATH_MAX];
	int64_t mode, owner, group, parents;
} known;

void files_rotate(const int64_t numbers[3]) {
	size_limit = numbers[0];
	age_limit = numbers[1];
	keep_count = numbers[2];
}

void files_keep_folder(const struct whole_message *message) {
	const int64_t *numbers = message->head.numbers;
	struct folder folder = {.mode = numbers[0], .owner = numbers[1], .group = numbers[2], .parents = numbers[3]};
	snprintf(folder.path, sizeof folder.path, "%.*s", LOG_PATH_MAX - 1, message->text);
	pthread_mutex_lock(&lock);
	known = folder;
	pthread_mutex_unlock(&lock);
}

static void make_parents(char *path, mode_t mode) {
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, mode);
		*slash = '/';
	}
}

/* True: it was missing and is there now. */
static bool make_folder_for(const char *path) {
	pthread_mutex_lock(&lock);
	struct folder folder = known;
	pthread_mutex_unlock(&lock);
	size_t length = strlen(folder.path);
	if (length == 0 || strncmp(path, folder.path, length) != 0 || path[length] != '/' || strchr(path + length + 1, '/'))
		return false;
	if (folder.parents)
		make_parents(folder.path, (mode_t)folder.mode);
	if (mkdir(folder.path, (mode_t)folder.mode) < 0)
		return false;
	/* Before the mode, which it may change. Where it cannot be given away it is init's. */
	int given = chown(folder.path, (uid_t)folder.owner, (gid_t)folder.group);
	(void)given;
	chmod(folder.path, (mode_t)folder.mode);
	return true;
}

void file_close(struct file *file) {
	for (size_t i = 0; i < OPEN_FILES_MAX; i++)
		if (open_files[i] == file)
			open_files[i] = NULL;
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

/* False: none is open. */
static bool close_oldest(void) {
	struct file *oldest = NULL;
	for (size_t i = 0; i < OPEN_FILES_MAX; i++)
		if (open_files[i] && (!oldest || open_files[i]->used < oldest->used))
			oldest = open_files[i];
	if (oldest)
		file_close(oldest);
	return oldest != NULL;
}

static void remember_open(struct file *file) {
	size_t place = 0;
	while (place < OPEN_FILES_MAX && open_files[place])
		place++;
	if (place == OPEN_FILES_MAX) {
		close_oldest();
		for (place = 0; open_files[place];)
			place++;
	}
	open_files[place] = file;
}

/* A file that is not a regular one is none of ours to write: 0, or an error number. */
static int check_file(int fd, struct stat *state) {
	if (fstat(fd, state) < 0)
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
	size_t length = (size_t)(base_name(path) - path);
	char *folder = length > 0 ? strndup(path, length) : strdup(".");
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

/* Seconds of a clock that is never set and runs while the machine sleeps. */
static int64_t seconds(void) {
	struct timespec time;
	clock_gettime(CLOCK_BOOTTIME, &time);
	return time.tv_sec;
}

/* When a file came to be; now, where the file system does not know. */
static int64_t birth_of(int fd) {
	struct statx state;
	int64_t age = 0;
	if (age_limit > 0 && statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &state) == 0 && (state.stx_mask & STATX_BTIME))
		age = time(NULL) - state.stx_btime.tv_sec;
	return seconds() - (age > 0 ? age : 0);
}

static int open_anew(struct file *file, struct stat *state) {
	int fd = open(file->path, FLAGS, MODE);
	while (fd < 0 && (((errno == EMFILE || errno == ENFILE) && close_oldest()) ||
	                  (errno == ENOENT && make_folder_for(file->path))))
		fd = open(file->path, FLAGS, MODE);
	if (fd < 0)
		return errno;
	int error = check_file(fd, state);
	if (!error)
		error = check_origin(file->path, state);
	if (error) {
		close(fd);
		return error;
	}
	file->fd = fd;
	file->born = birth_of(fd);
	file->device = state->st_dev;
	file->inode = state->st_ino;
	remember_open(file);
	return 0;
}

/*
 * Whether the open file was renamed by a program that rotates logs: it begins with the same name still (web.log.1,
 * web.log-20261128, web.1.log). To one with another name is written on (reference: jobs 9).
 */
static bool was_rotated(const struct file *file) {
	char link[32], path[PATH_MAX];
	snprintf(link, sizeof link, "/proc/self/fd/%d", file->fd);
	ssize_t length = readlink(link, path, sizeof path - 1);
	if (length < 0)
		return true;
	path[length] = '\0';
	const char *before = base_name(file->path), *now = base_name(path);
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
	int64_t passed =
	    (now.tv_sec - renamed->st_ctim.tv_sec) * INT64_C(1000) + (now.tv_nsec - renamed->st_ctim.tv_nsec) / 1000000;
	if (passed < 0)
		passed = 0;
	for (; passed < SUCCESSOR_WAIT && lstat(path, &state) < 0; passed += SUCCESSOR_LOOK)
		nanosleep(&pause, NULL);
}

static bool is_open_file(const struct file *file, const struct stat *state) {
	return state->st_ino == file->inode && state->st_dev == file->device;
}

/* Whether the open file is the one to go on with, and what it looks like. */
static bool is_current(struct file *file, struct stat *state) {
	if (lstat(file->path, state) == 0)
		return is_open_file(file, state);
	bool missing = errno == ENOENT;
	if (check_file(file->fd, state) != 0 || state->st_nlink == 0)
		return false;
	if (!missing || !was_rotated(file))
		return true;
	wait_for_successor(file->path, state);
	return false;
}

bool file_take_back(struct file *file, off_t before, size_t count) {
	struct stat state;
	if ((lstat(file->path, &state) == 0 && is_open_file(file, &state)) || fstat(file->fd, &state) < 0)
		return false;
	if (state.st_nlink == 0)
		return true;
	/* Nobody else has written to it behind these bytes. */
	return was_rotated(file) && state.st_size == before + (off_t)count && ftruncate(file->fd, before) == 0;
}

/* A last line that is not complete makes it wait, but not for ever. */
static bool rotation_is_due(const struct file *file, const struct stat *state) {
	int64_t factor = file->mid_line ? MID_LINE_FACTOR : 1;
	if (state->st_size > 0 && size_limit > 0 && state->st_size >= size_limit * factor)
		return true;
	return state->st_size > 0 && age_limit > 0 && !file->mid_line && seconds() - file->born >= age_limit;
}

/* 0 or an error number. */
static int rotate(const char *path) {
	char from[PATH_MAX + NUMBER_MAX], to[PATH_MAX + NUMBER_MAX];
	for (int64_t number = keep_count; number >= 1; number--) {
		snprintf(to, sizeof to, "%s.%lld", path, (long long)number);
		if (number > 1)
			snprintf(from, sizeof from, "%s.%lld", path, (long long)(number - 1));
		else
			snprintf(from, sizeof from, "%s", path);
		if (rename(from, to) < 0 && errno != ENOENT)
			return errno;
	}
	return 0;
}

int file_open(struct file *file, struct stat *state, int *rotation_error) {
	int error = 0;
	file->used = ++uses;
	if (file->fd >= 0 && !is_current(file, state))
		file_close(file);
	if (file->fd < 0)
		error = open_anew(file, state);
	if (error || !rotation_is_due(file, state))
		return error;
	*rotation_error = rotate(file->path);
	if (*rotation_error)
		return 0; /* better a long file than none */
	file_close(file);
	return open_anew(file, state);
}
