/* Lines on their way to standard output and standard error, and the threads that write them. */
#ifndef COPY_QUEUE_H
#define COPY_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

/* Starts the thread for STDOUT_FILENO or STDERR_FILENO, if it does not run yet. False: there is none. */
bool copy_queue_open(int fd);
/* A line with its end, whole or not at all. */
void copy_queue_add(int fd, const char *line, size_t length);
/* Whether both are one and the same: then one thread writes to it, so that lines stay in order. */
bool copy_queue_is_shared(void);

#endif
