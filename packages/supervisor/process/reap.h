/* Reaping every child: processes of jobs, adopted orphans and the daemon. */
#ifndef REAP_H
#define REAP_H

#include <stdbool.h>

void reap_soon(void);
bool reap_is_due(void);
/* After the descriptors of a turn, so that output and exec failures come before exits (reference: jobs 13). */
void reap_turn(void);

#endif
