/* Takes apart what the daemon answers. */
#include <stdlib.h>
#include <string.h>

#include "launcher.h"

/* Reads values up to `end`; after the first bad one all are bad. */
struct cursor {
    const uint8_t *at, *end;
    bool bad;
};

/* The types 0xc0-0xdf: what they are, and the size of the number behind them (signed: negative). A launcher gets no
   arrays and no extensions. */
static const enum kind kinds[32] = {OTHER, BAD, OTHER, OTHER, BYTES, BYTES, BYTES, BAD, BAD, BAD, OTHER, OTHER, INTEGER,
                                    INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, BAD, BAD, BAD, BAD,
                                    BAD, BYTES, BYTES, BYTES, BAD, BAD, MAP, MAP};
static const int sizes[32] = {0, 0, 0, 0, 1, 2, 4, 0, 0, 0, 4, 8, 1, 2, 4, 8, -1, -2, -4, -8, 0, 0, 0, 0, 0, 1, 2, 4, 0, 0, 2, 4};

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
        v = (struct value){kinds[type - 0xc0], take_number(c, sizes[type - 0xc0]), NULL};
    else if (type >= 0x80 && type < 0xc0)
        v = (struct value){type < 0x90 ? MAP : type < 0xa0 ? BAD : BYTES, type & (type < 0xa0 ? 0x0f : 0x1f), NULL};
    if (v.kind == BYTES)
        v.bytes = take(c, (uint64_t)v.number);
    c->bad |= v.kind == BAD;
    return v;
}

static bool is_name(struct value v, const char *name) {
    return v.bytes && (size_t)v.number == strlen(name) && !memcmp(v.bytes, name, strlen(name));
}

bool decode_frame(const struct buffer *b, struct value fields[FIELDS]) {
    static const char *const names[FIELDS] = {"id", "fd", "data", "result", "error", "text"};
    struct cursor c = {b->bytes, b->bytes + b->length, false};
    struct value map = next(&c);
    memset(fields, 0, FIELDS * sizeof *fields);
    for (int64_t left = map.kind == MAP ? map.number : 0; left > 0 && !c.bad; left--) {
        struct value name = next(&c), v = next(&c);
        for (size_t i = 0; i < FIELDS; i++)
            if (is_name(name, names[i]))
                fields[i] = v;
        left += v.kind == MAP ? v.number : 0;
    }
    return !c.bad && fields[ID].kind == INTEGER;
}
