/* What log.c, which fills a log, and log_end.c, which brings it to its end, share. */
#ifndef LOG_PARTS_H
#define LOG_PARTS_H

#include <sys/types.h>

#include "log/copy.h"
#include "log/logs.h"
#include "loop/loop.h"
#include "log/log_trouble.h"
#include "log/writer.h"

enum log_state { STARTING, LIVE, DRAINING, ENDED, KEPT };

struct log {
	struct garbage garbage;
	struct sink sink;
	struct watch watch;
	enum log_state state;
	/* Of a pty, or the end of a pipe. */
	int master;
	bool is_pipe;
	/* On its way to standard output; or NULL. */
	struct copy *copy;
	/* Not read, because there is no room; since when its ring has been full, or 0. */
	bool paused;
	int64_t full_since;
	/* What is wrong with its file, or NULL. */
	struct trouble *trouble;
	/* Bytes that were dropped behind what is in the ring. */
	size_t missing;
	bool said_rotation;
	/* Names it in a handover. */
	int number;
	/* Bytes read since it began, or since the process has ended. */
	size_t total;
	/* What it adds to all that is kept of ended processes, in bytes. */
	size_t kept;
	void (*written)(void *data);
	void *data;
	struct log *next, *previous;
};

/* What one byte that is read from a pipe may become: with less room than this nothing is read. */
#define LEAST_ROOM 2
/* Room for the line that tells how much is missing. */
#define MISSING_LINE 256

/* FULL: the writer has to make room first. */
enum pumped { EMPTY, FULL, END_OF_FILE, ENOUGH };

/* Reads from the pty into the buffer, but not more than `most` bytes. */
enum pumped log_pump(struct log *log, size_t most);
/* Has a line say how much is missing, if anything is and there is room in the ring. */
void log_put_missing(struct log *log);
/* What has been copied of the last line is all of it. */
void log_end_copy(struct log *log);
/* All of them, by `next`. */
struct log *log_first(void);
/* Only when the writer has nothing to do with it. */
void log_free(struct log *log);

/* With the lock held: the writer has nothing to do with it. */
bool sink_is_idle(const struct sink *sink);
/* Goes on with a log whose process has ended, after the writer has been at work on it. */
void log_go_on_ending(struct log *log);
/* The writer was at work on what is kept for the file of others that end: they waited for that. */
void log_let_others_end(const struct log *holder);
/* One that an image of the supervisor before this one has kept, before its bytes come; and after. */
void log_keep_from_before(struct log *log);
void log_count_kept(struct log *log);
/* A log with kept output is being freed. */
void log_forget_kept(struct log *log);

#endif
