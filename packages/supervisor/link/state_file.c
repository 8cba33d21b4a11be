/* Writes and reads entries of the state file. What they mean is known to the part that they belong to. */
#include <ctype.h>
#include <inttypes.h>

#include "link/frames.h"

bool entry_is(const struct state_file *state, const char *key) {
	return !state->out && strlen(key) == state->key_length && memcmp(state->key, key, state->key_length) == 0;
}

bool keep_number(struct state_file *state, const char *key, void *number, size_t size) {
	bool is_read = entry_is(state, key);
	if (is_read)
		memcpy(number, &state->number, size); /* little-endian, as frames are */
	else if (state->out)
		fprintf(state->out, "%s %" PRId64 "\n", key, size < sizeof(int64_t) ? *(int *)number : *(int64_t *)number);
	return is_read;
}

bool keep_bytes(struct state_file *state, const char *key, void *bytes, size_t *length, size_t most) {
	if (state->out) {
		fprintf(state->out, "%s=%zu\n", key, *length);
		fwrite(bytes, 1, *length, state->out);
		fputc('\n', state->out);
	}
	if (!entry_is(state, key) || !state->bytes || state->length > most)
		return false;
	memcpy(bytes, state->bytes, *length = state->length);
	return true;
}

bool keep_descriptor(struct state_file *state, const char *key, int *fd) {
	if (state->out && *fd >= 0)
		fcntl(*fd, F_SETFD, 0);
	bool is_read = keep(state, key, *fd);
	if (is_read && (*fd <= STDERR_FILENO || fcntl(*fd, F_GETFD) < 0))
		*fd = -1;
	return is_read;
}

bool state_next(const char **at, const char *end, struct state_file *state) {
	const char *line = *at, *line_end = memchr(line, '\n', (size_t)(end - line));
	char *number_end;
	if (!line_end)
		return false;
	*state = (struct state_file){.key = line, .key_length = strcspn(line, " =\n")};
	const char *separator = line + state->key_length;
	/* Nothing is read beyond the end of the line, whatever is in it: strtoll skips all blanks. */
	if (separator == line_end || isspace((unsigned char)separator[1]))
		return false;
	state->number = strtoll(separator + 1, &number_end, 10);
	*at = line_end + 1;
	if (*separator != '=' || number_end != line_end)
		return number_end == line_end;
	if (state->number < 0 || state->number >= end - *at)
		return false;
	state->bytes = (const uint8_t *)*at;
	state->length = (size_t)state->number;
	*at += state->length + 1;
	return (*at)[-1] == '\n';
}
