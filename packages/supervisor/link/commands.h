/* What the daemon asks for. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "link/frames.h"
#include "link/state_file.h"

/* What becomes of the daemon, for its own module: what it says about itself, and what it does not say. */
enum daemon_event { SAID_BEGUN, SAID_READY, SAID_END, SAID_REPLACE, SENT_NONSENSE, HUNG_UP, DIED, DAEMON_EVENTS };
/* `status` is that of SAID_END. */
typedef void daemon_listener(enum daemon_event event, int status);

/* Carries out a frame that `frame_take` has accepted. NULL, or what is wrong with it. */
const char *command_carry_out(const struct frame *frame, daemon_listener *daemon);
/* The id of the last command that has been carried out, over all daemons. */
uint64_t command_last(void);

void commands_hand_over(FILE *out);
void commands_take_over(const struct state_entry *entry);

#endif
