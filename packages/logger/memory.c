/*
 * Slots: taken when a log has output, given back when that is written. At the start of a logger what the one before it has
 * left is put right: a read or a write that it was killed in is counted as far as it came.
 */
#define _GNU_SOURCE
#include "memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE (sizeof(struct memory) + SLOTS * sizeof(struct slot))

struct memory *memory;
static bool is_shared;
/* The numbers of those that were given back; those from `fresh` on have not been used. */
static uint16_t vacant[4096];
static unsigned vacant_count, fresh;

bool memory_open(void) {
	/* Where init may not make a file of that size the memory is the logger's own: then it dies with it. */
	is_shared = ftruncate(LOGGER_MEMORY, SIZE) == 0;
	memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
	              MAP_SHARED | MAP_NORESERVE | (is_shared ? 0 : MAP_ANONYMOUS), is_shared ? LOGGER_MEMORY : -1, 0);
	return memory != MAP_FAILED;
}

struct slot *slot_take(uint64_t owner, const char *path, const char *label, uint32_t flags) {
	if (vacant_count == 0 && fresh == SLOTS)
		return NULL;
	struct slot *slot = &memory->slots[vacant_count > 0 ? vacant[--vacant_count] : fresh++];
	slot->head = slot->tail = slot->intent = slot->fed = slot->missing = 0;
	slot->error = slot->said = slot->dropped = 0;
	slot->flight = NOTHING;
	slot->flags = flags;
	snprintf(slot->path, sizeof slot->path, "%s", path);
	snprintf(slot->label, sizeof slot->label, "%s", label);
	slot->owner = owner;
	return slot;
}

void slot_release(struct slot *slot) {
	slot->owner = 0;
	madvise(slot, sizeof *slot, MADV_REMOVE);
	vacant[vacant_count++] = (uint16_t)(slot - memory->slots);
}

/* It was killed in a read, or right after it: what is not as it was before has been read. */
static void count_read(struct slot *slot) {
	uint64_t at = slot->intent_at, length = slot->intent;
	if (length == 0)
		return;
	while (length > 0 && slot->ring[(at + length - 1) % LOG_BUFFER] == 0xFF)
		length--;
	slot->tail = at + length;
	slot->intent = 0;
}

/* It was killed in a write, or right after it: what the file has grown by has been written. Nobody else appends to it. */
static void count_written(struct slot *slot) {
	struct stat state;
	if (slot->flight == NOTHING)
		return;
	bool is_same = stat(slot->path, &state) == 0 && state.st_ino == slot->inode && state.st_dev == slot->device;
	int64_t grown = is_same && state.st_size > slot->size ? state.st_size - slot->size : 0;
	if (slot->flight == RING) {
		uint64_t head = slot->flight_from + (uint64_t)grown;
		slot->head = head < slot->flight_to ? head : slot->flight_to;
	} else if (grown > 0) {
		slot->missing = slot->flight_to;
	}
	slot->flight = NOTHING;
}

struct slot *slot_next_left(void) {
	while (is_shared && fresh < SLOTS) {
		/* Nothing is read where there is nothing: that would take up memory. */
		off_t begin = (char *)&memory->slots[fresh] - (char *)memory, data = lseek(LOGGER_MEMORY, begin, SEEK_DATA);
		if (data < 0)
			break;
		for (unsigned used = fresh + (unsigned)((data - begin) / (off_t)sizeof(struct slot)); fresh < used; fresh++)
			vacant[vacant_count++] = (uint16_t)fresh;
		struct slot *slot = &memory->slots[fresh++];
		if (slot->owner != 0) {
			count_read(slot);
			count_written(slot);
			return slot;
		}
		vacant[vacant_count++] = (uint16_t)(slot - memory->slots);
	}
	return NULL;
}
