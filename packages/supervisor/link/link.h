/* The connection to the daemon, of which there is one at most, and what the daemon asks for over it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "link/frames.h"

/* What a daemon says about itself, and what becomes of it: HUNG_UP when it closes its end of the connection. */
enum daemon_event { SAID_BEGUN, SAID_READY, SAID_END, SAID_REPLACE, SENT_NONSENSE, HUNG_UP, DIED, DAEMON_EVENTS };
/* The daemon's own module; `status` belongs to SAID_END. */
typedef void daemon_listener(enum daemon_event event, int status);

void link_open(daemon_listener *daemon);
/* Begins a connection to a new daemon over `fd`, which it owns unless it returns false, with the supervisor's state. */
bool link_connect(int fd);
/* Carries out what a dead daemon has sent, for so many milliseconds at most: the next one repeats what is left. */
void link_drain(int64_t patience);
void link_disconnect(void);
/* Sends nothing any more, which tells the daemon that its END has arrived. */
void link_end(void);
/* Sends what there is to send. */
void link_turn(void);

/* Carries out a frame that `frame_take` has accepted. NULL, or what is wrong with it. */
const char *command_carry_out(const struct frame *frame, daemon_listener *daemon);
/* The id of the last command that has been carried out, over all daemons. */
extern uint64_t command_last;
/* What the daemon before has said for the next one, whose meaning is theirs; "" when there is nothing. */
extern char note_kept[NOTE_MAX + 1];

void commands_keep(struct state_file *state);
