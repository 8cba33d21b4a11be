/*
 * The file in memory in which one image of the supervisor leaves its state to the next (PROTOCOL.md): its entries.
 * Which part has which entries is in upgrade.c.
 */
#ifndef STATE_FILE_H
#define STATE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* One entry: a key, and a number or bytes. */
struct state_entry {
	const char *key;
	size_t key_length;
	int64_t number;
	/* NULL for a number. */
	const uint8_t *bytes;
	size_t length;
};

void state_number(FILE *out, const char *key, int64_t number);
void state_bytes(FILE *out, const char *key, const void *bytes, size_t length);
/* A descriptor that the next image gets; nothing for -1. */
void state_descriptor(FILE *out, const char *key, int fd);

bool entry_is(const struct state_entry *entry, const char *key);
/* The descriptor that an entry names, if it is open; else -1. */
int entry_descriptor(const struct state_entry *entry);

/* What is still to be read of a file. */
struct state_text {
	const char *at, *end;
};

/* Takes one entry. False at the end, or when the text is not one. */
bool state_next(struct state_text *text, struct state_entry *entry);

#endif
