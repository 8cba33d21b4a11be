/* From one image of the supervisor to the next: by command, or after a fault. */
#pragma once

#include "loop/loop.h"

/* Whether an image before this one has left something. Does not return in one that is only to say what it can read. */
bool state_open(char **argv);
/* From now on process 1 survives faults of its own. */
void crashes_survive(void);
/* Takes over what was left, when everything but the daemon has been opened. */
void take_over(void);
/* Becomes the installed supervisor; returns when that cannot be done, having said why: then nothing has changed. */
void hand_over(void);
