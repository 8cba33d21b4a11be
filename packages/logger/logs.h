/*
 * Logs and the files that they are written to. The main thread reads (logs.c), another one writes (writer.c).
 *
 *   LIVE      --the process has ended-->  DRAINING  until its terminal is empty
 *   DRAINING  -->                         ENDED     until all is written, or kept because the file cannot be written
 */
#ifndef LOGS_H
#define LOGS_H

#include <pthread.h>
#include <sys/stat.h>

#include "memory.h"

/* What is kept of all logs whose processes have ended. Less in tests. */
#ifndef LOG_KEPT_MAX
#define LOG_KEPT_MAX (16u * 1024 * 1024)
#endif
/* Milliseconds that a process waits for a disk that does not answer, before its output is dropped, too. Less in tests. */
#ifndef LOG_STALLED
#define LOG_STALLED 10000
#endif

enum log_state { LIVE, DRAINING, ENDED };

struct log {
	struct log *next_with_id;
	/* In the order of their ids, which is that in which the processes were started. [lock] */
	struct log *next_in_file;
	uint64_t id;
	enum log_state state;
	/* What is read; or -1. */
	int master;
	/* NULL: there is nothing to write. Taken and given back by the main thread. [lock] */
	struct slot *slot;
	/* NULL: there is none. */
	struct file *file;
	unsigned flags;
	char *label;
	/* It is not read, for want of room; since when (or since when it has ended). */
	bool paused;
	int64_t since;
	/* It has had output since it was last looked at. */
	bool active;
	/* DRAINED has to be sent. */
	bool asked;
	/* It is from before, and the supervisor may still say that its process has not ended. */
	bool waits;
	/* Bytes read since it began, or since the process has ended. */
	size_t total;
	/* What it adds to all that is kept of ended processes. */
	size_t cost;
};

/* By path. All but what is the writer's own under the lock. */
struct file {
	struct file *next_with_path, *next_queued, *next_noticed, *next_in_trouble;
	char *path;
	struct log *logs;
	bool queued, writing, noticed;
	/* What is wrong, see writer.c; 0: nothing. `failing`: it is not to be written until `due`. */
	int error;
	bool failing, said;
	uint64_t dropped, said_dropped;
	int64_t due, pause;

	/* The writer's own: open, or -1; which file that is, and when it came to be and was last written to. */
	int fd;
	dev_t device;
	ino_t inode;
	int64_t born;
	uint64_t used;
	/* Its last line is not complete. */
	bool mid_line;
	bool said_rotation;
};

extern pthread_mutex_t lock;
/* A clock that is never set. */
int64_t now_ns(void);
int64_t now_ms(void);
/* The time in so many milliseconds, for waiting for a condition that `condition_open` has made. */
struct timespec time_in(int64_t milliseconds);
void condition_open(pthread_cond_t *condition);
/* Starts a thread; the logger ends when there can be none. */
void thread_start(void *(*run)(void *data), void *data);
/* False: there is no room for the message at the moment. */
bool tell(enum message_type type, uint64_t id, const char *path, int64_t error, int64_t count);

/* logs.c */
void logs_open(int epoll);
void logs_add(const struct whole_message *message, int master);
void logs_finish(uint64_t id);
/* Something can be read. */
void log_ready(struct log *log);
/* The writer was at work on files. */
void logs_take_notices(void);
/* Takes what the terminals hold. */
void logs_empty(void);
/* Does what is due; in how many milliseconds it is to be called again, -1: when something has happened. */
int logs_turn(void);

/* writer.c; what is not said to be otherwise is called with the lock held. */
/* Without the lock. The descriptor is readable when there are files for logs_take_notices. */
int writer_open(void);
struct file *file_of(const char *path);
struct file *writer_next_noticed(void);
void writer_queue(struct file *file);
/* Frees it when nothing has to do with it any more. */
void file_settle(struct file *file);
void file_failed(struct file *file, int error);
void file_dropped(struct file *file, struct log *log, size_t count);
/* It is tried again at once, if it is in trouble. */
void file_hurry(struct file *file);
void files_hurry(void);
/* Waits until all that can be written is. */
void writer_wait(int64_t milliseconds);

/* output.c */
void output_open(void);
/* A line without its end for LOG_TO_OUTPUT or LOG_TO_ERROR, behind the label if that is not empty. */
void output_line(unsigned target, const char *label, const char *line, size_t length);
void output_wait(int64_t milliseconds);

#endif
