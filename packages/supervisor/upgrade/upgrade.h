#ifndef UPGRADE_H
#define UPGRADE_H

#include <stdbool.h>

/*
 * At the beginning of main: whether an image before this one has left something, or something that cannot be read. Does not return
 * in a process that was only started to say whether it would understand it.
 */
enum state_before { STATE_NONE, STATE_LEFT, STATE_LOST } state_open(void);
/* Takes over what was left, when everything but the daemon has been opened. */
void take_over(void);
/* Becomes the installed supervisor; returns when that cannot be done, having said why: then nothing has changed. */
void hand_over(char **argv);
/*
 * Writes what this supervisor knows, in a copy of this process which shares its descriptors and then becomes the installed supervisor,
 * to say whether that understands it. True: the image that is executed next with this environment takes it over.
 */
bool state_save(char **argv);

#endif
