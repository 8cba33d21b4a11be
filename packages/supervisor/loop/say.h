/* What the supervisor itself has to say, which is little: one line on standard error, or in the kernel's log. */
#ifndef SAY_H
#define SAY_H

#include <stdbool.h>
#include <stddef.h>

/* Never waits. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/*
 * Lines for standard error, without their ends, go this way from now on, unless it returns false. NULL, in a child and after a
 * fault: to the descriptor itself, and what is not taken at once is lost.
 */
void say_through(bool (*way)(int fd, const char *line, size_t length));
/* Writes as much as is taken at once, if anything is. */
void say_at_once(int fd, const char *bytes, size_t length);
/* From now on lines go to this descriptor of /dev/kmsg. -1: there is none, nothing changes. */
void say_to_kernel_log(int fd);

#endif
