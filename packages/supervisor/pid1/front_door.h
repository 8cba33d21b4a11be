#ifndef FRONT_DOOR_H
#define FRONT_DOOR_H

#include <stdbool.h>

/*
 * Becomes another program where that is meant by name, arguments, pid and user: the command-line tool, or telinit. Otherwise whether
 * this is process 1 of a machine, and not the init of a session or a container. After place_open.
 */
bool front_door(char **argv);
/* Whether the arguments make it the init of a container. */
bool front_door_is_of_container(char **argv);

#endif
