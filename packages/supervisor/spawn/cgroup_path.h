/* Where control groups are mounted, and where in them this process is. */
#ifndef CGROUP_PATH_H
#define CGROUP_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Writes the path of the group that names of `controller` are relative to. The hierarchy is that of version 1 with this controller
 * (`name=x` for one without any), or the one of version 2 if it has it. `controller` NULL: one that is good for keeping processes
 * together. 0 or an error number.
 */
int cgroup_base(const char *controller, char path[PATH_MAX]);

#endif
