/*
 * What the launcher sends, and what it makes of the daemon's answers: msgpack, as packages/protocol/README.md describes it. Answers come
 * from a socket, so nothing of them is believed before it has been checked.
 */
#include <endian.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "native.h"

#define PROTOCOL_VERSION 1
#define MAX_REQUEST (1024u * 1024u) /* bytes of a frame's body, as the daemon has it */

/* What commands may want to know of the environment. */
static const char passed_on[] = "UPSTART_JOB\0UPSTART_INSTANCE\0UPSTART_SESSION\0XDG_RUNTIME_DIR\0HOME\0COLUMNS\0"
								"NO_COLOR\0TERM\0LC_ALL\0LC_COLLATE\0LANG\0";

void reserve(struct buffer *b, size_t size) {
	if (size > b->size && !(b->bytes = realloc(b->bytes, b->size = size * 2)))
		fail("Cannot allocate memory");
}

static void put(struct buffer *b, const void *bytes, size_t length) {
	reserve(b, b->length + length);
	memcpy(b->bytes + b->length, bytes, length);
	b->length += length;
}

/* Appends a value for each letter: `s` text of ours, `t` text of the user's, which may be no UTF-8, `m` the fields of a
   map, `a` the elements of an array, `u` a number, `b` a boolean. */
static void pack(struct buffer *b, const char *letters, ...) {
	static const char known[] = "stmaub";
	static const uint8_t types[] = {0xdb, 0xc6, 0xdf, 0xdd, 0xce, 0xc2};
	va_list values;
	va_start(values, letters);
	for (; *letters; letters++) {
		size_t kind = (size_t)(strchr(known, *letters) - known);
		const char *text = kind < 2 ? va_arg(values, const char *) : NULL;
		uint32_t number = htobe32(text ? (uint32_t)strlen(text) : va_arg(values, unsigned));
		put(b, &(uint8_t){types[kind] + (*letters == 'b' && number)}, 1);
		if (*letters != 'b')
			put(b, &number, sizeof number);
		if (text)
			put(b, text, strlen(text));
	}
	va_end(values);
}

/* Appends a frame and empties its body. False if it is longer than the daemon takes. */
static bool put_frame(struct buffer *b, struct buffer *body) {
	uint32_t length = htole32((uint32_t)body->length);
	bool fits = body->length <= MAX_REQUEST;
	put(b, &length, sizeof length);
	put(b, body->bytes, body->length);
	body->length = 0;
	return fits;
}

bool encode_requests(struct buffer *b, int argc, char **argv) {
	static struct buffer body;
	struct winsize window = {0};
	struct timespec now;
	char key[64], cwd[4096];
	unsigned variables = 0;
	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(key, sizeof key, "%d-%lld.%09ld", (int)getpid(), (long long)now.tv_sec, now.tv_nsec); /* used once */
	(void)(ioctl(1, TIOCGWINSZ, &window) == 0 || ioctl(2, TIOCGWINSZ, &window));
	for (const char *name = passed_on; *name; name += strlen(name) + 1)
		variables += getenv(name) != NULL;

	pack(&body, "msusssmsuss", 3, "id", HELLO_ID, "method", "hello", "params", 2, "version", PROTOCOL_VERSION, "client",
	     "initctl");
	put_frame(b, &body);

	pack(&body, "msussss", 4, "id", RUN_ID, "method", "run", "key", key);
	pack(&body, "smsa", "params", 4, "argv", argc);
	for (int i = 0; i < argc; i++)
		pack(&body, "t", argv[i]);
	pack(&body, "stsm", "cwd", getcwd(cwd, sizeof cwd) ? cwd : "/", "env", variables);
	for (const char *name = passed_on; *name; name += strlen(name) + 1)
		if (getenv(name))
			pack(&body, "st", name, getenv(name));
	pack(&body, "smsbsbsu", "terminal", 3, "out", isatty(1), "err", isatty(2), "columns", window.ws_col);
	return put_frame(b, &body);
}

/* Reads values up to `end`; after the first bad one all are bad. */
struct cursor {
	const uint8_t *at, *end;
	bool bad;
};

/* The types 0xc0-0xdf, and the size of the number behind them (signed: negative). A launcher gets no arrays and no
   extensions: they are BAD, as is all that is not named here. */
static const struct {
	enum kind kind;
	int size;
} types[32] = {
	[0x00] = {OTHER, 0},    [0x02] = {OTHER, 0},    [0x03] = {OTHER, 0},    [0x04] = {BYTES, 1},
	[0x05] = {BYTES, 2},    [0x06] = {BYTES, 4},    [0x0a] = {OTHER, 4},    [0x0b] = {OTHER, 8},
	[0x0c] = {INTEGER, 1},  [0x0d] = {INTEGER, 2},  [0x0e] = {INTEGER, 4},  [0x0f] = {INTEGER, 8},
	[0x10] = {INTEGER, -1}, [0x11] = {INTEGER, -2}, [0x12] = {INTEGER, -4}, [0x13] = {INTEGER, -8},
	[0x19] = {BYTES, 1},    [0x1a] = {BYTES, 2},    [0x1b] = {BYTES, 4},    [0x1e] = {MAP, 2},
	[0x1f] = {MAP, 4},
};

static const uint8_t *take(struct cursor *c, uint64_t length) {
	c->bad |= length > (uint64_t)(c->end - c->at);
	return c->bad ? NULL : (c->at += length) - length;
}

static int64_t take_number(struct cursor *c, int size) {
	const uint8_t *at = take(c, (uint64_t)abs(size));
	uint64_t number = at && size < 0 && (at[0] & 0x80) ? UINT64_MAX : 0;
	for (int i = 0; at && i < abs(size); i++)
		number = number << 8 | at[i];
	return (int64_t)number;
}

/* The next value; of a map only its size. */
static struct value next(struct cursor *c) {
	const uint8_t *first = take(c, 1);
	uint8_t type = first ? *first : 0xc1;
	struct value v = {INTEGER, (int8_t)type, NULL};
	if (type >= 0xc0 && type < 0xe0)
		v = (struct value){types[type - 0xc0].kind, take_number(c, types[type - 0xc0].size), NULL};
	else if (type >= 0x80 && type < 0xc0)
		v = (struct value){type < 0x90 ? MAP : type < 0xa0 ? BAD : BYTES, type & (type < 0xa0 ? 0x0f : 0x1f), NULL};
	if (v.kind == BYTES)
		v.bytes = take(c, (uint64_t)v.number);
	c->bad |= v.kind == BAD;
	return v;
}

bool decode_frame(const struct buffer *b, struct value fields[FIELDS]) {
	static const char *const names[FIELDS] = {"id", "fd", "data", "result", "error", "text"};
	struct cursor c = {b->bytes, b->bytes + b->length, false};
	struct value map = next(&c);
	memset(fields, 0, FIELDS * sizeof *fields);
	for (int64_t left = map.kind == MAP ? map.number : 0; left > 0 && !c.bad; left--) {
		struct value name = next(&c), v = next(&c);
		for (size_t i = 0; i < FIELDS; i++)
			if (name.bytes && (size_t)name.number == strlen(names[i]) &&
			    !memcmp(name.bytes, names[i], strlen(names[i])))
				fields[i] = v;
		left += v.kind == MAP ? v.number : 0;
	}
	return !c.bad && fields[ID].kind == INTEGER;
}
