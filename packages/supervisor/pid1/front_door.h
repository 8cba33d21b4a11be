#ifndef FRONT_DOOR_H
#define FRONT_DOOR_H

/* Becomes the command-line tool where that is meant. After place_open. */
void front_door(char **argv);

#endif
