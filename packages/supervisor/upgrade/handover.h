/*
 * Re-execution: the supervisor becomes the installed version of itself and goes on with its processes, terminals, reports
 * and logs (reference: system 6). What it knows is written into a file in memory, which the next image finds open, as are
 * the descriptors that are named in it. PROTOCOL.md has the format.
 */
#ifndef HANDOVER_H
#define HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Becomes the installed supervisor; returns when that cannot be done, having said why: then nothing has changed. */
void hand_over(char **argv);

/*
 * After a fault: the same, as far as it can still be done. Everything is tried in a copy of this process that shares its
 * descriptors, since the fault may have been met in the middle of anything. The descriptor of what was saved and can be read, or -1.
 */
int hand_over_after_fault(char **argv);
/* In the environment: the descriptor of what the image before this one has left. */
#define STATE_VARIABLE "UPSTART_STATE_FD"

/*
 * At the beginning of main: the descriptor of what an image before this one has left, or -1. Does not return in a process
 * that was only started to say whether it would understand it.
 */
int handover_open(void);
/* Takes over; `fd` is closed. Everything but the daemon has been opened. */
void take_over(int fd);

/* One entry: a key, and a number or bytes. */
struct handover_item {
	const char *key;
	size_t key_length;
	int64_t number;
	/* NULL for a number. */
	const uint8_t *bytes;
	size_t length;
};

bool item_is(const struct handover_item *item, const char *key);
/* The descriptor that an item names, if it is open; else -1. */
int item_descriptor(const struct handover_item *item);

/* The parts: each writes entries whose keys begin with its name, and takes them again. */
void limits_hand_over(FILE *out);
void limits_take_over(const struct handover_item *item);
void commands_hand_over(FILE *out);
void commands_take_over(const struct handover_item *item);
void reports_hand_over(FILE *out);
void reports_take_over(const struct handover_item *item);
void logs_hand_over(FILE *out);
void logs_take_over(const struct handover_item *item);
void processes_hand_over(FILE *out);
void processes_take_over(const struct handover_item *item);
/* There are no more entries. */
void processes_taken_over(void);

void handover_number(FILE *out, const char *key, int64_t number);
void handover_bytes(FILE *out, const char *key, const void *bytes, size_t length);
/* A descriptor that the next image is to have; nothing for -1. */
void handover_descriptor(FILE *out, const char *key, int fd);

#endif
