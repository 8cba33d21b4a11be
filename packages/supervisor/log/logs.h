/*
 * The logs of processes: what a process writes to its terminal goes to a file, and, if that is wanted, to standard output
 * (reference: jobs 9). A process of its own does it, the logger (packages/logger): it gets a duplicate of each terminal, and
 * may be killed at any moment. Nothing here ever waits for it, except logs_close.
 */
#pragma once

#include "../logger/messages.h"
#include "link/frames.h"

struct log;

/*
 * A log for the output that comes out of `master`, a terminal or the reading end of a pipe, which the log owns from now on.
 * `path`: "" for no file. `flags`: where lines are copied to (messages.h), behind the label unless that is "". NULL: no memory.
 */
struct log *log_new(const char *path, const char *label, unsigned flags, int master);
/* The program runs and holds the other end. */
void log_start(struct log *log, pid_t writer);
/* The program never ran: there is nothing to write. */
void log_discard(struct log *log);
/* The process has ended: `written`, unless NULL, is called when its output is in the file or has no chance to get there. */
void log_finish(struct log *log, void (*written)(void *data), void *data);
/* Stops waiting for `written`, which is not called any more; the output is still written if it can be. */
void log_abandon(struct log *log);
/* Carries out LOG_ROTATION and FLUSH_LOGS: with each what could not be written is tried again. */
void logs_set(const struct frame *frame);
/* Whether standard output and standard error lead to the same place: then all goes to standard output, so that it stays in order. */
bool streams_are_one(void);
/* Prints a line, without its end, on standard error. False: there is nobody who would. */
bool logs_say(const char *line, size_t length);

/* An entry for a log of a process, if it has one, in a state file; and all logs. */
void log_keep_number(struct state_file *state, const char *key, struct log **log);
void logs_keep(struct state_file *state);

/* Starts the logger, after what the image before this one has left was taken over. */
void logs_open(void);
/* False: there is no logger, and there will be none soon. */
bool logs_are_possible(void);
/* Init ends: has what the terminals hold written, and waits for that, for so many milliseconds at most. */
void logs_close(int64_t patience);
/* The logger's pid, or 0, to be read only; and it has ended. */
extern pid_t logger_pid;
void logger_ended(int status);

/* ---- between logs.c and logger.c ---- */

/* Starts the logger, once that of the image before this one has ended. */
void logger_open(void);
/* False: there is no room for the message, or no logger; logs_send is called when that has changed. */
bool logger_send(const struct message *head, const char *text, size_t length, int fd);
void logger_close(int64_t patience);
void logger_keep(struct state_file *state);
/* The logger that runs from now on knows nothing. */
void logs_send_anew(void);
/* Sends what the logger does not know yet. */
void logs_send(void);
void logs_take(const struct whole_message *message);
