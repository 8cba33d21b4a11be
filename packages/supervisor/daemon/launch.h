#ifndef LAUNCH_H
#define LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Becomes node, the first that can be executed, with `options` of its own, `script` and all arguments but the first. Returns if
 * there is none, with errno. After place_open.
 */
void exec_node(const char *const *options, const char *script, char **arguments);
/*
 * Starts node with the daemon's program and all arguments but the first; descriptor 3 is `fd`, 1 and 2 are `outputs`, or init's
 * own where these are -1. `failures`: how many daemons in a row have begun to recover and died before they were ready. `plainly`:
 * without the start-up snapshot, which may be why the last one did not come up. The pid, or -1 with errno.
 */
pid_t launch(char **arguments, int fd, const int outputs[2], unsigned failures, bool plainly);

#endif
