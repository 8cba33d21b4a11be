/* The name `upstart`, by which people call the command-line tool as well as init. */
#ifndef FRONT_DOOR_H
#define FRONT_DOOR_H

/*
 * Becomes the command-line tool where that is meant: called as `upstart`, not as process 1, with a command, an option of the
 * tool's or nothing at all. With other options it is init. After place_open.
 */
void front_door(char **argv);

#endif
