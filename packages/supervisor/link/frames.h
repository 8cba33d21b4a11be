/* The frames between supervisor and daemon, as PROTOCOL.md describes them. */
#ifndef FRAMES_H
#define FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame_table.h"

/* What the supervisor itself sends is much smaller than FRAME_BODY_MAX: at most one path. */
#define FRAME_OUT_MAX 8192

struct frame_header {
	uint32_t length;
	uint16_t type;
	uint16_t version;
	uint64_t id;
};

/* A frame that has arrived. `body` is `header.length` bytes of fields. */
struct frame {
	struct frame_header header;
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

/* A frame being written. */
struct frame_out {
	size_t length;
	uint8_t bytes[FRAME_OUT_MAX];
};

void frame_begin(struct frame_out *out, enum frame_type type, uint64_t id);
void frame_number(struct frame_out *out, enum field_tag tag, int64_t value);
/* Text that does not fit is cut. */
void frame_text(struct frame_out *out, enum field_tag tag, const char *text);

#endif
