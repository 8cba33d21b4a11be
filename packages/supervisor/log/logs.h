/*
 * The logs of processes: what a process writes to its terminal goes to a file, and, if that is wanted, to standard output
 * (reference: jobs 9). Nothing here ever waits, except logs_close.
 */
#ifndef LOGS_H
#define LOGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "link/frames.h"
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

/* After what the image before this one has left was taken over, before the daemon is started. */
void logs_open(void);
/* False: there is nobody who would write them. */
bool logs_are_possible(void);
/*
 * A log for the output that comes out of `master`, a terminal or the reading end of a pipe, which the log owns from now on.
 * Without a path there is no file. With a label each line is copied to standard output, behind the label. NULL: no memory.
 */
struct log *log_new(const char *path, const char *label, int master, bool is_pipe);
/* The program runs and holds the other end. */
void log_start(struct log *log);
/* The program never ran: there is nothing to write. */
void log_discard(struct log *log);
/* The process has ended: `written` is called when its output is in the file or has no chance to get there. */
void log_finish(struct log *log, void (*written)(void *data), void *data);
/* Stops waiting for `written`, which is not called any more; the output is still written if it can be. */
void log_abandon(struct log *log);
/* How many there are. */
size_t logs_count(void);
/* Tries everything again that could not be written. */
void logs_flush(void);
/* Carries out LOG_ROTATION and LOG_FOLDER. */
void logs_rotate(const struct frame *frame);
void logs_keep_folder(const struct frame *frame);
/* Prints a line, without its end, on standard output or standard error (1, 2). False: there is nobody who would. */
bool logs_say(int fd, const char *line, size_t length);
/* Init ends: has what the terminals hold written, and waits for that, for so many milliseconds at most. */
void logs_close(int64_t patience);

/* The number that a log has in a state file, and the log that has it. */
int64_t log_number(const struct log *log);
struct log *log_by_number(int64_t number);

void logs_hand_over(FILE *out);
void logs_take_over(const struct state_entry *entry);

/* Waits until the writer has nothing to do and no log is on its way to its end. False: not within that time. */
bool logs_come_to_rest(int64_t patience);

#endif
