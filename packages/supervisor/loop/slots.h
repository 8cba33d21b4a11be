/*
 * The lowest descriptors are set aside for what a new process starts with. It gets a copy of the descriptors below SLOTS_END
 * only, so that a spawn costs the same however many the supervisor has open.
 */
#ifndef SLOTS_H
#define SLOTS_H

#include <stdbool.h>

enum slot {
	/* Writing end of the error pipe. */
	SLOT_ERROR = 3,
	/* Master of a pty, or the writing end of the pipe that takes its place. */
	SLOT_OUTPUT,
	/* The text of a script. */
	SLOT_SCRIPT,
	SLOTS_END,
};

/* Takes the slots that nothing is in: an image of the supervisor before this one may have used them for something else. */
void slots_open(void);
/* Whether a process can be given the lowest descriptors only (Linux 5.9). */
bool slots_suffice(void);
/* Puts a copy of the descriptor into the slot; nothing for -1. */
bool slot_fill(enum slot slot, int fd);
/* Closes whatever is in the slots. */
void slots_clear(void);
/* A descriptor that is not a slot, for the same file: a copy where it is one. */
int slots_leave(int fd);

#endif
