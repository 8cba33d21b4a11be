/* Keeps the note of a daemon for the next one. Its text means nothing here. */
#include "link/note.h"

#include <string.h>

#include "frame_table.h"

/* With a NUL at its end. */
static char note[NOTE_MAX + 1];

bool note_keep(const char *text, size_t length) {
	if (length > NOTE_MAX)
		return false;
	memcpy(note, text, length);
	note[length] = '\0';
	return true;
}

const char *note_kept(void) {
	return note;
}

void note_hand_over(FILE *out) {
	state_bytes(out, "note", note, strlen(note));
}

void note_take_over(const struct state_entry *entry) {
	if (entry_is(entry, "note") && entry->bytes)
		note_keep((const char *)entry->bytes, entry->length);
}
