/* What the supervisor itself has to say, which is little: one line on standard error, or in the kernel's log. */
#ifndef SAY_H
#define SAY_H

#include <stdbool.h>
#include <stddef.h>

/* Never waits. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/*
 * Whether lines for standard error go to a thread (copy.h), which nobody has to read from at once. Not in a child,
 * which has no threads, nor after a fault: what nobody takes is lost then.
 */
void say_by_thread(bool on);
/* Writes as much as is taken at once, if anything is. */
void say_at_once(int fd, const char *bytes, size_t length);
/* From now on lines go to this descriptor of /dev/kmsg. -1: there is none, nothing changes. */
void say_to_kernel_log(int fd);

#endif
