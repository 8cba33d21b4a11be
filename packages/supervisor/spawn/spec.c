/* From a SPAWN frame to what the child needs. The frame has been checked before; each field is stored by a table. */
#include "spawn/spec.h"

#include <stdlib.h>
#include <string.h>

enum kind { TEXT, NUMBER };

/* The fields that a frame has once at most. */
static const struct {
	enum field_tag tag;
	enum kind kind;
	size_t offset;
} members[] = {
	{TAG_CONSOLE, NUMBER, offsetof(struct spawn_spec, console)},
	{TAG_LOG_PATH, TEXT, offsetof(struct spawn_spec, log_path)},
	{TAG_OUTPUT_LABEL, TEXT, offsetof(struct spawn_spec, output_label)},
	{TAG_TRACE_FORKS, NUMBER, offsetof(struct spawn_spec, trace_forks)},
	{TAG_UMASK, NUMBER, offsetof(struct spawn_spec, umask)},
	{TAG_NICE, NUMBER, offsetof(struct spawn_spec, nice)},
	{TAG_OOM_SCORE, NUMBER, offsetof(struct spawn_spec, oom_score)},
	{TAG_CHROOT, TEXT, offsetof(struct spawn_spec, chroot)},
	{TAG_CHDIR, TEXT, offsetof(struct spawn_spec, chdir)},
	{TAG_UID, NUMBER, offsetof(struct spawn_spec, uid)},
	{TAG_GID, NUMBER, offsetof(struct spawn_spec, gid)},
	{TAG_NOTICE, TEXT, offsetof(struct spawn_spec, notice)},
	{TAG_APPARMOR, TEXT, offsetof(struct spawn_spec, apparmor)},
	{TAG_JOB_CGROUP_FILE, TEXT, offsetof(struct spawn_spec, job_cgroup)},
	{TAG_STEP, NUMBER, offsetof(struct spawn_spec, refused_step)},
	{TAG_ERRNO, NUMBER, offsetof(struct spawn_spec, refused_errno)},
	{TAG_DETAIL, TEXT, offsetof(struct spawn_spec, refused_detail)},
	{TAG_DEBUG_STOP, NUMBER, offsetof(struct spawn_spec, debug_stop)},
	{TAG_KEEP, NUMBER, offsetof(struct spawn_spec, keep)},
	{TAG_IMPOSSIBLE, NUMBER, offsetof(struct spawn_spec, impossible)},
};

struct sizes {
	size_t arguments, environment, limits, cgroups, groups, bytes;
};

static struct sizes measure(const struct frame *frame) {
	struct sizes sizes = {0};
	struct fields fields = fields_of(frame);
	struct field field;
	while (fields_next(&fields, &field)) {
		sizes.arguments += field.tag == TAG_ARGUMENT;
		sizes.environment += field.tag == TAG_ENVIRONMENT;
		sizes.limits += field.tag == TAG_LIMIT;
		sizes.cgroups += field.tag == TAG_CGROUP_FILE;
		sizes.groups += field.tag == TAG_GROUPS ? field.length / sizeof(gid_t) : 0;
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

static void take_groups(const struct field *field, struct spawn_spec *spec) {
	spec->group_count = field->length / sizeof *spec->groups;
	memcpy(spec->groups, field->data, spec->group_count * sizeof *spec->groups);
}

static void take_member(struct spawn_spec *spec, const struct field *field, char **room) {
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		void *member = (char *)spec + members[i].offset;
		if (members[i].tag != field->tag)
			continue;
		if (members[i].kind == TEXT)
			*(const char **)member = take_text(field, room);
		else
			*(int *)member = (int)field_number(field);
	}
}

struct spawn_spec *spec_read(const struct frame *frame) {
	struct sizes sizes = measure(frame);
	size_t pointers = sizes.arguments + 1 + sizes.environment + 1;
	struct spawn_spec *spec =
		calloc(1, sizeof *spec + pointers * sizeof(char *) + sizes.limits * sizeof(struct limit_setting) +
	                  sizes.cgroups * sizeof(struct cgroup_entrance) + sizes.groups * sizeof(gid_t) + sizes.bytes);
	if (!spec)
		return NULL;
	spec->id = frame->header.id;
	spec->umask = spec->nice = spec->oom_score = NOT_SET;
	spec->uid = spec->gid = NO_ID;
	spec->arguments = (char **)(spec + 1);
	spec->environment = spec->arguments + sizes.arguments + 1;
	spec->cgroups = (struct cgroup_entrance *)(spec->arguments + pointers);
	spec->limits = (struct limit_setting *)(spec->cgroups + sizes.cgroups);
	spec->groups = (gid_t *)(spec->limits + sizes.limits);
	char *room = (char *)(spec->groups + sizes.groups);

	char **argument = spec->arguments, **variable = spec->environment;
	struct fields fields = fields_of(frame);
	struct field field;
	while (fields_next(&fields, &field)) {
		if (field.tag == TAG_ARGUMENT) {
			*argument++ = take_text(&field, &room);
		} else if (field.tag == TAG_ENVIRONMENT) {
			*variable++ = take_text(&field, &room);
		} else if (field.tag == TAG_LIMIT) {
			take_limit(&field, &spec->limits[spec->limit_count++]);
		} else if (field.tag == TAG_GROUPS) {
			take_groups(&field, spec);
		} else if (field.tag == TAG_CGROUP_FILE) {
			spec->cgroups[spec->cgroup_count++].file = take_text(&field, &room);
		} else if (field.tag == TAG_SCRIPT) {
			spec->script = field.data;
			spec->script_length = field.length;
		} else {
			take_member(spec, &field, &room);
		}
	}
	return spec;
}
