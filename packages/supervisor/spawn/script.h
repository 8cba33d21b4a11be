/* The text of a script, which a shell reads from descriptor 9. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdio.h>

#include "process/process.h"

/* Keeps the text for the shell of the process. False: no memory. */
bool script_keep(struct process *process, const uint8_t *text, size_t length);
/* Takes the writing end of the pipe. False: it cannot be waited for; the descriptor is still the caller's. */
bool script_attach(struct process *process, int fd);
/* The program runs: writes as the pipe takes it. */
void script_feed(struct process *process);
/* Closes the pipe and forgets the text. */
void script_drop(struct process *process);
/* For the next image of the supervisor, which keeps what is left of the text as it is. */
void script_hand_over(const struct script *script, FILE *out);
bool script_keep_rest(struct process *process, const uint8_t *text, size_t length);

#endif
