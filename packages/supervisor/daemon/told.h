/*
 * Init has been told to end, by a signal. The daemon does that, in order; where none takes the signal, one is started that
 * does, and where none comes up init ends without one. Process 1 of a machine never ends: there it is only the daemon that
 * is replaced.
 */
#ifndef TOLD_H
#define TOLD_H

#include <stdbool.h>
#include <stdint.h>

/* A signal has come that ends init, or replaces it. */
void told_to_end(void);
/* It is reported, by the report with this number. */
void told_by(uint64_t report);
/* Whether a signal has not been acknowledged; the report that says it, or 0 if there was no room for one yet. */
bool told_is_waiting(uint64_t *report);
/* Once a turn: whether the end without a daemon has been reached. */
void told_turn(void);

#endif
