/*
 * The thread that opens and writes log files, so that a slow or full disk delays nothing else. It allocates no memory. A log's
 * sink is shared between it and the main thread: fields marked [lock] only under the lock that sink_lock takes.
 */
#ifndef WRITER_H
#define WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sink {
	/* Absolute; does not change. NULL: there is no file, and nothing is written. */
	char *path;
	/* A ring of `capacity` bytes; replaced by the main thread only while the sink is idle. [lock] */
	uint8_t *buffer;
	size_t capacity, start, length;
	struct sink *next_queued, *next_noticed;
	/* Among those with an open file: the one that was written to before it, and after it. [lock] */
	struct sink *older, *newer;
	/* Open, or -1. Only the writer opens and closes files. [lock] */
	int file;
	/* Set by each attempt to write; the main thread takes it back. The error of the last one, 0 when it went well. [lock] */
	bool tried;
	int error;
	/* Nothing is to be written for now: the file is in trouble. [lock] */
	bool held;
	/* Waiting for the writer; being worked on. Neither: idle. [lock] */
	bool queued, writing;
	/* In the list of those that the main thread has to look at. [lock] */
	bool noticed;
	/* Nothing is added any more: the file is closed after this pass. [lock] */
	bool last;
	/* Why the file could not be rotated. [lock] */
	int rotation_error;
	/* Whether the last line in the file is not complete. [lock] */
	bool mid_line;
	/* The writer's own: which file it is that is open, and when it came to be. */
	dev_t device;
	ino_t inode;
	int64_t born;
};

/* So many log files are open at most; the one that has not been written to for the longest time is closed. */
#ifndef OPEN_FILES_MAX
#define OPEN_FILES_MAX 256
#endif

/* Starts the thread. False: there is none, and no logs can be kept. The eventfd is readable when there are noticed sinks. */
bool writer_open(int *notice);
void sink_lock(void);
void sink_unlock(void);
/* Has the writer look at a sink. With the lock held. */
void sink_queue(struct sink *sink);
/* A file that is open already, from before the writer began. */
void sink_take_file(struct sink *sink, int file);
/* One that the writer has been done with since it was last asked, or NULL. */
struct sink *writer_next_noticed(void);
/*
 * After a fault: how many bytes from the beginning of the ring are in the file, though the writer did not come to take them out.
 * It is the only one to write there.
 */
size_t writer_left_in(const struct sink *sink);
/* Waits until nothing is queued, but only for so many milliseconds. */
void writer_wait(int64_t milliseconds);

#endif
