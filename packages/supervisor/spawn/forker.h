/*
 * Forks. The child gets a copy of the table of descriptors and closes the copies, which for thousands of running jobs takes
 * longer than all else about it; so once the supervisor's table is large, a thread forks whose own is all but empty.
 */
#ifndef FORKER_H
#define FORKER_H

#include <stdbool.h>
#include <sys/types.h>

#include "spawn/spawn.h"

/* Main thread only. The child goes on in child_run. -1 with errno when there is none. */
pid_t fork_child(const struct spawn_spec *spec, const struct child_ends *ends);
/* Whether the caller is that thread: what is a descriptor for all others is none for it. */
bool forker_is_caller(void);

#endif
