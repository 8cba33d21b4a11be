/*
 * The index of a log, beside it: stamps that say when the output from a byte of the log on was read. It has the log's inode in its name, so
 * it stays with the log whichever program renames that.
 */
#include "logger.h"

/* Output within so many microseconds has one stamp. */
#define STAMP_PAUSE 10000

/*
 * In the byte order of the machine: when, in microseconds since the epoch; and the size that the log had then, above which is the process that
 * has written the output. Sizes grow.
 */
struct stamp {
	int64_t time;
	uint64_t place;
};
#define STAMP_SIZE ((off_t)sizeof(struct stamp))
#define WRITER_SHIFT 40
#define size_at(place) ((place) & ((1ull << WRITER_SHIFT) - 1))

/* Stamps behind this one's offset are of text that is gone, and one that was cut off is overwritten. */
static bool put(int fd, off_t size, const struct stamp *stamp) {
	off_t end = size_at(stamp->place) > 0 ? size - size % STAMP_SIZE : 0;
	for (struct stamp last; end > 0; end -= STAMP_SIZE)
		if (pread(fd, &last, sizeof last, end - STAMP_SIZE) != STAMP_SIZE ||
		    size_at(last.place) < size_at(stamp->place))
			break;
	return (end == size || ftruncate(fd, end) == 0) && pwrite(fd, stamp, sizeof *stamp, end) == STAMP_SIZE;
}

void index_stamp(struct file *file) {
	const struct stamp stamp = {file->read_at, size_at(file->size) | (uint64_t)file->writer << WRITER_SHIFT};
	const char *name = base_name(file->path);
	char path[PATH_MAX + 32];
	struct stat state;
	if (file->size > 0 && file->writer == file->stamped_writer && llabs(file->read_at - file->stamped_at) < STAMP_PAUSE)
		return;
	snprintf(path, sizeof path, "%.*s.%s.%llu.idx", (int)(name - file->path), file->path, name,
	         (unsigned long long)file->inode);
	int fd = open_safe(path, O_RDWR, &state);
	/* Without it the output has the time of the stamp before, until there is room again. */
	if (fd >= 0 && put(fd, state.st_size, &stamp)) {
		file->stamped_at = file->read_at;
		file->stamped_writer = file->writer;
	}
	close(fd);
}
