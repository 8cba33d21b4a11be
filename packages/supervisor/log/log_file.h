/* The files that logs are written to: opened when there is something to write, rotated when that is wanted. */
#ifndef LOG_FILE_H
#define LOG_FILE_H

#include <sys/stat.h>

#include "log/writer.h"

/*
 * For the writer, without the lock: makes sure that the sink's file is open and is the one to write to. One that has been deleted
 * or renamed by a program that rotates logs is made anew (reference: jobs 9). 0, and what the file looks like now, or an error number. A file that cannot be rotated is
 * written on, and `rotation_error` says why.
 */
int log_file_open(struct sink *sink, struct stat *state, int *rotation_error);
/*
 * After a write that took long: true if the file was renamed or deleted meanwhile, so that whoever did that may have read it before
 * the bytes were in it. They are not in it any more, and have to be written again. `before`: its size before the write.
 */
bool log_file_take_back(struct sink *sink, off_t before, size_t count);
void log_file_close(struct sink *sink);
/* With the lock held: so many bytes from the beginning of its ring are in the file now. */
void log_file_written(struct sink *sink, size_t count);

#endif
