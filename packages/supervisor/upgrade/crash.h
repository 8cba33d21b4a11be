/*
 * A fault in the supervisor as process 1 leaves a core file in / and starts it anew (reference: system 2, step 11): with what it
 * knew, if that can still be saved. Signals that somebody sends are not faults: they do nothing.
 */
#ifndef CRASH_H
#define CRASH_H

/* In the environment: how many supervisors in this process have lost what they knew. The daemon begins anew with each. */
#define CRASH_COUNT "UPSTART_SUPERVISOR_CRASHES"

void crashes_survive(char **argv);
/* What an image before this one knew is lost. */
void crash_count_one(void);

#endif
