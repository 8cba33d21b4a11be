/*
 * fuzz seconds|inputs N SEED [INPUT]...: hands a reader of ours what the files hold, each as it is, then damaged in every way we
 * can think of, for so long or so often. Built with one of the other files here (whose `fuzz_one` is the reader) and with sanitizers: what goes
 * wrong ends the program, and the input that did it is printed in hexadecimal. Prints how many inputs there were.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define MOST (64u * 1024)
#define SEEDS_MAX 256
/* Inputs between two looks at the clock. */
#define ROUND 256
/* Seconds that a round may take. */
#define PATIENCE 60

static struct seed {
	uint8_t *bytes;
	size_t length;
} seeds[SEEDS_MAX];
static unsigned seed_count;

static uint8_t input[MOST];
static size_t input_length;

static uint64_t state;

static uint32_t number(uint32_t below) {
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 16) % below);
}

/* Called by the sanitizers before they end the program. */
void __sanitizer_set_death_callback(void (*callback)(void));

static void tell_input(void) {
	fprintf(stderr, "input: ");
	for (size_t i = 0; i < input_length; i++)
		fprintf(stderr, "%02x", input[i]);
	fprintf(stderr, "\n");
}

static void end_with_input(int signal_number) {
	fprintf(stderr, signal_number == SIGALRM ? "takes too long\n" : "aborted\n");
	tell_input();
	_exit(1);
}

static void read_seed(const char *path) {
	FILE *file = fopen(path, "rb");
	if (!file || seed_count == SEEDS_MAX) {
		fprintf(stderr, "%s: cannot be read, or is one too many\n", path);
		exit(2);
	}
	struct seed *seed = &seeds[seed_count++];
	seed->bytes = malloc(MOST);
	seed->length = fread(seed->bytes, 1, MOST, file);
	fclose(file);
}

static void insert(size_t at, const uint8_t *bytes, size_t count) {
	if (input_length + count > MOST)
		return;
	memmove(input + at + count, input + at, input_length - at);
	memcpy(input + at, bytes, count);
	input_length += count;
}

static void damage_once(void) {
	static const uint8_t telling[] = {0, 1, 7, 8, 0x7f, 0x80, 0xff};
	uint8_t copy[32];
	uint32_t at = number((uint32_t)input_length), most = (uint32_t)input_length - at;
	uint32_t count = 1 + number(most < sizeof copy ? most : sizeof copy);
	const struct seed *other = &seeds[number(seed_count)];
	switch (number(7)) {
	case 0:
		input[at] ^= (uint8_t)(1u << number(8));
		break;
	case 1:
		input[at] = telling[number(sizeof telling)];
		break;
	case 2:
		input[at] = (uint8_t)number(256);
		break;
	case 3: /* leaves something out */
		memmove(input + at, input + at + count, input_length - at - count);
		input_length -= count;
		break;
	case 4: /* repeats something */
		memcpy(copy, input + at, count);
		insert(at, copy, count);
		break;
	case 5:
		input_length = at;
		break;
	case 6: /* takes something from another one */
		if (other->length > count)
			insert(at, other->bytes + number((uint32_t)(other->length - count)), count);
		break;
	}
}

/* In memory of exactly its size, so that AddressSanitizer sees a step too far. */
static void hand_over(void) {
	uint8_t *exact = malloc(input_length ? input_length : 1);
	memcpy(exact, input, input_length);
	fuzz_one(exact, input_length);
	free(exact);
}

static void use(const struct seed *seed) {
	memcpy(input, seed->bytes, seed->length);
	input_length = seed->length;
}

int main(int argc, char **argv) {
	if (argc < 5)
		return 2;
	for (int i = 4; i < argc; i++)
		read_seed(argv[i]);
	__sanitizer_set_death_callback(tell_input);
	signal(SIGALRM, end_with_input);
	signal(SIGABRT, end_with_input);
	for (unsigned i = 0; i < seed_count; i++) {
		use(&seeds[i]);
		hand_over();
	}
	unsigned long inputs = seed_count;
	bool timed = strcmp(argv[1], "seconds") == 0;
	unsigned long limit = strtoul(argv[2], NULL, 10);
	time_t begin = time(NULL);
	state = strtoull(argv[3], NULL, 10) * 2 + 1;
	for (; (timed ? (unsigned long)(time(NULL) - begin) : inputs) < limit; inputs += ROUND) {
		alarm(PATIENCE);
		for (int i = 0; i < ROUND; i++) {
			use(&seeds[number(seed_count)]);
			for (uint32_t times = 1 + number(6); times > 0 && input_length > 0; times--)
				damage_once();
			hand_over();
		}
	}
	fprintf(stderr, "%lu inputs\n", inputs);
	return 0;
}
