/* The table of processes, from one image of the supervisor to the next (PROTOCOL.md has the keys). */
#ifndef PROCESS_HANDOVER_H
#define PROCESS_HANDOVER_H

#include <stdio.h>

#include "link/state_file.h"

void processes_hand_over(FILE *out);
/* The entries of one process come one after another; the logs that they name have been taken over. */
void processes_take_over(const struct state_entry *entry);
/* There are no more entries. */
void processes_taken_over(void);

#endif
