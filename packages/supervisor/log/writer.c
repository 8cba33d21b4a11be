#define _GNU_SOURCE
#include "log/writer.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include "log/log_file.h"
#include "upgrade/rest.h"
#include "log/thread.h"

#define STACK (256 * 1024)
/* Nobody can rename a file, start a program and have that read the file to its end within so many nanoseconds. */
#define QUICK 200000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work, idle;
static struct sink *first_queued, **last_queued = &first_queued, *noticed;
static bool writing;
static int notice_fd = -1;
/* What is being written, and how long its file was before. */
static const struct sink *_Atomic in_flight;
static off_t size_before;

void sink_lock(void) {
	pthread_mutex_lock(&lock);
}

void sink_unlock(void) {
	pthread_mutex_unlock(&lock);
}

void sink_queue(struct sink *sink) {
	if (sink->queued)
		return;
	sink->queued = true;
	sink->next_queued = NULL;
	*last_queued = sink;
	last_queued = &sink->next_queued;
	pthread_cond_signal(&work);
}

/* What is in the ring, as one piece or two. */
static int pieces_of(const struct sink *sink, struct iovec pieces[2]) {
	size_t to_end = sink->capacity - sink->start;
	size_t first = sink->length < to_end ? sink->length : to_end;
	pieces[0] = (struct iovec){sink->buffer + sink->start, first};
	pieces[1] = (struct iovec){sink->buffer, sink->length - first};
	return first < sink->length ? 2 : 1;
}

static void drop_bytes(struct sink *sink, size_t count) {
	sink->length -= count;
	/* The end stays where it is: the main thread may be adding there. */
	sink->start = (sink->start + count) % sink->capacity;
}

static int64_t nanoseconds(void) {
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/* Writes until the ring is empty, an error comes, or nothing is to be written. Called, and returns, with the lock held. */
static void write_out(struct sink *sink) {
	/* An image of init before this one has put it there. */
	if (!sink->path && sink->length > 0)
		drop_bytes(sink, sink->length);
	while (sink->length > 0 && !sink->held) {
		struct iovec pieces[2];
		int count = pieces_of(sink, pieces);
		ssize_t n = -1;
		sink_unlock();
		stand_still();
		struct stat state;
		int64_t began = nanoseconds();
		int rotation_error = 0, error = log_file_open(sink, &state, &rotation_error);
		if (!error) {
			size_before = state.st_size;
			in_flight = sink;
			n = writev(sink->file, pieces, count);
			error = n > 0 ? 0 : n < 0 ? errno : EIO;
		}
		/* Somebody who renames the file and reads it to its end takes longer: then these bytes are among what was read. */
		if (n > 0 && nanoseconds() - began > QUICK && log_file_take_back(sink, size_before, (size_t)n))
			error = EINTR;
		sink_lock();
		/* Before they are taken out: a fault in between repeats something rather than losing it. */
		in_flight = NULL;
		sink->rotation_error = rotation_error;
		if (error == EINTR)
			continue;
		sink->tried = true;
		sink->error = error;
		if (error)
			return;
		log_file_written(sink, (size_t)n);
		drop_bytes(sink, (size_t)n);
	}
}

static void notice(struct sink *sink) {
	static const uint64_t one = 1;
	if (sink->noticed)
		return;
	sink->noticed = true;
	sink->next_noticed = noticed;
	noticed = sink;
	ssize_t written = write(notice_fd, &one, sizeof one);
	(void)written;
}

static void *write_logs(void *unused) {
	(void)unused;
	rest_end();
	sink_lock();
	for (;;) {
		while (!first_queued) {
			writing = false;
			pthread_cond_broadcast(&idle);
			rest_begin();
			pthread_cond_wait(&work, &lock);
			sink_unlock();
			rest_end();
			sink_lock();
		}
		struct sink *sink = first_queued;
		first_queued = sink->next_queued;
		if (!first_queued)
			last_queued = &first_queued;
		sink->queued = false;
		sink->writing = writing = true;
		write_out(sink);
		if (sink->last) {
			sink_unlock();
			log_file_close(sink);
			sink_lock();
		}
		sink->writing = false;
		notice(sink);
	}
	return NULL;
}

bool writer_open(int *notice_descriptor) {
	timed_condition_open(&idle);
	pthread_cond_init(&work, NULL);
	notice_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	*notice_descriptor = notice_fd;
	return notice_fd >= 0 && thread_start(write_logs, NULL, STACK);
}

struct sink *writer_next_noticed(void) {
	sink_lock();
	struct sink *sink = noticed;
	if (sink) {
		noticed = sink->next_noticed;
		sink->noticed = false;
	}
	sink_unlock();
	return sink;
}

size_t writer_left_in(const struct sink *sink) {
	struct stat state;
	if (sink != in_flight || fstat(sink->file, &state) < 0 || state.st_size <= size_before)
		return 0;
	off_t written = state.st_size - size_before;
	return written < (off_t)sink->length ? (size_t)written : sink->length;
}

void writer_wait(int64_t milliseconds) {
	struct timespec until = time_in(milliseconds);
	sink_lock();
	while (first_queued || writing)
		if (pthread_cond_timedwait(&idle, &lock, &until) == ETIMEDOUT)
			break;
	sink_unlock();
}
