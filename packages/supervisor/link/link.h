/* The connection to the daemon. There is one at most. */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "link/commands.h"

/* `daemon` is told what the daemon says about itself. */
void link_open(daemon_listener *daemon);
/* The error number with which the kernel refused to make the supervisor a subreaper, which each daemon hears. */
void link_subreaper_failed(int error);
/* Begins a connection to a new daemon over `fd`, which it owns, with the supervisor's state. False: no memory. */
bool link_connect(int fd);
/*
 * Carries out what a daemon which is gone has sent, for so many milliseconds at most: the next one repeats what is
 * left. An incomplete frame is dropped.
 */
void link_drain(int64_t patience);
void link_disconnect(void);
/* Sends nothing any more, which tells the daemon that its END has arrived. */
void link_end(void);
/* Sends what there is to send, and carries out commands that have been read already. */
void link_turn(void);
/* Whether commands are left that the next turn can carry out. */
bool link_is_busy(void);

#endif
