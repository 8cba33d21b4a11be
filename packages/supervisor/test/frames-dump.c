/*
 * Reads frames from standard input the way the supervisor does and prints what it understands, one line each: the type, the
 * id and TAG:HEX for each field; `refused REASON` for one that it does not take, `incomplete N` for what is left over.
 * Each frame is copied into memory of exactly its size, so that AddressSanitizer sees a step too far.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link/frames.h"

#define MOST (8u * 1024 * 1024)

static void dump(const struct frame *frame) {
	struct field field = {0};
	printf("%u %llu", frame->type, (unsigned long long)frame->id);
	while (field_next(frame, &field)) {
		printf(" %u:", field.tag);
		for (uint32_t i = 0; i < field.length; i++)
			printf("%02x", field.data[i]);
	}
	printf("\n");
}

int main(void) {
	static uint8_t input[MOST];
	size_t length = fread(input, 1, MOST, stdin), at = 0;
	while (at < length) {
		uint8_t *exact = malloc(length - at);
		memcpy(exact, input + at, length - at);
		struct frame frame;
		const char *why = NULL;
		long taken = frame_take(exact, length - at, &frame, &why);
		if (taken > 0)
			dump(&frame);
		free(exact);
		if (taken < 0) {
			printf("refused %s\n", why);
			return 0;
		}
		if (taken == 0)
			break;
		at += (size_t)taken;
	}
	if (at < length)
		printf("incomplete %zu\n", length - at);
	return 0;
}
