/*
 * Copies of what jobs print, on standard output: whole lines, each behind the name of its job; and what init itself has to say.
 * A thread of its own writes them, so that nothing waits for whoever reads that; lines that there is no room for are left out,
 * and that is said.
 */
#ifndef COPY_H
#define COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A longer line is divided. */
#define COPY_LINE_MAX (64u * 1024)
/* What waits for standard output to be read, or for standard error. */
#define COPY_QUEUE (1024u * 1024)

struct copy;

/* To STDOUT_FILENO or STDERR_FILENO. Without a label lines stay as they are. NULL: no memory, or no thread. */
struct copy *copy_new(const char *label, int fd);
void copy_bytes(struct copy *copy, const uint8_t *bytes, size_t count);
/* A last line without its end is ended. Frees it. */
void copy_end(struct copy *copy);
/* A line of init's own. False: as above. */
bool copies_say(int fd, const char *line, size_t length);
/* Waits until all lines have been written, for so many milliseconds at most. False: they have not. */
bool copies_come_to_rest(int64_t patience);

/* What a log hands over of its copy: `log-copy`, the label, and `log-copy-line`, the beginning of a line. */
void copy_hand_over(FILE *out, const struct copy *copy);

#endif
