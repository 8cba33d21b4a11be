/* Pseudo-terminals for the output of jobs. Opening one takes a while, so the next one is opened when there is time. */
#ifndef TERMINALS_H
#define TERMINALS_H

#include <sys/types.h>

/* The master of a new one; -1 with errno. */
int terminal_open(void);
/* When there is nothing else to do: opens one ahead if one has been asked for. */
void terminals_prepare(void);

/* Init was started for a container, whose users are one service. */
void terminals_are_shared(void);
/*
 * The end that a job writes to, or that of the pipe that takes its place, for a process that is going to run as this user, (uid_t)-1:
 * as init. It becomes the user's own. Where terminals are shared, one of root's can be written to by every user: a root job may
 * become another one (`su`).
 */
void terminal_hand_over(int fd, uid_t user);

#endif
