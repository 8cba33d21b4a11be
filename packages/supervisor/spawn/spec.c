/* From a SPAWN frame, which has been checked, to what a child needs: a copy of its fields, with texts that end with a NUL. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>

#include "spawn/child.h"

struct spec *spec_read(const struct frame *frame) {
	size_t count = 0, length = frame->length;
	struct field field = {0};
	while (field_next(frame, &field))
		count++;
	size_t lists = 2 * (count + 1) * sizeof(char *);
	size_t size = sizeof(struct spec) + count * sizeof(struct setting) + lists + length + 1;
	struct spec *spec = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (spec == MAP_FAILED)
		return NULL;
	spec->size = size;
	spec->settings = (struct setting *)(spec + 1);
	char **argument = spec->arguments = (char **)(spec->settings + count);
	char **variable = spec->environment = argument + count + 1;
	struct frame copy = {.length = frame->length, .body = memcpy(variable + count + 1, frame->body, length)};
	for (field = (struct field){0}; field_next(&copy, &field); spec->count++) {
		char *text = (char *)field.data;
		/* The head of this field has been read: its first byte ends the field before. */
		text[-FIELD_HEADER] = '\0';
		spec->settings[spec->count].field = field;
		if (field.tag == TAG_ARGUMENT)
			*argument++ = text;
		else if (field.tag == TAG_ENVIRONMENT)
			*variable++ = text;
	}
	spec->console = (enum console)spec_number(spec, TAG_CONSOLE, CONSOLE_NONE);
	return spec;
}

void spec_free(struct spec *spec) {
	munmap(spec, spec->size);
}

const struct field *spec_field(const struct spec *spec, enum field_tag tag) {
	for (size_t i = 0; i < spec->count; i++)
		if (spec->settings[i].field.tag == tag)
			return &spec->settings[i].field;
	return NULL;
}

const char *spec_text(const struct spec *spec, enum field_tag tag) {
	const struct field *field = spec_field(spec, tag);
	return field ? (const char *)field->data : NULL;
}

int64_t spec_number(const struct spec *spec, enum field_tag tag, int64_t otherwise) {
	const struct field *field = spec_field(spec, tag);
	return field ? field_number(field) : otherwise;
}
