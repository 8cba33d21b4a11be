#include "meter.h"

int frames_in(struct frame_reader *reader, const uint8_t *bytes, ssize_t count) {
	int frames = 0;
	for (ssize_t at = 0; at < count;) {
		if (reader->left > 0) {
			uint32_t part = reader->left < (uint32_t)(count - at) ? reader->left : (uint32_t)(count - at);
			reader->left -= part;
			at += part;
		} else {
			reader->size |= (uint32_t)bytes[at++] << (8 * reader->header++);
			if (reader->header < 4)
				continue;
			reader->left = reader->size;
			reader->size = reader->header = 0;
		}
		frames += reader->left == 0 && reader->header == 0;
	}
	return frames;
}
