#ifndef DAEMON_H
#define DAEMON_H

#include <stdbool.h>
#include <sys/types.h>

/* Starts the first one, with init's own arguments. */
void daemon_open(char **argv);
/* 0: there is none. */
pid_t daemon_pid(void);
/* There is one that has said READY. */
bool daemon_is_ready(void);
/* Ends it, for another one to follow. Nothing when there is none. */
void daemon_kill(void);
/* It has been reaped. */
void daemon_ended(int status);

/* Whether it is time to re-execute: there is no daemon. */
bool daemon_is_replaced(void);
/* The re-execution came to nothing: the next daemon starts all the same. */
void daemon_start_next(void);
/* There will be no daemon any more; the one that there may be is ended. */
void daemon_forsake(void);
/* Supervision is over, with this exit status. */
void daemon_ends_without(int status);
/* Whether supervision is over, and the exit status. */
bool daemon_is_over(int *status);

#endif
