/* Where the daemon's program is, and starting it. */
#ifndef LAUNCH_H
#define LAUNCH_H

#include <sys/types.h>

/* Finds out where the daemon's program is; after place_open. */
void launch_open(void);
/* Becomes node, the first that can be executed, with `arguments` from the second on. Returns if there is none, with errno. */
void exec_node(char **arguments);
/*
 * Starts node with the daemon's program and all arguments but the first; descriptor 3 is `fd`, 1 and 2 are `outputs`, or init's
 * own where these are -1. `failures`: how many daemons in a row have begun to recover and died before they were ready. The pid,
 * or -1 with errno.
 */
pid_t launch(char **arguments, int fd, const int outputs[2], unsigned failures);

#endif
