/* What the daemon asks for. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "link/frames.h"
#include "link/state_file.h"

/* What the daemon's own module does when the daemon says something about itself, or is not connected any more. */
struct daemon_events {
	void (*begun)(void);
	void (*ready)(void);
	void (*ends)(int status);
	void (*replaces)(void);
	/* It has sent what no daemon sends. */
	void (*refused)(void);
	/* Its end of the connection is closed. */
	void (*hung_up)(void);
};

/* Carries out a frame that `frame_take` has accepted. NULL, or what is wrong with it. */
const char *command_carry_out(const struct frame *frame, const struct daemon_events *daemon);
/* The id of the last command that has been carried out, over all daemons. */
uint64_t command_last(void);

void commands_hand_over(FILE *out);
void commands_take_over(const struct state_entry *entry);

#endif
