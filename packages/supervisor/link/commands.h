/* What the daemon can ask for. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "link/frames.h"
#include "link/state_file.h"

/* NULL, or what is wrong with a frame that `frame_take` has accepted. */
const char *command_carry_out(const struct frame *frame);
/* The id of the last command that has been carried out, over all daemons. */
uint64_t command_last(void);

void commands_hand_over(FILE *out);
void commands_take_over(const struct state_entry *entry);

#endif
