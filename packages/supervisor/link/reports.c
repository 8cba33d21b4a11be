/*
 * The unacknowledged reports, in order and as the frames they are sent in. Memory for them is reserved at the
 * beginning, so that no report is ever lost for want of it.
 */
#include "link/reports.h"

#include <endian.h>
#include <string.h>

#include "link/buffer.h"

static struct buffer reports;
/* How many bytes of them the daemon has been sent. */
static size_t sent;
static uint64_t last_seq, acknowledged_seq;

void reports_open(void) {
	buffer_reserve(&reports, REPORTS_MAX);
}

static size_t size(void) {
	return reports.end - reports.start;
}

void reports_hand_over(FILE *out) {
	state_number(out, "report-last", (int64_t)last_seq);
	state_bytes(out, "reports", reports.memory + reports.start, size());
}

void reports_take_over(const struct state_entry *entry) {
	if (entry_is(entry, "report-last")) {
		last_seq = (uint64_t)entry->number;
	} else if (entry_is(entry, "reports") && entry->bytes && entry->length <= REPORTS_MAX) {
		memcpy(reports.memory, entry->bytes, entry->length);
		buffer_added(&reports, entry->length);
	}
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
	uint8_t frame[FRAME_OUT_MAX];
	size_t length = frame_write(frame, type, last_seq + 1, values);
	/* Out of reach: from REPORTS_FULL on only what is under way already is reported. */
	if (size() + length > REPORTS_MAX)
		return;
	memcpy(reports.memory + reports.end, frame, length);
	buffer_added(&reports, length);
	last_seq++;
}

bool reports_acknowledge(uint64_t seq) {
	size_t length = 0;
	if (seq > last_seq)
		return false;
	if (seq > acknowledged_seq)
		acknowledged_seq = seq;
	while (length < size()) {
		const uint8_t *frame = reports.memory + reports.start + length;
		uint32_t body;
		uint64_t frame_seq;
		memcpy(&body, frame, sizeof body);
		memcpy(&frame_seq, frame + 8, sizeof frame_seq);
		if (le64toh(frame_seq) > seq)
			break;
		length += FRAME_HEADER + le32toh(body);
	}
	buffer_drop(&reports, length);
	sent -= length < sent ? length : sent;
	return true;
}

uint64_t reports_last(void) {
	return last_seq;
}

uint64_t reports_acknowledged(void) {
	return acknowledged_seq;
}

void reports_rewind(void) {
	sent = 0;
}

const uint8_t *reports_unsent(size_t *length) {
	*length = size() - sent;
	return reports.memory + reports.start + sent;
}

void reports_sent(size_t length) {
	sent += length;
}
