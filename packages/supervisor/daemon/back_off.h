#ifndef BACK_OFF_H
#define BACK_OFF_H

#include <stdbool.h>
#include <stdint.h>

/* How a daemon ended: before it was READY; READY, but by itself; READY, by SIGKILL. */
enum death { NOT_READY, CRASHED, KILLED };

/* Milliseconds until the next daemon is started, after one that ended so and had been READY for so many milliseconds. */
int64_t back_off(enum death death, int64_t lived);
/* A daemon is READY: those before it that were not are forgotten. */
void back_off_ends(void);
/* The last one was not READY. */
bool back_off_has_begun(void);
/* So many in a row have not come up that nobody is left to say how to end in order. */
bool back_off_is_hopeless(void);
/* `first`, doubled so many times, but `last` at most. */
int64_t doubled(int64_t first, unsigned times, int64_t last);

#endif
