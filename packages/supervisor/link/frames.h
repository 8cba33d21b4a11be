/* The frames between supervisor and daemon (PROTOCOL.md). Their numbers are in frame_table.h, which the build makes. */
#ifndef FRAMES_H
#define FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame_table.h"

/* What the supervisor itself sends is much smaller than FRAME_BODY_MAX: at most one path. */
#define FRAME_OUT_MAX 8192
#define FRAME_TEXT_MAX 7168

/* A frame that has arrived. `body` is `length` bytes of fields. */
struct frame {
	uint32_t length;
	uint16_t type;
	/* Its id is that of a command. */
	bool is_command;
	uint64_t id;
	const uint8_t *body;
};

struct field {
	uint16_t tag;
	uint32_t length;
	const uint8_t *data;
};

/* Where `fields_next` is in a body. */
struct fields {
	const uint8_t *at;
	const uint8_t *end;
};

/*
 * Takes one frame off the beginning of `bytes`: its size; 0 when it is not complete yet; -1 when it can never be right
 * or is not one that a daemon may send, with the reason in `*why`.
 */
long frame_take(const uint8_t *bytes, size_t length, struct frame *frame, const char **why);
/* Whether these bytes could be the body of such a frame. */
bool frame_fits(enum frame_type type, const uint8_t *body, size_t length);

/* The fields of a frame that `frame_take` has accepted, one after another. */
struct fields fields_of(const struct frame *frame);
bool fields_next(struct fields *fields, struct field *field);
int64_t field_number(const struct field *field);
/* The field with this tag. False: it has none. */
bool frame_field(const struct frame *frame, enum field_tag tag, struct field *field);
/* The number in the field with this tag; 0 when it has none. */
int64_t frame_get(const struct frame *frame, enum field_tag tag);

/* A field to be written: a number, or a text. The list of them ends with tag 0. */
struct field_value {
	enum field_tag tag;
	int64_t number;
	const char *text;
};
#define NUMBER(tag, value) ((struct field_value){TAG_##tag, (int64_t)(value), NULL})
#define TEXT(tag, value) ((struct field_value){TAG_##tag, 0, value})

/* Writes a frame of at most FRAME_OUT_MAX bytes: its size. A text of more than FRAME_TEXT_MAX bytes is cut. */
size_t frame_write(uint8_t *bytes, enum frame_type type, uint64_t id, const struct field_value *values);

#endif
