/* From the output of jobs to lines; copy_queue.c writes them. */
#include "log/copy.h"

#include <stdlib.h>
#include <string.h>

#include "log/copy_queue.h"
#include "link/state_file.h"

#define SEPARATOR ": "

struct copy {
	/* `LABEL: `, and behind it what there is of a line. */
	char *line;
	size_t prefix, length, capacity;
	int fd;
	/* A carriage return that belongs to the end of the line, if that comes next. */
	bool returned;
};

struct copy *copy_new(const char *label, int fd) {
	struct copy *copy = copy_queue_open(fd) ? calloc(1, sizeof *copy) : NULL;
	if (!copy)
		return NULL;
	copy->fd = fd;
	copy->prefix = copy->length = label ? strlen(label) + strlen(SEPARATOR) : 0;
	copy->capacity = copy->prefix + 256;
	copy->line = malloc(copy->capacity);
	if (!copy->line) {
		free(copy);
		return NULL;
	}
	if (label) {
		memcpy(copy->line, label, strlen(label));
		memcpy(copy->line + strlen(label), SEPARATOR, strlen(SEPARATOR));
	}
	return copy;
}

/* Where there is no memory for a long line it is divided earlier. */
static bool grow(struct copy *copy) {
	size_t most = copy->prefix + COPY_LINE_MAX + 1;
	size_t capacity = copy->capacity * 2 < most ? copy->capacity * 2 : most;
	char *larger = copy->capacity < most ? realloc(copy->line, capacity) : NULL;
	if (!larger)
		return false;
	copy->line = larger;
	copy->capacity = capacity;
	return true;
}

static void end_line(struct copy *copy) {
	copy->line[copy->length++] = '\n';
	copy_queue_add(copy->fd, copy->line, copy->length);
	copy->length = copy->prefix;
}

/* There is always room for the end of the line behind it. */
static void add(struct copy *copy, char byte) {
	if (copy->length + 1 >= copy->capacity && !grow(copy))
		end_line(copy);
	copy->line[copy->length++] = byte;
}

void copy_bytes(struct copy *copy, const uint8_t *bytes, size_t count) {
	for (size_t i = 0; i < count; i++) {
		/* Only what has a label comes from a terminal. */
		if (bytes[i] == '\r' && copy->prefix > 0) {
			/* Of several only the last is the terminal's. */
			if (copy->returned)
				add(copy, '\r');
			copy->returned = true;
			continue;
		}
		if (copy->returned && bytes[i] != '\n')
			add(copy, '\r');
		copy->returned = false;
		if (bytes[i] == '\n')
			end_line(copy);
		else
			add(copy, (char)bytes[i]);
	}
}

void copy_end(struct copy *copy) {
	if (copy->length > copy->prefix)
		end_line(copy);
	free(copy->line);
	free(copy);
}

bool copies_say(int fd, const char *line, size_t length) {
	char *whole = copy_queue_open(fd) ? malloc(length + 1) : NULL;
	if (!whole)
		return false;
	memcpy(whole, line, length);
	whole[length] = '\n';
	copy_queue_add(fd, whole, length + 1);
	free(whole);
	return true;
}

void copy_hand_over(FILE *out, const struct copy *copy) {
	state_bytes(out, "log-copy", copy->line, copy->prefix - strlen(SEPARATOR));
	if (copy->length > copy->prefix)
		state_bytes(out, "log-copy-line", copy->line + copy->prefix, copy->length - copy->prefix);
	if (copy->returned)
		state_bytes(out, "log-copy-line", "\r", 1);
}
