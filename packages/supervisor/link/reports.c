/* The unacknowledged reports, as the frames that are sent. They have memory from the beginning: none is ever lost. */
#include <sys/mman.h>
#include <sys/socket.h>

#include "link/frames.h"

/* What is not given back when there are few again: a whole number of pages, whatever their size. */
#define KEPT (64u * 1024)

/* A greeting of so many bytes, until it has been sent; then the reports. `sent` of all that is with the daemon. */
static _Alignas(KEPT) uint8_t memory[2 * REPORTS_MAX + KEPT];
static size_t greeting, sent, end;
uint64_t reports_last, reports_acknowledged;

size_t reports_size(void) {
	return end - greeting;
}

void reports_keep(struct state_file *state) {
	size_t size = reports_size();
	keep(state, "report-last", reports_last);
	keep(state, "report-acknowledged", reports_acknowledged);
	keep_bytes(state, "reports", memory + greeting, &size, REPORTS_MAX);
	end = greeting + size;
}

void reports_add_values(enum frame_type type, const struct field_value *values) {
	size_t length = frame_write(memory + end, type, reports_last + 1, values);
	/* Out of reach: from REPORTS_FULL on only what is under way already is reported. */
	if (reports_size() + length > REPORTS_MAX)
		return;
	end += length;
	reports_last++;
}

/* So many bytes from the beginning. */
static void drop(size_t length) {
	bool was_long = end > KEPT;
	if (length == 0)
		return;
	end -= length;
	memmove(memory, memory + length, end);
	sent -= length < sent ? length : sent;
	if (was_long && end <= KEPT)
		madvise(memory + KEPT, sizeof memory - KEPT, MADV_DONTNEED);
}

bool reports_acknowledge(uint64_t number) {
	size_t length = 0;
	if (number > reports_last)
		return false;
	if (number > reports_acknowledged)
		reports_acknowledged = number;
	while (greeting == 0 && length < end) {
		struct frame report;
		memcpy(&report, memory + length, FRAME_HEADER);
		if (report.id > number)
			break;
		length += FRAME_HEADER + report.length;
	}
	drop(length);
	return true;
}

uint8_t *reports_rewind(size_t length) {
	drop(greeting);
	greeting = length <= REPORTS_MAX ? length : 0;
	memmove(memory + greeting, memory, end);
	end += greeting;
	sent = 0;
	return greeting > 0 ? memory : NULL;
}

bool reports_send(int fd) {
	ssize_t n = sent < end ? send(fd, memory + sent, end - sent, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
	/* One that will take nothing any more is not waited for. */
	if (n < 0)
		return errno == EPIPE;
	sent += (size_t)n;
	if (sent >= greeting) {
		drop(greeting);
		greeting = 0;
	}
	return sent == end;
}
