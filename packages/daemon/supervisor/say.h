/* What the supervisor itself has to say, which is little: one line on standard error. */
#ifndef SAY_H
#define SAY_H

/* Never waits: a line that nobody takes is lost. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
