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
	return (struct fields){frame->body, frame->body + frame->length};
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
	if (rule->length && field->length != rule->length)
		return rule->kind == KIND_NUMBER ? "a number that is not 8 bytes long"
		                                 : "a resource limit that is not three numbers";
	if (rule->kind == KIND_NUMBER && (field_number(field) < rule->least || field_number(field) > rule->most))
		return "a number out of range";
	return rule->kind == KIND_TEXT && memchr(field->data, 0, field->length) ? "text with a NUL in it" : NULL;
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

bool frame_fits(enum frame_type type, const uint8_t *body, size_t length) {
	struct frame frame = {.length = (uint32_t)length, .body = body};
	return length <= FRAME_BODY_MAX && check_body(&frame, &frame_rules[type]) == NULL;
}

long frame_take(const uint8_t *bytes, size_t length, struct frame *frame, const char **why) {
	if (length < FRAME_HEADER)
		return 0;
	frame->length = (uint32_t)read_little(bytes, 4);
	frame->type = (uint16_t)read_little(bytes + 4, 2);
	frame->id = read_little(bytes + 8, 8);
	frame->body = bytes + FRAME_HEADER;
	bool is_known = frame->type < sizeof frame_rules / sizeof *frame_rules && frame_rules[frame->type].exists;
	*why = read_little(bytes + 6, 2) != FRAME_VERSION ? "a version that is not known"
	       : frame->length > FRAME_BODY_MAX           ? "too large a body"
	       : frame->id > FRAME_ID_MAX                 ? "too large an id"
	       : !is_known                                ? "a type that is not known"
	                                                  : NULL;
	if (*why)
		return -1;
	if (length - FRAME_HEADER < frame->length)
		return 0;
	frame->is_command = frame_rules[frame->type].is_command;
	*why = check_body(frame, &frame_rules[frame->type]);
	return *why ? -1 : (long)(FRAME_HEADER + frame->length);
}

size_t frame_write(uint8_t *bytes, enum frame_type type, uint64_t id, const struct field_value *values) {
	uint8_t *at = bytes + FRAME_HEADER;
	for (; values->tag; values++) {
		size_t length = values->text ? strnlen(values->text, FRAME_TEXT_MAX) : 8;
		write_little(at, values->tag, 4);
		write_little(at + 4, length, 4);
		at += FIELD_HEADER;
		if (values->text)
			memcpy(at, values->text, length);
		else
			write_little(at, (uint64_t)values->number, 8);
		at += length;
	}
	write_little(bytes, (uint64_t)(at - bytes) - FRAME_HEADER, 4);
	write_little(bytes + 4, type, 2);
	write_little(bytes + 6, FRAME_VERSION, 2);
	write_little(bytes + 8, id, 8);
	return (size_t)(at - bytes);
}
