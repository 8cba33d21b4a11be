/*
 * Times command lines. Each request is a little-endian u32 length and that many bytes of words, each ended by a zero
 * byte; each answer is a line: nanoseconds from before the fork until the program was waited for, and its wait status.
 */
#include "meter.h"

#include <stdio.h>

#define WORDS_MAX 20000
#define BYTES_MAX (1u << 20)

int stopwatch(int argc, char **argv) {
	static char bytes[BYTES_MAX];
	static char *words[WORDS_MAX + 1];
	uint32_t length;
	(void)argc;
	(void)argv;
	while (fread(&length, sizeof length, 1, stdin) == 1) {
		if (length == 0 || length > BYTES_MAX || fread(bytes, length, 1, stdin) != 1 || bytes[length - 1] != '\0')
			return 2;
		size_t count = 0;
		for (uint32_t at = 0, start = 0; at < length; at++) {
			if (bytes[at] != '\0')
				continue;
			if (count == WORDS_MAX)
				return 2;
			words[count++] = bytes + start;
			start = at + 1;
		}
		words[count] = NULL;
		int64_t began = now_ns();
		int status = run_quietly(words);
		printf("%lld %d\n", (long long)(now_ns() - began), status);
		fflush(stdout);
	}
	return 0;
}
