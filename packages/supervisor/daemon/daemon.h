/* The daemon: its life from one start to the next (daemon.c), and how Node is started for it (launch.c). */
#pragma once

#include "link/frames.h"

/* Starts the first one, with init's own arguments. `re_execute` is called when a daemon has ended for that. */
void daemon_open(char **argv, void (*re_execute)(void));
/* Both are to be read only; 0: there is none. */
extern pid_t daemon_pid;
extern enum daemon_state daemon_state;
/* So many in a row have not come up that nobody is left to say how to end in order. */
bool daemon_is_hopeless(void);
/* Ends it, for another one to follow. Does nothing when there is none. */
void daemon_kill(void);
/* It has been reaped. */
void daemon_ended(int status);
/* There will be no daemon any more; the one that there may be is killed. */
void daemon_forsake(void);

/* Begins to listen for D-Bus clients; daemons started from here on serve them. */
void launch_listen(bool of_machine);
/*
 * Starts node with the daemon's program and all arguments but the first. `failures`: how many daemons in a row died
 * while they recovered. `plainly`: without the start-up snapshot, which may be why the last one did not come up. The pid, and
 * the supervisor's end of the connection to it; 0 if that cannot be done, having said why.
 */
pid_t launch(char **arguments, unsigned failures, bool plainly, int *connection);
/* The daemon is gone: what it has still written is passed on. */
void launch_close_output(void);
