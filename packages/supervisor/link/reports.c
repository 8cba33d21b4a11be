/*
 * The unacknowledged reports, in order and as the frames they are sent in. Their memory is there from the beginning, so that no
 * report is ever lost for want of it; it takes up space only as far as it is used.
 */
#include "link/reports.h"

#include <endian.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

/* What a queue that has become short again does not give back: a whole number of pages, whatever their size. */
#define KEPT (64u * 1024)

/* Twice as much as there can be, so that moving the rest to the beginning is always cheap. */
static _Alignas(KEPT) uint8_t memory[2 * REPORTS_MAX + KEPT];
/* What comes first is a `greeting` of so many bytes, until it has been sent; up to `sent` the daemon has got it. */
static size_t start, greeting, sent, end;
static uint64_t last_seq, acknowledged_seq;

static size_t size(void) {
	return end - start - greeting;
}

void reports_hand_over(FILE *out) {
	state_number(out, "report-last", (int64_t)last_seq);
	state_bytes(out, "reports", memory + start + greeting, size());
}

void reports_take_over(const struct state_entry *entry) {
	if (entry_is(entry, "report-last"))
		last_seq = (uint64_t)entry->number;
	if (!entry_is(entry, "reports") || !entry->bytes || entry->length > REPORTS_MAX)
		return;
	memcpy(memory, entry->bytes, entry->length);
	end = entry->length;
}

bool reports_have_room(void) {
	return size() < REPORTS_FULL;
}

bool reports_are_many(void) {
	return size() >= REPORTS_MANY;
}

bool reports_can_answer(void) {
	return size() < REPORTS_MAX - REPORTS_FULL / 4;
}

void reports_add_values(enum frame_type type, const struct field_value *values) {
	size_t length = frame_write(memory + end, type, last_seq + 1, values);
	/* Out of reach: from REPORTS_FULL on only what is under way already is reported. */
	if (size() + length > REPORTS_MAX)
		return;
	end += length;
	last_seq++;
}

/* Moves the rest to the beginning when more than that has been dropped before it. */
static void move(void) {
	size_t left = end - start;
	if (start <= left)
		return;
	memmove(memory, memory + start, left);
	if (left < KEPT && end > KEPT)
		madvise(memory + KEPT, end - KEPT, MADV_DONTNEED);
	sent -= start;
	end = left;
	start = 0;
}

bool reports_acknowledge(uint64_t seq) {
	if (seq > last_seq)
		return false;
	if (seq > acknowledged_seq)
		acknowledged_seq = seq;
	while (size() > 0 && greeting == 0) {
		uint32_t body;
		uint64_t frame_seq;
		memcpy(&body, memory + start, sizeof body);
		memcpy(&frame_seq, memory + start + 8, sizeof frame_seq);
		if (le64toh(frame_seq) > seq)
			break;
		start += FRAME_HEADER + le32toh(body);
	}
	if (sent < start)
		sent = start;
	move();
	return true;
}

uint64_t reports_last(void) {
	return last_seq;
}

uint64_t reports_acknowledged(void) {
	return acknowledged_seq;
}

uint8_t *reports_rewind(size_t length) {
	size_t left = size();
	if (length > REPORTS_MAX)
		return NULL;
	memmove(memory + length, memory + start + greeting, left);
	start = sent = 0;
	greeting = length;
	end = length + left;
	return memory;
}

bool reports_send(int fd) {
	ssize_t n = sent < end ? send(fd, memory + sent, end - sent, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
	sent += n > 0 ? (size_t)n : 0;
	if (sent >= start + greeting) {
		start += greeting;
		greeting = 0;
	}
	return sent == end;
}
