/* From one image of the supervisor to the next, by command or after a fault. */
#ifndef UPGRADE_H
#define UPGRADE_H

#include <stdbool.h>

/*
 * At the beginning of main: whether an image before this one has left something, or something that cannot be read. Does not return
 * in a process that was only started to say whether it would understand it.
 */
enum state_before { STATE_NONE, STATE_LEFT, STATE_LOST } state_open(void);
/* Whether a fault of the image before this one has made it leave that. */
bool state_is_of_fault(void);
/* Takes over what was left, when everything but the daemon has been opened. */
void take_over(void);
/* Becomes the installed supervisor; returns when that cannot be done, having said why: then nothing has changed. */
void hand_over(char **argv);
/*
 * Writes what this supervisor knows, in a copy of this process which shares its descriptors and then becomes the installed supervisor,
 * to say whether that understands it. The descriptor, which the image that is executed next with this environment takes over, or -1.
 */
int state_save(char **argv, bool by_fault);
/* Has a copy of this process do `work`, for so many milliseconds at most: its wait status, -1 if it has not ended by then. */
int in_a_copy(int flags, void (*work)(int argument, char **argv), int argument, char **argv, int patience);

/* From now on. `argv` is what the next image gets. `lost`: what the image before this one knew is, and the daemon begins anew. */
void crashes_survive(char **argv, bool lost);

#endif
