/* What a daemon has said for the next one: text that means nothing here, kept over daemons and re-executions. */
#ifndef NOTE_H
#define NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "link/state_file.h"

/* Takes the place of the note before. False: it is longer than NOTE_MAX. */
bool note_keep(const char *text, size_t length);
/* "" when there is none. */
const char *note_kept(void);
void note_hand_over(FILE *out);
void note_take_over(const struct state_entry *entry);

#endif
