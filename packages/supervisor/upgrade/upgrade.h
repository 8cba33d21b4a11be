#ifndef UPGRADE_H
#define UPGRADE_H

/* In the environment: the descriptor of what the image before this one has left. */
#define STATE_VARIABLE "UPSTART_STATE_FD"

/*
 * At the beginning of main: the descriptor of what an image before this one has left, STATE_NONE, or STATE_LOST if it cannot be
 * read. Does not return in a process that was only started to say whether it would understand it.
 */
int state_open(void);
#define STATE_NONE -1
#define STATE_LOST -2
/* Takes over; `fd` is closed. Everything but the daemon has been opened. */
void take_over(int fd);
/* Becomes the installed supervisor; returns when that cannot be done, having said why: then nothing has changed. */
void hand_over(char **argv);
/*
 * Writes what this supervisor knows, in a copy of this process which shares its descriptors and then becomes the installed supervisor,
 * to say whether that understands it. The descriptor of what was written, which an image executed next finds open; -1: it was not.
 */
int state_save(char **argv);

#endif
