/* The reader of the file in which a supervisor leaves its state. Everything that it hands out is read to its last byte. */
#include <stdlib.h>

#include "fuzz.h"
#include "link/frames.h"

static volatile uint8_t looked_at;

void fuzz_one(const uint8_t *bytes, size_t length) {
	const char *at = (const char *)bytes, *end = at + length;
	struct state_file entry;
	while (state_next(&at, end, &entry)) {
		if (at > end || entry.key + entry.key_length >= at || (entry_is(&entry, "end") && entry.key_length != 3))
			abort();
		for (size_t i = 0; entry.bytes && i < entry.length; i++)
			looked_at = entry.bytes[i];
	}
}
