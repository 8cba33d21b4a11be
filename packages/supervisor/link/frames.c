/* Reading and writing frames. Nothing that comes from the other side is used before `frame_take` has checked it. */
#include "link/frames.h"

#include <string.h>

#include "log/rotation.h"

enum field_kind { NUMBER, TEXT, BYTES, LIMIT, FOUR_TEXTS };

struct field_rule {
	uint16_t tag;
	enum field_kind kind;
	bool required;
	bool repeatable;
	/* of a number */
	int64_t least, most;
};

struct frame_rule {
	uint16_t type;
	const struct field_rule *fields;
	size_t count;
};

static const struct field_rule spawn_fields[] = {
	{TAG_ARGUMENT, TEXT, false, true, 0, 0},
	{TAG_ENVIRONMENT, TEXT, false, true, 0, 0},
	{TAG_SCRIPT, BYTES, false, false, 0, 0},
	{TAG_CONSOLE, NUMBER, true, false, 0, 3},
	{TAG_LOG_PATH, TEXT, false, false, 0, 0},
	{TAG_TRACE_FORKS, NUMBER, true, false, 0, 2},
	{TAG_UMASK, NUMBER, false, false, 0, 0777},
	{TAG_NICE, NUMBER, false, false, -20, 19},
	{TAG_OOM_SCORE, NUMBER, false, false, -1000, 1000},
	{TAG_LIMIT, LIMIT, false, true, 0, 0},
	{TAG_CHROOT, TEXT, false, false, 0, 0},
	{TAG_CHDIR, TEXT, false, false, 0, 0},
	{TAG_USER, TEXT, false, false, 0, 0},
	{TAG_GROUP, TEXT, false, false, 0, 0},
	{TAG_APPARMOR, TEXT, false, false, 0, 0},
	{TAG_DEBUG_STOP, NUMBER, true, false, 0, 1},
	{TAG_CGROUP, FOUR_TEXTS, false, true, 0, 0},
	{TAG_JOB_CGROUP, TEXT, false, false, 0, 0},
	{TAG_OUTPUT_LABEL, TEXT, false, false, 0, 0},
	{TAG_KEEP, NUMBER, false, false, 0, 1},
	{TAG_IMPOSSIBLE, NUMBER, false, false, 1, 4095},
};

static const struct field_rule signal_fields[] = {
	{TAG_PROCESS, NUMBER, true, false, 1, FRAME_ID_MAX},
	{TAG_SIGNAL, NUMBER, true, false, 0, INT32_MAX},
	{TAG_WHOLE_GROUP, NUMBER, true, false, 0, 1},
};

static const struct field_rule again_fields[] = {
	{TAG_PROCESS, NUMBER, true, false, 1, FRAME_ID_MAX},
};

static const struct field_rule end_fields[] = {
	{TAG_STATUS, NUMBER, true, false, 0, 255},
};

static const struct field_rule kill_cgroup_fields[] = {
	{TAG_JOB_CGROUP, TEXT, true, false, 0, 0},
};

static const struct field_rule say_fields[] = {
	{TAG_DETAIL, TEXT, true, false, 0, 0},
};

static const struct field_rule note_fields[] = {
	{TAG_DETAIL, TEXT, true, false, 0, 0},
};

static const struct field_rule rotation_fields[] = {
	{TAG_ROTATE_SIZE, NUMBER, true, false, 0, INT64_MAX / 4},
	{TAG_ROTATE_AGE, NUMBER, true, false, 0, INT64_MAX / 4},
	{TAG_ROTATE_KEEP, NUMBER, true, false, 1, ROTATION_KEEP_MAX},
};

static const struct field_rule log_folder_fields[] = {
	{TAG_PATH, TEXT, true, false, 0, 0},
	{TAG_MODE, NUMBER, true, false, 0, 07777},
	{TAG_OWNER, NUMBER, true, false, 0, UINT32_MAX},
	{TAG_OWNER_GROUP, NUMBER, true, false, 0, UINT32_MAX},
	{TAG_PARENTS, NUMBER, true, false, 0, 1},
};

#define FIELDS(list) list, sizeof list / sizeof *list

