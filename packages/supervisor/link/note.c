/* Keeps the note of a daemon for the next one. Its text means nothing here. */
#include "link/note.h"

#include <stdlib.h>
#include <string.h>

#include "frame_table.h"

static char *note;

bool note_keep(const char *text, size_t length) {
	if (length > NOTE_MAX)
		return false;
	char *copy = malloc(length + 1);
	/* Without memory for it the next daemon gets the one before. */
	if (!copy)
		return true;
	memcpy(copy, text, length);
	copy[length] = '\0';
	free(note);
	note = copy;
	return true;
}

const char *note_kept(void) {
	return note ? note : "";
}

void note_hand_over(FILE *out) {
	if (note)
		state_bytes(out, "note", note, strlen(note));
}

void note_take_over(const struct state_entry *entry) {
	if (entry_is(entry, "note") && entry->bytes)
		note_keep((const char *)entry->bytes, entry->length);
}
