/* What the supervisor itself has to say, which is little: one line on standard error, or in the kernel's log. */
#ifndef SAY_H
#define SAY_H

/* Never waits: a line that nobody takes is lost. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* From now on lines go to this descriptor of /dev/kmsg. -1: there is none, nothing changes. */
void say_to_kernel_log(int fd);

#endif
