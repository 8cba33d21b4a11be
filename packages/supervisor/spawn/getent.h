/* Asks the program `getent` what other services than files know. */
#ifndef GETENT_H
#define GETENT_H

/* What an answer takes at most; a user can be in a few thousand groups. */
#define GETENT_LINE (64 * 1024)

/* Milliseconds that all questions of a process may take together. Smaller in tests. */
#ifndef GETENT_PATIENCE
#define GETENT_PATIENCE 5000
#endif

/*
 * 1: `line` is the answer, without its newline; 0: there is none, or no such program; -1 with errno: it cannot be asked, or
 * (ETIMEDOUT) does not answer. For a child only: meanwhile a signal ends it.
 */
int getent(const char *database, const char *name, char line[GETENT_LINE]);

#endif
