/* Reading and writing frames. Nothing that comes from the other side is used before `frame_take` has checked it. */
#include "link/frames.h"

#include "frame_rules.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "frames are little-endian");
_Static_assert(offsetof(struct frame, body) == FRAME_HEADER && offsetof(struct field, data) == FIELD_HEADER,
               "the structures begin as the headers are");

bool field_next(const struct frame *frame, struct field *field) {
	const uint8_t *at = field->data ? field->data + field->length : frame->body;
	size_t left = (size_t)(frame->body + frame->length - at);
	struct field next = {.data = at + FIELD_HEADER};
	if (left < FIELD_HEADER)
		return false;
	memcpy(&next, at, FIELD_HEADER);
	if (next.zero != 0 || next.length > left - FIELD_HEADER)
		return false;
	*field = next;
	return true;
}

int64_t field_number(const struct field *field) {
	int64_t number;
	memcpy(&number, field->data, sizeof number);
	return number;
}

struct field frame_field(const struct frame *frame, enum field_tag tag) {
	struct field field = {0};
	while (field_next(frame, &field))
		if (field.tag == tag)
			return field;
	return (struct field){0};
}

int64_t frame_get(const struct frame *frame, enum field_tag tag) {
	struct field field = frame_field(frame, tag);
	return field.data ? field_number(&field) : 0;
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
	struct field field = {0};
	while (field_next(frame, &field)) {
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
	if ((field.data ? field.data + field.length : frame->body) != frame->body + frame->length)
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
	memcpy(frame, bytes, FRAME_HEADER);
	frame->body = bytes + FRAME_HEADER;
	bool is_known = frame->type < sizeof frame_rules / sizeof *frame_rules && frame_rules[frame->type].exists;
	*why = frame->version != FRAME_VERSION  ? "a version that is not known"
	       : frame->length > FRAME_BODY_MAX ? "too large a body"
	       : frame->id > FRAME_ID_MAX       ? "too large an id"
	       : !is_known                      ? "a type that is not known"
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
		const void *data = values->text ? (const void *)values->text : &values->number;
		size_t length = values->text ? strnlen(values->text, FRAME_TEXT_MAX) : sizeof values->number;
		struct field field = {.tag = (uint16_t)values->tag, .length = (uint32_t)length};
		memcpy(at, &field, FIELD_HEADER);
		memcpy(at + FIELD_HEADER, data, length);
		at += FIELD_HEADER + length;
	}
	struct frame frame = {(uint32_t)(at - bytes) - FRAME_HEADER, (uint16_t)type, FRAME_VERSION, id, NULL, false};
	memcpy(bytes, &frame, FRAME_HEADER);
	return (size_t)(at - bytes);
}
