#ifndef PID1_H
#define PID1_H

#include <stdbool.h>

/*
 * Decides by arguments, pid and user whether this is process 1 of a machine (true) or the init of a session or a container.
 * Anybody else is no init: root becomes telinit with the same arguments, others are told that they need to be root.
 */
bool pid1_is_ours(char **argv);
/* Whether the arguments make it the init of a container. */
bool pid1_is_of_container(char **argv);
/* Devices, console and environment: before the first signal can be taken. Not repeated by a re-execution. */
void pid1_start_up(void);
/* Has the kernel report Ctrl-Alt-Del and the keyboard's request key, and opens its log for what the supervisor says. */
void pid1_attach_to_kernel(void);
/* Whether this is process 1 of a machine, which never ends. */
bool pid1_is_system(void);
/* Whether a signal means nothing here: SIGWINCH does when it cannot come from the keyboard. Never in an init of a session. */
bool pid1_ignores(int signal);

#endif
