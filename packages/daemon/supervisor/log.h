/* What a process writes to its pty, on the way to its log file (reference: jobs 9). */
#ifndef LOG_H
#define LOG_H

#include "loop.h"

/* What is kept of one log while its file cannot be written. When it is full the process has to wait. */
#define LOG_BUFFER (128u * 1024)
/* What is kept of all logs whose processes have ended. */
#define LOG_KEPT_MAX (16u * 1024 * 1024)

struct log;

/* Starts the thread that writes. */
void logs_open(void);
/* A log for the output that comes out of `master`, which it owns from now on. NULL: no memory. */
struct log *log_new(const char *path, int master);
/* The process runs and holds the other end. */
void log_start(struct log *log);
/* The process never ran: there is nothing to write. */
void log_discard(struct log *log);
/* The process has ended: `written` is called when its output is in the file or has no chance to get there. */
void log_finish(struct log *log, void (*written)(void *data), void *data);
/* Stops waiting for `written`, which is not called any more; what is in the buffer is still written if it can be. */
void log_abandon(struct log *log);
/* Tries everything again that could not be written. */
void logs_flush(void);
/* Takes what the ptys hold and waits for the files, for so many milliseconds at most. */
void logs_close(int64_t patience);

#endif