static const struct frame_rule frame_rules[] = {
	{FRAME_READY, NULL, 0},
	{FRAME_SPAWN, FIELDS(spawn_fields)},
	{FRAME_SIGNAL, FIELDS(signal_fields)},
	{FRAME_FLUSH_LOGS, NULL, 0},
	{FRAME_ACK, NULL, 0},
	{FRAME_END, FIELDS(end_fields)},
	{FRAME_REPLACE, NULL, 0},
	{FRAME_LOG_ROTATION, FIELDS(rotation_fields)},
	{FRAME_KILL_CGROUP, FIELDS(kill_cgroup_fields)},
	{FRAME_SAY, FIELDS(say_fields)},
	{FRAME_AGAIN, FIELDS(again_fields)},
	{FRAME_NOT_AGAIN, FIELDS(again_fields)},
	{FRAME_NOTE, FIELDS(note_fields)},
	{FRAME_BEGUN, NULL, 0},
	{FRAME_LOG_FOLDER, FIELDS(log_folder_fields)},
};

#define MOST_FIELD_RULES (sizeof spawn_fields / sizeof *spawn_fields)

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

static int count_nuls(const struct field *field) {
	int count = 0;
	for (uint32_t i = 0; i < field->length; i++)
		count += field->data[i] == '\0';
	return count;
}

static const char *check_field(const struct field *field, const struct field_rule *rule) {
	switch (rule->kind) {
	case NUMBER:
		if (field->length != 8)
			return "a number that is not 8 bytes long";
		if (field_number(field) < rule->least || field_number(field) > rule->most)
			return "a number out of range";
		return NULL;
	case TEXT:
		return memchr(field->data, 0, field->length) ? "text with a NUL in it" : NULL;
	case LIMIT:
		return field->length != 3 * 8 ? "a resource limit that is not three numbers" : NULL;
	case FOUR_TEXTS:
		return count_nuls(field) != 3 ? "something else than four texts" : NULL;
	case BYTES:
		return NULL;
	}
	return "a field of no kind";
}

static const char *check_body(const struct frame *frame, const struct frame_rule *rule) {
	bool seen[MOST_FIELD_RULES] = {false};
	struct fields fields = fields_of(frame);
	struct field field;
	while (fields_next(&fields, &field)) {
		size_t i = 0;
		while (i < rule->count && rule->fields[i].tag != field.tag)
			i++;
		if (i == rule->count)
			return "a field that does not belong in it";
		if (seen[i] && !rule->fields[i].repeatable)
			return "a field twice";
		seen[i] = true;
		const char *wrong = check_field(&field, &rule->fields[i]);
		if (wrong)
			return wrong;
	}
	if (fields.at != fields.end)
		return "a field that is longer than the frame";
	for (size_t i = 0; i < rule->count; i++)
		if (rule->fields[i].required && !seen[i])
			return "a required field missing";
	return NULL;
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
	for (size_t i = 0; i < sizeof frame_rules / sizeof *frame_rules; i++)
		if (frame_rules[i].type == type)
			return &frame_rules[i];
	return NULL;
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

void frame_begin(struct frame_out *out, enum frame_type type, uint64_t id) {
	write_little(out->bytes, 0, 4);
	write_little(out->bytes + 4, (uint64_t)type, 2);
	write_little(out->bytes + 6, FRAME_VERSION, 2);
	write_little(out->bytes + 8, id, 8);
	out->length = FRAME_HEADER;
}

static uint8_t *add_field(struct frame_out *out, enum field_tag tag, size_t length) {
	uint8_t *at = out->bytes + out->length;
	write_little(at, (uint64_t)tag, 2);
	write_little(at + 2, 0, 2);
	write_little(at + 4, length, 4);
	out->length += FIELD_HEADER + length;
	write_little(out->bytes, out->length - FRAME_HEADER, 4);
	return at + FIELD_HEADER;
}

void frame_number(struct frame_out *out, enum field_tag tag, int64_t value) {
	write_little(add_field(out, tag, 8), (uint64_t)value, 8);
}

void frame_text(struct frame_out *out, enum field_tag tag, const char *text) {
	size_t room = FRAME_OUT_MAX - out->length - FIELD_HEADER - 256;
	size_t length = strnlen(text, room);
	memcpy(add_field(out, tag, length), text, length);
}
