/* Takes apart what the daemon answers. It comes from a socket, so nothing of it is believed before it has been checked. */
#include <stdlib.h>
#include <string.h>

#include "parts.h"

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
