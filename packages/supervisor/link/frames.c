/* Reading and writing frames. Nothing that comes from the other side is used before `frame_take` has checked it. */
#include "link/frames.h"

#include <string.h>

#include "frame_rules.h"

static uint64_t read_little(const uint8_t *at, int bytes) {
	uint64_t value = 0;
	for (int i = bytes; i-- > 0;)
		value = value << 8 | at[i];
	return value;
}

static void write_little(uint8_t *at, uint64_t value, int bytes) {
	for (int i = 0; i < bytes; i++, value >>= 8)
		at[i] = (uint8_t)value;
}

struct fields fields_of(const struct frame *frame) {
	return (struct fields){frame->body, frame->body + frame->header.length};
}

bool fields_next(struct fields *fields, struct field *field) {
	size_t left = (size_t)(fields->end - fields->at);
	if (left < FIELD_HEADER)
		return false;
	field->tag = (uint16_t)read_little(fields->at, 2);
	field->length = (uint32_t)read_little(fields->at + 4, 4);
	field->data = fields->at + FIELD_HEADER;
	if (read_little(fields->at + 2, 2) != 0 || field->length > left - FIELD_HEADER)
		return false;
	fields->at = field->data + field->length;
	return true;
}

int64_t field_number(const struct field *field) {
	return (int64_t)read_little(field->data, 8);
}

bool frame_field(const struct frame *frame, enum field_tag tag, struct field *field) {
	struct fields fields = fields_of(frame);
	while (fields_next(&fields, field))
		if (field->tag == tag)
			return true;
	return false;
}

int64_t frame_get(const struct frame *frame, enum field_tag tag) {
	struct field field;
	return frame_field(frame, tag, &field) ? field_number(&field) : 0;
}

static const char *check_field(const struct field *field, const struct field_rule *rule) {
	switch (rule->kind) {
	case KIND_NUMBER:
		if (field->length != 8)
			return "a number that is not 8 bytes long";
		if (field_number(field) < rule->least || field_number(field) > rule->most)
			return "a number out of range";
		return NULL;
	case KIND_TEXT:
		return memchr(field->data, 0, field->length) ? "text with a NUL in it" : NULL;
	case KIND_LIMIT:
		return field->length != 3 * 8 ? "a resource limit that is not three numbers" : NULL;
	case KIND_BYTES:
		return NULL;
	}
	return "a field of no kind";
}

static const char *check_body(const struct frame *frame, const struct frame_rule *rule) {
	uint64_t allowed = rule->required | rule->optional | rule->repeated, seen = 0;
	struct fields fields = fields_of(frame);
	struct field field;
	while (fields_next(&fields, &field)) {
		uint64_t bit = field.tag < FIELD_TAGS ? TAG_BIT(field.tag) : 0;
		if (!(bit & allowed))
			return "a field that does not belong in it";
		if (bit & seen & ~rule->repeated)
			return "a field twice";
		seen |= bit;
		const char *wrong = check_field(&field, &field_rules[field.tag]);
		if (wrong)
			return wrong;
	}
	if (fields.at != fields.end)
		return "a field that is longer than the frame";
	return rule->required & ~seen ? "a required field missing" : NULL;
}

static const char *check_header(const struct frame_header *header) {
	if (header->version != FRAME_VERSION)
		return "a version that is not known";
	if (header->length > FRAME_BODY_MAX)
		return "too large a body";
	if (header->id > FRAME_ID_MAX)
		return "too large an id";
	return NULL;
}

static const struct frame_rule *rule_for(unsigned type) {
	return type < sizeof frame_rules / sizeof *frame_rules && frame_rules[type].exists ? &frame_rules[type] : NULL;
}

bool frame_fits(enum frame_type type, const uint8_t *body, size_t length) {
	struct frame frame = {.header.length = (uint32_t)length, .body = body};
	return length <= FRAME_BODY_MAX && check_body(&frame, rule_for(type)) == NULL;
}

long frame_take(const uint8_t *bytes, size_t length, struct frame *frame, const char **why) {
	if (length < FRAME_HEADER)
		return 0;
	struct frame_header *header = &frame->header;
	header->length = (uint32_t)read_little(bytes, 4);
	header->type = (uint16_t)read_little(bytes + 4, 2);
	header->version = (uint16_t)read_little(bytes + 6, 2);
	header->id = read_little(bytes + 8, 8);
	frame->body = bytes + FRAME_HEADER;
	*why = check_header(header);
	if (*why)
		return -1;
	const struct frame_rule *rule = rule_for(header->type);
	if (!rule) {
		*why = "a type that is not known";
		return -1;
	}
	if (length - FRAME_HEADER < header->length)
		return 0;
	*why = check_body(frame, rule);
	return *why ? -1 : (long)(FRAME_HEADER + header->length);
}

static size_t write_field(uint8_t *bytes, const struct field_value *value) {
	size_t length = value->text ? strnlen(value->text, FRAME_TEXT_MAX) : 8;
	write_little(bytes, value->tag, 4);
	write_little(bytes + 4, length, 4);
	if (value->text)
		memcpy(bytes + FIELD_HEADER, value->text, length);
	else
		write_little(bytes + FIELD_HEADER, (uint64_t)value->number, 8);
	return FIELD_HEADER + length;
}

size_t frame_write(uint8_t *bytes, enum frame_type type, uint64_t id, const struct field_value *values) {
	size_t length = FRAME_HEADER;
	for (; values->tag; values++)
		length += write_field(bytes + length, values);
	write_little(bytes, length - FRAME_HEADER, 4);
	write_little(bytes + 4, type, 2);
	write_little(bytes + 6, FRAME_VERSION, 2);
	write_little(bytes + 8, id, 8);
	return length;
}
