/* The supervisor's reader of frames. Everything that it hands out is read to its last byte. */
#include <stdlib.h>

#include "link/frames.h"
#include "fuzz.h"

static volatile uint8_t looked_at;

void fuzz_one(const uint8_t *bytes, size_t length) {
	for (size_t at = 0; at < length;) {
		struct frame frame;
		struct field field = {0};
		const char *why = NULL;
		long taken = frame_take(bytes + at, length - at, &frame, &why);
		if (taken < 0 && (!why || !*why))
			abort();
		if (taken <= 0)
			return;
		while (field_next(&frame, &field))
			for (uint32_t i = 0; i < field.length; i++)
				looked_at = field.data[i];
		at += (size_t)taken;
	}
}
