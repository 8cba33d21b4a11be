/*
 * frames-fuzz SECONDS SEED < FRAMES: damages the frames in every way it can think of and has the supervisor's reader take them,
 * for so long. Built with sanitizers: what it does wrong ends the program. Prints how many inputs there were and how many frames
 * were accepted in them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../frames.h"

#define MOST (64u * 1024)
/* Inputs between two looks at the clock. */
#define ROUND 4096

static uint64_t state;

static uint32_t number(uint32_t below) {
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 16) % below);
}

static size_t damage(uint8_t *bytes, size_t length) {
	static const uint8_t telling[] = {0, 1, 7, 8, 0x7f, 0x80, 0xff};
	for (uint32_t times = 1 + number(6); times > 0 && length > 0; times--) {
		uint32_t at = number((uint32_t)length), most = (uint32_t)length - at, count = 1 + number(most < 32 ? most : 32);
		switch (number(6)) {
		case 0:
			bytes[at] ^= (uint8_t)(1u << number(8));
			break;
		case 1:
			bytes[at] = telling[number(sizeof telling)];
			break;
		case 2:
			bytes[at] = (uint8_t)number(256);
			break;
		case 3: /* leaves something out */
			memmove(bytes + at, bytes + at + count, length - at - count);
			length -= count;
			break;
		case 4: /* repeats something */
			if (length + count > MOST)
				break;
			memmove(bytes + at + count, bytes + at, length - at);
			length += count;
			break;
		case 5:
			length = at;
			break;
		}
	}
	return length;
}

static volatile uint8_t looked_at;

/* Everything that the reader hands out is read to its last byte. */
static unsigned long take_all(const uint8_t *bytes, size_t length) {
	unsigned long frames = 0;
	size_t at = 0;
	while (at < length) {
		struct frame frame;
		struct field field;
		const char *why = NULL;
		long taken = frame_take(bytes + at, length - at, &frame, &why);
		if (taken < 0 && (!why || !*why))
			abort();
		if (taken <= 0)
			break;
		struct fields fields = fields_of(&frame);
		while (fields_next(&fields, &field))
			for (uint32_t i = 0; i < field.length; i++)
				looked_at = field.data[i];
		at += (size_t)taken;
		frames++;
	}
	return frames;
}

int main(int argc, char **argv) {
	static uint8_t whole[MOST], input[MOST];
	if (argc != 3)
		return 2;
	size_t length = fread(whole, 1, MOST / 2, stdin);
	unsigned long inputs = 0, frames = 0;
	time_t end = time(NULL) + atoi(argv[1]);
	for (state = strtoull(argv[2], NULL, 10) * 2 + 1; time(NULL) < end; inputs += ROUND)
		for (int i = 0; i < ROUND; i++) {
			memcpy(input, whole, length);
			size_t size = damage(input, length);
			/* In memory of exactly its size. */
			uint8_t *exact = malloc(size ? size : 1);
			memcpy(exact, input, size);
			frames += take_all(exact, size);
			free(exact);
		}
	printf("%lu inputs, %lu frames accepted\n", inputs, frames);
	return 0;
}
