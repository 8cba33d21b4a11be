/* Asks the program `getent` what other services than files know. */
#ifndef GETENT_H
#define GETENT_H

/* What an answer takes at most; a user can be in a few thousand groups. */
#define GETENT_LINE (64 * 1024)

/* 1: `line` is the answer, without its newline; 0: there is none, or no such program; -1 with errno: it cannot be asked. */
int getent(const char *database, const char *name, char line[GETENT_LINE]);

#endif
