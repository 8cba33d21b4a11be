/* A queue of bytes. Its memory is reserved at the beginning, but takes up space only as far as it has been used. */
#ifndef BUFFER_H
#define BUFFER_H

#include <stddef.h>
#include <stdint.h>

/* What is in it lies between `start` and `end`. */
struct buffer {
	uint8_t *memory;
	size_t start, end, highest;
};

/* For so many bytes at once. Exits with a message when there is no memory. */
void buffer_reserve(struct buffer *buffer, size_t most);
/* So many bytes have been put behind `end`. */
void buffer_added(struct buffer *buffer, size_t length);
/* Drops bytes from the beginning. What is left may move. */
void buffer_drop(struct buffer *buffer, size_t length);

#endif
