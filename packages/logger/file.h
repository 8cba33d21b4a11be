/*
 * The files that logs are written to: opened when there is something to write, made anew when another program has renamed or
 * deleted them, rotated when that is wanted. For the thread that writes, without the lock, except for the first two.
 */
#ifndef FILE_H
#define FILE_H

#include "logs.h"

/* Rotate files of so many bytes, or older than so many seconds (0: no limit), and keep so many old ones: NAME.1, NAME.2, … */
void files_rotate(const int64_t numbers[3]);
/* The folder of log files was like this; when it is missing it is made again. */
void files_keep_folder(const struct whole_message *message);

/*
 * Makes sure that the file is open and is the one to write to (reference: jobs 9). 0, and what it looks like now, or an error
 * number. A file that cannot be rotated is written on, and `rotation_error` says why.
 */
int file_open(struct file *file, struct stat *state, int *rotation_error);
/*
 * After a write that took long: true if the file was renamed or deleted meanwhile, so that whoever did that may have read it
 * before the bytes were in it. They are not in it any more, and have to be written again. `before`: its size before the write.
 */
bool file_take_back(struct file *file, off_t before, size_t count);
void file_close(struct file *file);

#endif
