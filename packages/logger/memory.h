/*
 * The memory that outlives the logger: it belongs to the supervisor, and the next logger finds there what this one has
 * read and not written. A logger can be killed between any two of its instructions, so each field says at every moment
 * something that is true. Threads of one logger change it under the lock (logs.h).
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdatomic.h>
#include <sys/types.h>

#include "messages.h"

/* What is kept of one log while its file cannot be written; what comes then is dropped and counted. */
#define LOG_BUFFER (128u * 1024)
/* A longer line of standard output is divided. */
#define LINE_LONGEST (60u * 1024)
/* What waits for standard output to be read, or for standard error. */
#define QUEUE_SIZE (1024u * 1024)
/* So many logs have output that is not written yet. Memory is taken by what is in use. */
#define SLOTS (sizeof(void *) < 8 ? 512 : 4096)

/* A longer label is cut. A path that is cut cannot be opened either: it is too long. */
#define LABEL_MAX 1024
#define LOG_PATH_MAX (PATH_MAX + 8)

enum flight { NOTHING, RING, NOTE };

/* The output of one log that is not written yet. */
struct slot {
	/* The id of the log; 0: nobody's. */
	_Atomic uint64_t owner;
	/* Bytes written into the file, and bytes read, since the log has this slot: the ring holds what is in between. */
	_Atomic uint64_t head, tail;
	/* Before a read: where it begins (as `tail`), and how many bytes it may fill, all of them 0xFF, which text never holds. */
	_Atomic uint64_t intent_at, intent;
	/* How far lines have been copied from the ring (the low half of `tail`), and above that the length of what is in `line`. */
	_Atomic uint64_t fed;
	/* A write that has begun: of what, `head` or `missing` before it and after all of it, and the file as it was before. */
	_Atomic uint32_t flight;
	uint64_t flight_from, flight_to, device, inode;
	int64_t size;
	/* Bytes dropped behind what is in the ring. */
	_Atomic uint64_t missing;
	/* What is wrong with its file, 0: nothing; whether that has been said, and how much has been dropped in all. */
	_Atomic uint64_t error, said, dropped;
	uint32_t flags;
	char path[LOG_PATH_MAX], label[LABEL_MAX];
	uint8_t ring[LOG_BUFFER] __attribute__((aligned(4096)));
	char line[LINE_LONGEST];
};

/* Lines for a standard descriptor. */
struct queue {
	/* Where they begin, and above that how many bytes there are: both change at once. */
	_Atomic uint64_t span;
	_Atomic uint64_t left_out;
	char ring[QUEUE_SIZE];
};

struct memory {
	struct queue queues[2];
	struct slot slots[] __attribute__((aligned(4096)));
};

extern struct memory *memory;

/* Maps descriptor LOGGER_MEMORY. False: there is no memory. */
bool memory_open(void);
/* A slot for the log `owner`, empty; NULL: all are in use. */
struct slot *slot_take(uint64_t owner, const char *path, const char *label, uint32_t flags);
/* Gives it back with the memory that it takes up. */
void slot_release(struct slot *slot);
/* The next slot that belongs to a log that a logger before this one had; NULL: there are no more. Once, at the beginning. */
struct slot *slot_next_left(void);

#endif
