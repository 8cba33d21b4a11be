/*
 * Opening, checking and rotating log files. What is written to must be a regular file, and where others may write to its
 * folder, one of our own.
 */
#include "logger.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>

#define MODE 0640
#define FLAGS (O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* So many files are open at most; the one that was opened first is closed. Less in tests. */
#ifndef OPEN_FILES_MAX
#define OPEN_FILES_MAX 256
#endif
/* What the names of logs end with. */
#define SUFFIX ".log"
/* For how long another program may make the next file when it has renamed one; how often that is looked for. Microseconds. */
#define SUCCESSOR_WAIT 100000
#define SUCCESSOR_LOOK 2000
/* How far beyond its size a file may grow for the sake of its last line. */
#define MID_LINE_FACTOR 2
/* A path, and a number behind it. */
#define NUMBERED_MAX (PATH_MAX + 24)

static struct file *open_files[OPEN_FILES_MAX];
static unsigned opened;
_Atomic int64_t rotation[3];
#define size_limit rotation[0]
#define age_limit rotation[1]
#define keep_count rotation[2]
/* The folder of logs, without a path if none is known; under the lock. */
static struct whole_message known_folder;

void files_keep_folder(const struct whole_message *message) {
	known_folder = *message;
}

/* True: the folder of the file was missing and is there now, as it was. */
static bool make_folder_for(const char *path) {
	pthread_mutex_lock(&lock);
	struct whole_message folder = known_folder;
	pthread_mutex_unlock(&lock);
	size_t length = strlen(folder.text);
	mode_t mode = (mode_t)folder.head.numbers[0];
	if (length == 0 || strncmp(path, folder.text, length) != 0 || path[length] != '/' || strchr(path + length + 1, '/'))
		return false;
	for (char *slash = strchr(folder.text + 1, '/'); folder.head.numbers[3] && slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(folder.text, mode);
		*slash = '/';
	}
	if (mkdir(folder.text, mode) < 0)
		return false;
	/* Before the mode, which it may change. Where it cannot be given away it is init's. */
	int given = chown(folder.text, (uid_t)folder.head.numbers[1], (gid_t)folder.head.numbers[2]);
	(void)given;
	chmod(folder.text, mode);
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

/* Where the next open file is noted; the one there is closed. */
static struct file **next_place(void) {
	struct file **place = &open_files[opened++ % OPEN_FILES_MAX];
	if (*place)
		file_close(*place);
	return place;
}

static const char *base_name(const char *path) {
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* Where others than us may have put it, a file must be ours, and by no other name something else. */
static bool is_safe(const char *path, const struct stat *state) {
	struct stat folder;
	char name[PATH_MAX + 1];
	if (!S_ISREG(state->st_mode))
		return false;
	snprintf(name, sizeof name, "%.*s.", (int)(base_name(path) - path), path);
	bool is_ours = state->st_uid == geteuid() && state->st_nlink == 1;
	return is_ours || (stat(name, &folder) == 0 && (folder.st_uid == geteuid() || folder.st_uid == 0) &&
	                   (folder.st_mode & (S_IWGRP | S_IWOTH)) == 0);
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
	bool is_known =
		age_limit > 0 && statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &state) == 0 && state.stx_mask & STATX_BTIME;
	int64_t age = is_known ? time(NULL) - state.stx_btime.tv_sec : 0;
	return seconds() - (age > 0 ? age : 0);
}

static int open_anew(struct file *file, struct stat *state) {
	unsigned left = OPEN_FILES_MAX;
	int fd;
	while ((fd = open(file->path, FLAGS, MODE)) < 0)
		if ((errno == EMFILE || errno == ENFILE) && left-- > 0)
			next_place();
		else if (errno != ENOENT || !make_folder_for(file->path))
			return errno;
	int error = fstat(fd, state) < 0 ? errno : is_safe(file->path, state) ? 0 : EINVAL;
	if (error) {
		close(fd);
		return error;
	}
	*next_place() = file;
	file->fd = fd;
	file->born = birth_of(fd);
	file->device_open = state->st_dev;
	file->inode_open = state->st_ino;
	return 0;
}

/*
 * Whether the open file was renamed by a program that rotates logs: it begins with the same name still (web.log.1,
 * web.log-20261128, web.1.log). To one with another name is written on (reference: jobs 9).
 */
static bool was_rotated(const struct file *file) {
	char link[32], path[PATH_MAX] = "";
	snprintf(link, sizeof link, "/proc/self/fd/%d", file->fd);
	if (readlink(link, path, sizeof path - 1) < 0)
		return true;
	const char *before = base_name(file->path);
	size_t same = strlen(before), suffix = sizeof SUFFIX - 1;
	if (same > suffix && strcmp(before + same - suffix, SUFFIX) == 0)
		same -= suffix;
	return strncmp(before, base_name(path), same) == 0;
}

static bool is_open_one(const struct file *file, const struct stat *state) {
	return state->st_ino == file->inode_open && state->st_dev == file->device_open;
}

/* Whether the open file is still the one to write, and what it looks like. */
static bool is_current(const struct file *file, struct stat *state) {
	if (lstat(file->path, state) == 0)
		return is_open_one(file, state);
	bool is_missing = errno == ENOENT;
	if (fstat(file->fd, state) < 0 || state->st_nlink == 0)
		return false;
	if (!is_missing || !was_rotated(file))
		return true;
	/* Some such programs make the next file themselves, and are offended if there is one: they get a moment for it. */
	for (int passed = 0; passed < SUCCESSOR_WAIT && access(file->path, F_OK) < 0; passed += SUCCESSOR_LOOK)
		usleep(SUCCESSOR_LOOK);
	return false;
}

bool file_take_back(struct file *file, off_t size_before, size_t count) {
	struct stat state;
	if ((lstat(file->path, &state) == 0 && is_open_one(file, &state)) || fstat(file->fd, &state) < 0)
		return false;
	/* Nobody else has written to it behind these bytes. */
	return state.st_nlink == 0 ||
	       (was_rotated(file) && state.st_size == size_before + (off_t)count && ftruncate(file->fd, size_before) == 0);
}

/* A last line that is not complete makes it wait, but not for ever. */
static bool is_due(const struct file *file, const struct stat *state) {
	int64_t factor = file->mid_line ? MID_LINE_FACTOR : 1;
	return state->st_size > 0 && ((size_limit > 0 && state->st_size >= size_limit * factor) ||
	                              (age_limit > 0 && !file->mid_line && seconds() - file->born >= age_limit));
}

/* 0 or an error number. */
static int rotate(const char *path) {
	char from[NUMBERED_MAX], to[NUMBERED_MAX];
	for (int64_t number = keep_count; number >= 1; number--) {
		snprintf(to, sizeof to, "%s.%lld", path, (long long)number);
		snprintf(from, sizeof from, number > 1 ? "%s.%lld" : "%s", path, (long long)number - 1);
		if (rename(from, to) < 0 && errno != ENOENT)
			return errno;
	}
	return 0;
}

int file_open(struct file *file, struct stat *state, int *rotation_error) {
	if (file->fd >= 0 && !is_current(file, state))
		file_close(file);
	int error = file->fd < 0 ? open_anew(file, state) : 0;
	if (error || !is_due(file, state))
		return error;
	*rotation_error = rotate(file->path);
	if (*rotation_error)
		return 0; /* better a long file than none */
	file_close(file);
	return open_anew(file, state);
}
