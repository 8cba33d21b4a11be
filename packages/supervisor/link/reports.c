/*
 * The unacknowledged reports, in order and as the frames they are sent in. The memory is reserved at the beginning, so
 * that no report is ever lost for want of it, but takes up space only as far as it has been used.
 *
 *   memory    head         unsent        tail
 *     |........|=============|------------|...........|
 *               acknowledged   sent, or to be sent
 */
#include "link/reports.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MEMORY (2 * (size_t)REPORTS_MAX)
/* Memory that an empty buffer gives back. */
#define GIVE_BACK (64u * 1024)

static uint8_t *memory;
static size_t head, unsent, tail, highest;
static uint64_t last_seq, acknowledged_seq;

void reports_open(void) {
	memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED) {
		perror("init: cannot reserve memory for reports");
		exit(1);
	}
}

void reports_hand_over(FILE *out) {
	state_number(out, "report-last", (int64_t)last_seq);
	state_bytes(out, "reports", memory + head, tail - head);
}

void reports_take_over(const struct state_entry *entry) {
	if (entry_is(entry, "report-last")) {
		last_seq = (uint64_t)entry->number;
	} else if (entry_is(entry, "reports") && entry->bytes && entry->length <= REPORTS_MAX) {
		memcpy(memory, entry->bytes, entry->length);
		tail = highest = entry->length;
	}
}

bool reports_have_room(void) {
	return tail - head < REPORTS_FULL;
}

bool reports_are_many(void) {
	return tail - head >= REPORTS_MANY;
}

bool reports_can_answer(void) {
	return tail - head < REPORTS_MAX - REPORTS_FULL / 4;
}

static void move_to_beginning(void) {
	memmove(memory, memory + head, tail - head);
	unsent -= head;
	tail -= head;
	head = 0;
}

static void add(const uint8_t *frame, size_t length) {
	/* Out of reach: from REPORTS_FULL on only what is under way already is reported. */
	if (tail - head + length > REPORTS_MAX)
		return;
	if (tail + length > MEMORY)
		move_to_beginning();
	memcpy(memory + tail, frame, length);
	tail += length;
	if (tail > highest)
		highest = tail;
	last_seq++;
}

void reports_add_values(enum frame_type type, const struct field_value *values) {
	uint8_t frame[FRAME_OUT_MAX];
	add(frame, frame_write(frame, type, last_seq + 1, values));
}

void report_begin(struct frame_out *out, enum frame_type type, uint64_t process) {
	struct field_value values[] = {{process ? TAG_PROCESS : 0, (int64_t)process, NULL}, {0}};
	out->length = frame_write(out->bytes, type, last_seq + 1, values);
}

void reports_add(struct frame_out *out) {
	add(out->bytes, out->length);
}

bool reports_acknowledge(uint64_t seq) {
	if (seq > last_seq)
		return false;
	if (seq > acknowledged_seq)
		acknowledged_seq = seq;
	while (head < tail) {
		uint32_t body;
		uint64_t frame_seq;
		memcpy(&body, memory + head, sizeof body);
		memcpy(&frame_seq, memory + head + 8, sizeof frame_seq);
		if (le64toh(frame_seq) > seq)
			break;
		head += FRAME_HEADER + le32toh(body);
	}
	if (unsent < head)
		unsent = head;
	/* Cheap: what is moved is smaller than what has been acknowledged since the last time. */
	if (head > tail - head)
		move_to_beginning();
	if (tail == 0 && highest > GIVE_BACK)
		madvise(memory, MEMORY, MADV_DONTNEED);
	if (tail == 0)
		highest = 0;
	return true;
}

uint64_t reports_last(void) {
	return last_seq;
}

uint64_t reports_acknowledged(void) {
	return acknowledged_seq;
}

void reports_rewind(void) {
	unsent = head;
}

const uint8_t *reports_unsent(size_t *length) {
	*length = tail - unsent;
	return memory + unsent;
}

void reports_sent(size_t length) {
	unsent += length;
}
