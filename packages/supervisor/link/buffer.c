/* The memory of a queue of bytes. Twice as much is reserved as it holds, so that moving the rest is always cheap. */
#include "link/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Memory that an empty buffer gives back. */
#define GIVE_BACK (64u * 1024)

void buffer_reserve(struct buffer *buffer, size_t most) {
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	buffer->memory = mmap(NULL, 2 * most, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (buffer->memory == MAP_FAILED) {
		perror("init: cannot reserve memory");
		exit(1);
	}
}

void buffer_added(struct buffer *buffer, size_t length) {
	buffer->end += length;
	if (buffer->end > buffer->highest)
		buffer->highest = buffer->end;
}

void buffer_drop(struct buffer *buffer, size_t length) {
	buffer->start += length;
	size_t left = buffer->end - buffer->start;
	if (buffer->start > left) {
		memmove(buffer->memory, buffer->memory + buffer->start, left);
		buffer->start = 0;
		buffer->end = left;
	}
	if (left > 0)
		return;
	if (buffer->highest > GIVE_BACK)
		madvise(buffer->memory, buffer->highest, MADV_DONTNEED);
	buffer->highest = 0;
}
