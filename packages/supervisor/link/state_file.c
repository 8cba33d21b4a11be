/* Writes and reads entries of the state file. What they mean is known to the part that writes them. */
#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link/frames.h"
#include "loop/loop.h"

void state_number(FILE *out, const char *key, int64_t number) {
	fprintf(out, "%s %" PRId64 "\n", key, number);
}

void state_bytes(FILE *out, const char *key, const void *bytes, size_t length) {
	fprintf(out, "%s=%zu\n", key, length);
	fwrite(bytes, 1, length, out);
	fputc('\n', out);
}

void state_descriptor(FILE *out, const char *key, int fd) {
	if (fd < 0)
		return;
	fcntl(fd, F_SETFD, 0);
	state_number(out, key, fd);
}

bool entry_is(const struct state_entry *entry, const char *key) {
	return strlen(key) == entry->key_length && memcmp(entry->key, key, entry->key_length) == 0;
}

int entry_descriptor(const struct state_entry *entry) {
	int fd = (int)entry->number;
	return fd > STDERR_FILENO && fcntl(fd, F_GETFD) >= 0 ? slots_leave(fd) : -1;
}

bool state_next(const char **at, const char *end, struct state_entry *entry) {
	const char *line = *at, *line_end = memchr(line, '\n', (size_t)(end - line));
	char *number_end;
	if (!line_end)
		return false;
	*entry = (struct state_entry){.key = line, .key_length = strcspn(line, " =\n")};
	const char *separator = line + entry->key_length;
	/* Nothing is read beyond the end of the line, whatever is in it: strtoll skips all blanks. */
	if (separator == line_end || isspace((unsigned char)separator[1]))
		return false;
	entry->number = strtoll(separator + 1, &number_end, 10);
	*at = line_end + 1;
	if (*separator != '=' || number_end != line_end)
		return number_end == line_end;
	if (entry->number < 0 || entry->number >= end - *at)
		return false;
	entry->bytes = (const uint8_t *)*at;
	entry->length = (size_t)entry->number;
	*at += entry->length + 1;
	return (*at)[-1] == '\n';
}
