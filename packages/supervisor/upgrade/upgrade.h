#ifndef UPGRADE_H
#define UPGRADE_H

#include <stdbool.h>

#define STATE_NONE -1
#define STATE_LOST -2
/*
 * At the beginning of main: the descriptor of what an image before this one has left, STATE_NONE, or STATE_LOST if it cannot be
 * read. Does not return in a process that was only started to say whether it would understand it.
 */
int state_open(void);
/* Takes over; `fd` is closed. Everything but the daemon has been opened. */
void take_over(int fd);
/* Becomes the installed supervisor; returns when that cannot be done, having said why: then nothing has changed. */
void hand_over(char **argv);
/*
 * Writes what this supervisor knows, in a copy of this process which shares its descriptors and then becomes the installed supervisor,
 * to say whether that understands it. True: the image that is executed next with this environment takes it over.
 */
bool state_save(char **argv);

#endif
