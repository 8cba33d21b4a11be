/* The files that logs are written to: opened when there is something to write, rotated when that is wanted. */
#ifndef LOG_FILE_H
#define LOG_FILE_H

#include <sys/stat.h>

#include "writer.h"

/*
 * For the writer, without the lock: makes sure that the sink's file is open and is the one to write to. One that has been deleted
 * is made anew (reference: jobs 9). 0, and what the file looks like now, or an error number.
 */
int log_file_open(struct sink *sink, struct stat *state);
void log_file_close(struct sink *sink);
/* With the lock held: so many bytes from the beginning of its ring are in the file now. */
void log_file_written(struct sink *sink, size_t count);

#endif
