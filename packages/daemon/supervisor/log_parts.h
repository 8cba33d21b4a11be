/* What log.c, which fills a log, and log_end.c, which brings it to its end, share. */
#ifndef LOG_PARTS_H
#define LOG_PARTS_H

#include <sys/types.h>

#include "copy.h"
#include "log.h"
#include "writer.h"

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
	bool paused, said_trouble;
	/* Names it in a handover. */
	int number;
	/* Bytes read since it began, or since the process has ended. */
	size_t total;
	/* What it adds to all that is kept of ended processes. */
	size_t kept;
	void (*written)(void *data);
	void *data;
	struct log *next, *previous;
};

/* What one byte that is read may become: with less room than this nothing is read. */
#define LEAST_ROOM 2

enum pumped { EMPTY, FULL, END_OF_FILE, ENOUGH };

/* Reads from the pty into the buffer, but not more than `most` bytes. */
enum pumped log_pump(struct log *log, size_t most);
/* What has been copied of the last line is all of it. */
void log_end_copy(struct log *log);
/* All of them, by `next`. */
struct log *log_first(void);
/* Only when the writer has nothing to do with it. */
void log_free(struct log *log);

/* With the lock held: the writer has nothing to do with it. */
bool sink_is_idle(const struct sink *sink);
/* Goes on with a log whose process has ended, after the writer has been at work on it. */
void log_go_on_ending(struct log *log, bool idle);
/* One that an image of the supervisor before this one has kept, before its bytes come; and after. */
void log_keep_from_before(struct log *log);
void log_count_kept(struct log *log);
/* A log with kept output is being freed. */
void log_forget_kept(struct log *log);

#endif
