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

/* It has said BEGUN: it recovers, and has got further since it said that last. */
void daemon_begun(void);
/* It has said READY. */
void daemon_ready(void);
/* It has said END: the supervisor exits with `status` when it has ended. */
void daemon_ends(int status);
/* It has said REPLACE: when it has ended, the supervisor is re-executed and then starts the next one. */
void daemon_replaces(void);
/* It has sent something that no daemon sends. */
void daemon_refuse(void);
/* Its end of the connection is closed. */
void daemon_hung_up(void);

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
