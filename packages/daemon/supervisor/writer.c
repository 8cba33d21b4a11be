#define _GNU_SOURCE
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define MODE 0640
#define STACK (256 * 1024)
#define FLAGS (O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work, idle;
static struct sink *first_queued, **last_queued = &first_queued, *noticed;
static bool writing;
static int notice_fd = -1;

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

/* A file that is not a regular one is none of ours to write: 0, or an error number. */
static int check_file(int file, struct stat *state) {
	if (fstat(file, state) < 0)
		return errno;
	return S_ISREG(state->st_mode) ? 0 : EINVAL;
}

static void close_file(struct sink *sink) {
	if (sink->file >= 0)
		close(sink->file);
	sink->file = -1;
}

/* Makes sure that `file` is the one to write to: one that has been deleted is made anew (reference: jobs 9). */
static int open_file(struct sink *sink) {
	struct stat state;
	if (sink->file >= 0 && (check_file(sink->file, &state) != 0 || state.st_nlink == 0))
		close_file(sink);
	if (sink->file >= 0)
		return 0;
	sink->file = open(sink->path, FLAGS, MODE);
	if (sink->file < 0)
		return errno;
	int error = check_file(sink->file, &state);
	if (error)
		close_file(sink);
	return error;
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

/* Writes until the ring is empty or an error comes. Called, and returns, with the lock held. */
static void write_out(struct sink *sink) {
	sink->failed = false;
	sink->trouble = 0;
	while (sink->length > 0) {
		struct iovec pieces[2];
		int count = pieces_of(sink, pieces);
		ssize_t n = -1;
		sink_unlock();
		int open_error = open_file(sink), error = open_error;
		if (!error && (n = writev(sink->file, pieces, count)) < 0)
			error = errno;
		sink_lock();
		sink->open_error = open_error;
		if (n > 0) {
			drop_bytes(sink, (size_t)n);
		} else if (error != EINTR) {
			sink->trouble = error;
			/* Waiting for space would stop every job that talks: its output is lost, as it always was. */
			if (error == ENOSPC)
				drop_bytes(sink, sink->length);
			else
				sink->failed = true;
			return;
		}
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
	sink_lock();
	for (;;) {
		while (!first_queued) {
			writing = false;
			pthread_cond_broadcast(&idle);
			pthread_cond_wait(&work, &lock);
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
			close_file(sink);
			sink_lock();
		}
		sink->writing = false;
		notice(sink);
	}
	return NULL;
}

bool writer_open(int *notice_descriptor) {
	pthread_t thread;
	pthread_attr_t small;
	pthread_condattr_t attributes;
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, STACK);
	pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&idle, &attributes);
	pthread_cond_init(&work, NULL);
	notice_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	*notice_descriptor = notice_fd;
	return notice_fd >= 0 && pthread_create(&thread, &small, write_logs, NULL) == 0;
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

void writer_wait(int64_t milliseconds) {
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += milliseconds / 1000;
	until.tv_nsec += milliseconds % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	sink_lock();
	while (first_queued || writing)
		if (pthread_cond_timedwait(&idle, &lock, &until) == ETIMEDOUT)
			break;
	sink_unlock();
}
