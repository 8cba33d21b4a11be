/*
 * Opens, checks and rotates log files. What is written to must be a regular file, and where others may write to its folder,
 * one of our own.
 */
#include "logger.h"

#include <time.h>

/* What the names of compressed logs end with. */
#define COMPRESSED ".gz"
/* How often the file is looked for that another program makes when it has renamed one. Milliseconds. */
#define SUCCESSOR_LOOK 2
/* How far beyond its size a file may grow for the sake of its last line. */
#define MID_LINE_FACTOR 2
/* A path, and a number and a suffix behind it. */
#define NUMBERED_MAX (PATH_MAX + 32)

struct message settings;
#define size_limit settings.numbers[0]
#define age_limit settings.numbers[1]
#define keep_count settings.numbers[2]

void file_close(struct file *file) {
	if (file->own.fd > 0)
		close(file->own.fd);
	file->own.fd = 0;
}

const char *base_name(const char *path) {
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

/* When a file came to be; now, where the file system does not know. */
static time_t birth_of(int fd) {
	struct statx state;
	bool is_known = statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &state) == 0 && state.stx_mask & STATX_BTIME;
	return is_known ? state.stx_btime.tv_sec : time(NULL);
}

int open_safe(const char *path, int flags, struct stat *state) {
	int fd;
	while ((fd = open(path, flags | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0640)) < 0)
		if ((errno != EMFILE && errno != ENFILE) || !files_close())
			return -errno;
	int error = fstat(fd, state) < 0 ? errno : is_safe(path, state) ? 0 : EINVAL;
	if (error)
		close(fd);
	return error ? -error : fd;
}

/* Leaves the file that is open, if one is, and opens the one that has the path now. 0, or an error number. */
static int open_anew(struct file *file, struct stat *state) {
	if (file->own.fd > 0) {
		file_close(file);
		report(REPORT_LOG_ROTATED, file, 0, NO_COUNT);
	}
	int fd = open_safe(file->path, O_WRONLY | O_APPEND, state);
	if (fd < 0)
		return -fd;
	file->own.fd = fd;
	file->own.born = birth_of(fd);
	file->device = state->st_dev;
	file->inode = state->st_ino;
	return 0;
}

/*
 * Whether the open file was renamed by a program that rotates logs: it begins with the same name still (web.log.1,
 * web.log-20261128, web.1.log). To one with another name is written on (reference: jobs 9).
 */
static bool was_rotated(const struct file *file) {
	char link[32], path[PATH_MAX] = "";
	snprintf(link, sizeof link, "/proc/self/fd/%d", file->own.fd);
	if (readlink(link, path, sizeof path - 1) < 0)
		return true;
	const char *before = base_name(file->path), *suffix = strrchr(before, '.');
	return strncmp(before, base_name(path), suffix ? (size_t)(suffix - before) : strlen(before)) == 0;
}

static bool is_open_one(const struct file *file, const struct stat *state) {
	return state->st_ino == file->inode && state->st_dev == file->device;
}

/* Whether the open file is still the one to write, and what it looks like. */
static bool is_current(const struct file *file, struct stat *state) {
	if (lstat(file->path, state) == 0)
		return is_open_one(file, state);
	bool is_missing = errno == ENOENT;
	if (fstat(file->own.fd, state) < 0 || state->st_nlink == 0)
		return false;
	if (!is_missing || !was_rotated(file))
		return true;
	/* Some such programs make the next file themselves, and are offended if there is one: they get a moment for it. */
	for (int passed = 0; passed < SUCCESSOR_PATIENCE && access(file->path, F_OK) < 0; passed += SUCCESSOR_LOOK)
		usleep(SUCCESSOR_LOOK * 1000);
	return false;
}

bool file_take_back(const struct file *file, size_t count) {
	struct stat state;
	if ((lstat(file->path, &state) == 0 && is_open_one(file, &state)) || fstat(file->own.fd, &state) < 0)
		return false;
	/* Nobody else has written to it behind these bytes. */
	return state.st_nlink == 0 || (was_rotated(file) && (uint64_t)state.st_size == file->size + count &&
	                               ftruncate(file->own.fd, (off_t)file->size) == 0);
}

/* A last line that is not complete makes it wait, but not for ever. */
static bool is_due(const struct file *file, const struct stat *state) {
	int64_t factor = file->mid_line ? MID_LINE_FACTOR : 1;
	return state->st_size > 0 &&
	       ((size_limit > 0 && state->st_size >= size_limit * factor) ||
	        (age_limit > 0 && !file->mid_line && llabs(time(NULL) - file->own.born) >= age_limit));
}

/* The name of an old file; 0 is the log. */
static const char *numbered(char name[NUMBERED_MAX], const char *path, int64_t number, const char *suffix) {
	snprintf(name, NUMBERED_MAX, number > 0 ? "%s.%lld%s" : "%s", path, (long long)number, suffix);
	return name;
}

/* Gives an old file the next number. What had that goes, compressed or not. False, with errno: ENOENT without such a file. */
static bool shift(const char *path, int64_t number, const char *suffix, const char *other) {
	char from[NUMBERED_MAX], to[NUMBERED_MAX];
	if (rename(numbered(from, path, number - 1, suffix), numbered(to, path, number, suffix)) < 0)
		return false;
	unlink(numbered(to, path, number, other));
	return true;
}

/* 0 or an error number. A compressed file beside one that is not may be made of the one before: it goes, and is made again. */
static int rotate(const char *path) {
	char beside[NUMBERED_MAX];
	for (int64_t number = keep_count; number >= 1; number--) {
		bool is_done = shift(path, number, "", COMPRESSED);
		if (is_done && number > 1)
			unlink(numbered(beside, path, number - 1, COMPRESSED));
		else if (!is_done && errno == ENOENT && number > 1)
			is_done = shift(path, number, COMPRESSED, "");
		if (!is_done && errno != ENOENT)
			return errno;
	}
	return 0;
}

int file_open(struct file *file) {
	struct stat state = {0};
	int error = file->own.fd > 0 && is_current(file, &state) ? 0 : open_anew(file, &state);
	if (!error && is_due(file, &state)) {
		int trouble = rotate(file->path);
		/* Better a long file than none. */
		if (trouble && !file->own.said_rotation)
			report(REPORT_LOG_NOT_ROTATED, file, (uint64_t)trouble, NO_COUNT);
		file->own.said_rotation = trouble != 0;
		if (!trouble)
			error = open_anew(file, &state);
	}
	file->size = (uint64_t)state.st_size;
	return error;
}
