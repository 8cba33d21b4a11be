/*
 * Logs whose file cannot be written. What is wrong is known of the file, not of one process's log: it is reported once when it
 * begins and once when it is over, however many processes come and go meanwhile. Each log keeps up to LOG_BUFFER bytes, then its
 * output is dropped and counted; no process waits. The file is tried again with pauses that become longer, and in the order
 * in which the output came.
 */
#ifndef LOG_TROUBLE_H
#define LOG_TROUBLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Milliseconds until a file is tried again: at first, and at most. Less in tests. */
#ifndef TROUBLE_PAUSE
#define TROUBLE_PAUSE 1000
#endif
#define TROUBLE_PAUSE_MAX 60000
/* For so many milliseconds at least writing has to work before the trouble is over. */
#define TROUBLE_REST (5 * TROUBLE_PAUSE)

struct log;
struct trouble;

/* A new log: shares the trouble of its file, if there is one. */
void trouble_join(struct log *log);
/* It is being freed. */
void trouble_leave(struct log *log);
/* Writing to the file of this log has failed, or has worked. */
void trouble_failed(struct log *log, int error);
void trouble_worked(struct log *log);
/* So many bytes of its output are gone. */
void trouble_dropped(struct log *log, size_t count);
/* The error of a file that is not to be written to at the moment; 0: it is. */
int trouble_error(const struct trouble *trouble);
/* The last error of a file that was or is in trouble; 0: it is in none. */
int trouble_of(const struct trouble *trouble);
/* A process has begun to write to it: it is tried at once. */
void trouble_hurry(struct log *log);

void trouble_hand_over(const struct trouble *trouble, FILE *out);
/* The image before this one knew of it, and had said it; `dropped` was said, too. */
void trouble_take_over(struct log *log, int error, uint64_t dropped);

#endif
