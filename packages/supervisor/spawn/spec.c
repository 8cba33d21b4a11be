/* From a SPAWN frame to what the child needs. */
#include <stdlib.h>
#include <string.h>

#include "spawn/spawn.h"

struct sizes {
	size_t arguments, environment, limits, cgroups, bytes;
};

static struct sizes measure(const struct frame *frame) {
	struct sizes sizes = {0};
	struct fields fields = fields_of(frame);
	struct field field;
	while (fields_next(&fields, &field)) {
		sizes.arguments += field.tag == TAG_ARGUMENT;
		sizes.environment += field.tag == TAG_ENVIRONMENT;
		sizes.limits += field.tag == TAG_LIMIT;
		sizes.cgroups += field.tag == TAG_CGROUP;
		sizes.bytes += field.tag == TAG_SCRIPT ? 0 : field.length + 1;
	}
	return sizes;
}

static char *take_text(const struct field *field, char **room) {
	char *text = *room;
	memcpy(text, field->data, field->length);
	text[field->length] = '\0';
	*room += field->length + 1;
	return text;
}

static void take_limit(const struct field *field, struct limit_setting *limit) {
	struct field resource = {.data = field->data}, soft = {.data = field->data + 8}, hard = {.data = field->data + 16};
	limit->resource = (int)field_number(&resource);
	limit->limit.rlim_cur = (rlim_t)field_number(&soft);
	limit->limit.rlim_max = (rlim_t)field_number(&hard);
}

/* Four texts with a NUL between them. */
static void take_cgroup(const struct field *field, struct cgroup_setting *setting, char **room) {
	const char **parts[] = {&setting->controller, &setting->name, &setting->key, &setting->value};
	const char *at = take_text(field, room);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		*parts[i] = at;
		at += strlen(at) + 1;
	}
}

static void take_field(struct spawn_spec *spec, const struct field *field, char **room) {
	switch (field->tag) {
	case TAG_SCRIPT:
		spec->script = field->data;
		spec->script_length = field->length;
		break;
	case TAG_CONSOLE:
		spec->console = (enum console)field_number(field);
		break;
	case TAG_LOG_PATH:
		spec->log_path = take_text(field, room);
		break;
	case TAG_OUTPUT_LABEL:
		spec->output_label = take_text(field, room);
		break;
	case TAG_TRACE_FORKS:
		spec->trace_forks = (int)field_number(field);
		break;
	case TAG_UMASK:
		spec->has_umask = true;
		spec->umask = (int)field_number(field);
		break;
	case TAG_NICE:
		spec->has_nice = true;
		spec->nice = (int)field_number(field);
		break;
	case TAG_OOM_SCORE:
		spec->has_oom_score = true;
		spec->oom_score = (int)field_number(field);
		break;
	case TAG_CHROOT:
		spec->chroot = take_text(field, room);
		break;
	case TAG_CHDIR:
		spec->chdir = take_text(field, room);
		break;
	case TAG_USER:
		spec->user = take_text(field, room);
		break;
	case TAG_GROUP:
		spec->group = take_text(field, room);
		break;
	case TAG_APPARMOR:
		spec->apparmor = take_text(field, room);
		break;
	case TAG_JOB_CGROUP:
		spec->job_cgroup = take_text(field, room);
		break;
	case TAG_DEBUG_STOP:
		spec->debug_stop = field_number(field) != 0;
		break;
	case TAG_KEEP:
		spec->keep = field_number(field) != 0;
		break;
	case TAG_IMPOSSIBLE:
		spec->impossible = (int)field_number(field);
		break;
	}
}

struct spawn_spec *spec_read(const struct frame *frame) {
	struct sizes sizes = measure(frame);
	size_t pointers = sizes.arguments + 1 + sizes.environment + 1;
	struct spawn_spec *spec = calloc(1, sizeof *spec + pointers * sizeof(char *) +
	                                        sizes.limits * sizeof(struct limit_setting) +
	                                        sizes.cgroups * sizeof(struct cgroup_setting) + sizes.bytes);
	if (!spec)
		return NULL;
	spec->id = frame->header.id;
	spec->arguments = (char **)(spec + 1);
	spec->environment = spec->arguments + sizes.arguments + 1;
	spec->cgroups = (struct cgroup_setting *)(spec->arguments + pointers);
	spec->limits = (struct limit_setting *)(spec->cgroups + sizes.cgroups);
	char *room = (char *)(spec->limits + sizes.limits);

	char **argument = spec->arguments, **variable = spec->environment;
	struct fields fields = fields_of(frame);
	struct field field;
	while (fields_next(&fields, &field)) {
		if (field.tag == TAG_ARGUMENT)
			*argument++ = take_text(&field, &room);
		else if (field.tag == TAG_ENVIRONMENT)
			*variable++ = take_text(&field, &room);
		else if (field.tag == TAG_LIMIT)
			take_limit(&field, &spec->limits[spec->limit_count++]);
		else if (field.tag == TAG_CGROUP)
			take_cgroup(&field, &spec->cgroups[spec->cgroup_count++], &room);
		else
			take_field(spec, &field, &room);
	}
	return spec;
}
