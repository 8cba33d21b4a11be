/* Lines on their way to standard output, and the thread that writes them. */
#ifndef COPY_QUEUE_H
#define COPY_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

/* Starts the thread, if it does not run yet. False: there is none. */
bool copy_queue_open(void);
/* A line with its end, whole or not at all. */
void copy_queue_add(const char *line, size_t length);

#endif
