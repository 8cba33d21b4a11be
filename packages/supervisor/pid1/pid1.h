/* The signals of init (signals.c), and the duties of process 1 (pid1.c). */
#pragma once

#include "link/frames.h"

/* Mounts and makes what is missing, unless that was done before a re-execution, and has keys reported. */
void pid1_open(bool again);
/* Whether this is process 1 of a machine, and whether it gets a SIGWINCH for a key. */
extern bool pid1_is_system, pid1_has_keys;

void signals_open(void);
/* Reports the signals that have come, as far as there is room for reports. */
void signals_turn(void);
/* What has come and is not reported or not acknowledged: the next image deals with it. */
void signals_keep(struct state_file *state);
