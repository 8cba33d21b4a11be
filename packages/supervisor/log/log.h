/* What a process writes to its pty, on the way to its log file (reference: jobs 9). */
#ifndef LOG_H
#define LOG_H

#include "loop/loop.h"
#include "link/state_file.h"

/* What is kept of one log while its file cannot be written; what comes then is dropped and counted. */
#define LOG_BUFFER (128u * 1024)
/* What is kept of all logs whose processes have ended. Less in tests. */
#ifndef LOG_KEPT_MAX
#define LOG_KEPT_MAX (16u * 1024 * 1024)
#endif
/* Milliseconds that a process waits for a disk that does not answer, before its output is dropped, too. Less in tests. */
#ifndef LOG_STALLED
#define LOG_STALLED 10000
#endif

struct log;

/* Starts the thread that writes. */
void logs_open(void);
/* False: there is nobody who would write them. */
bool logs_are_possible(void);
/*
 * A log for the output that comes out of `master`, which it owns from now on. `is_pipe`: it is the end of a pipe, and newlines
 * are turned into what a terminal makes of them. Without a path there is no file. NULL: no memory.
 */
struct log *log_new(const char *path, int master, bool is_pipe);
/* How many there are; each but those that are kept has a descriptor. */
size_t logs_count(void);
/* Has the output copied to standard output, too, with this name before each line. False: no memory. */
bool log_copy(struct log *log, const char *label);
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
/* Waits until the writer has nothing to do and no log is on its way to its end. False: not within that time. */
bool logs_come_to_rest(int64_t patience);
/* The number that a log has in a handover, and the log that has it. */
int log_number(const struct log *log);
struct log *log_by_number(int number);
/* Takes what the ptys hold and waits for the files, for so many milliseconds at most. */
void logs_close(int64_t patience);

void logs_hand_over(FILE *out);
void logs_take_over(const struct state_entry *entry);

#endif
