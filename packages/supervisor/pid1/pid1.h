#ifndef PID1_H
#define PID1_H

#include <stdbool.h>

/* Mounts and makes what is missing, unless that was done before a re-execution, and has the kernel report keys to this process. */
void pid1_open(bool again);
/* Whether this is process 1 of a machine, which never ends. */
bool pid1_is_system(void);
/* Whether a signal means nothing here: SIGWINCH does when it cannot come from the keyboard. Never in an init of a session. */
bool pid1_ignores(int signal);

#endif
