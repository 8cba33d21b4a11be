/* What the launcher and reboot share. */
#ifndef PROGRAM_H
#define PROGRAM_H

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The name that this program was called by, without folders. */
extern const char *program;

/* Says why, in one line, and exits with 1. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Becomes Node with a script of this installation, which is told these words. Returns if there is no Node. */
void run_under_node(const char *script, char **words);

#endif
