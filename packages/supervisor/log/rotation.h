/* Rotation of log files: NAME becomes NAME.1, that NAME.2, and so on. Off unless the daemon asks for it. */
#ifndef ROTATION_H
#define ROTATION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* Main thread: rotate files of `size` bytes, or older than `age` seconds (0: no limit), and keep `keep` of them. */
void rotation_set(int64_t size, int64_t age, int64_t keep);

/* For the thread that writes. When a file came to be, by a clock in seconds that is never set; now, where the file system does not know. */
int64_t rotation_birth(int file);
/* `mid_line`: its last line is not complete, which makes it wait, but not for ever. */
bool rotation_is_due(const struct stat *state, int64_t birth, bool mid_line);
/* 0 or an error number. */
int rotate(const char *path);

#endif
