/* From a SPAWN frame, which has been checked, to what the child needs: a copy of it, and pointers into that, by one table. */
#define _GNU_SOURCE
#include "spawn/spec.h"

#include <string.h>
#include <sys/mman.h>

/* A LIST collects all fields with its tag. */
static const struct row {
	enum field_tag tag;
	enum { LIST, TEXT_ONCE, NUMBER_ONCE, BYTES_ONCE } kind;
	size_t offset;
} rows[] = {
	{TAG_ARGUMENT, LIST, offsetof(struct spawn_spec, arguments)},
	{TAG_ENVIRONMENT, LIST, offsetof(struct spawn_spec, environment)},
	{TAG_LIMIT, LIST, offsetof(struct spawn_spec, limits)},
	{TAG_CGROUP_FILE, LIST, offsetof(struct spawn_spec, cgroups)},
	{TAG_JOB_CGROUP_FILE, TEXT_ONCE, offsetof(struct spawn_spec, job_cgroup)},
	{TAG_SCRIPT, BYTES_ONCE, offsetof(struct spawn_spec, script)},
	{TAG_CONSOLE, NUMBER_ONCE, offsetof(struct spawn_spec, console)},
	{TAG_LOG_PATH, TEXT_ONCE, offsetof(struct spawn_spec, log_path)},
	{TAG_OUTPUT_LABEL, TEXT_ONCE, offsetof(struct spawn_spec, output_label)},
	{TAG_TRACE_FORKS, NUMBER_ONCE, offsetof(struct spawn_spec, trace_forks)},
	{TAG_DEBUG_STOP, NUMBER_ONCE, offsetof(struct spawn_spec, debug_stop)},
	{TAG_KEEP, NUMBER_ONCE, offsetof(struct spawn_spec, keep)},
	{TAG_UMASK, NUMBER_ONCE, offsetof(struct spawn_spec, umask)},
	{TAG_NICE, NUMBER_ONCE, offsetof(struct spawn_spec, nice)},
	{TAG_OOM_SCORE, NUMBER_ONCE, offsetof(struct spawn_spec, oom_score)},
	{TAG_CHROOT, TEXT_ONCE, offsetof(struct spawn_spec, chroot)},
	{TAG_CHDIR, TEXT_ONCE, offsetof(struct spawn_spec, chdir)},
	{TAG_APPARMOR, TEXT_ONCE, offsetof(struct spawn_spec, apparmor)},
	{TAG_UID, NUMBER_ONCE, offsetof(struct spawn_spec, uid)},
	{TAG_GID, NUMBER_ONCE, offsetof(struct spawn_spec, gid)},
	{TAG_GROUPS, BYTES_ONCE, offsetof(struct spawn_spec, groups)},
	{TAG_NOTICE, TEXT_ONCE, offsetof(struct spawn_spec, notice)},
	{TAG_STEP, NUMBER_ONCE, offsetof(struct spawn_spec, refused_step)},
	{TAG_ERRNO, NUMBER_ONCE, offsetof(struct spawn_spec, refused_errno)},
	{TAG_DETAIL, TEXT_ONCE, offsetof(struct spawn_spec, refused_detail)},
	{TAG_IMPOSSIBLE, NUMBER_ONCE, offsetof(struct spawn_spec, impossible)},
};
#define ROWS (sizeof rows / sizeof *rows)

/* Stores a field. `lists`: where the next one goes of each list. */
static void store(struct spawn_spec *spec, const struct field *field, char **lists[ROWS]) {
	for (size_t i = 0; i < ROWS; i++) {
		void *member = (char *)spec + rows[i].offset;
		if (rows[i].tag != field->tag)
			continue;
		if (rows[i].kind == LIST)
			*lists[i]++ = (char *)field->data;
		else if (rows[i].kind == TEXT_ONCE)
			*(const char **)member = (const char *)field->data;
		else if (rows[i].kind == NUMBER_ONCE)
			*(int *)member = (int)field_number(field);
		else
			*(struct bytes *)member = (struct bytes){field->data, field->length};
	}
}

struct spawn_spec *spec_read(const struct frame *frame) {
	size_t counts[ROWS] = {0}, pointers = 0, length = frame->length;
	struct fields fields = fields_of(frame);
	struct field field;
	while (fields_next(&fields, &field))
		for (size_t i = 0; i < ROWS; i++)
			counts[i] += rows[i].tag == field.tag && rows[i].kind == LIST;
	for (size_t i = 0; i < ROWS; i++)
		pointers += counts[i] + 1;

	size_t size = sizeof(struct spawn_spec) + pointers * sizeof(char *) + length + 1;
	struct spawn_spec *spec = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (spec == MAP_FAILED)
		return NULL;
	*spec = (struct spawn_spec){.size = size, .id = frame->id, .umask = NOT_SET, .nice = NOT_SET};
	spec->oom_score = NOT_SET;
	spec->uid = spec->gid = NO_ID;
	char **lists[ROWS], **next = (char **)(spec + 1);
	for (size_t i = 0; i < ROWS; next += counts[i++] + 1) {
		lists[i] = next;
		if (rows[i].kind == LIST)
			*(char ***)((char *)spec + rows[i].offset) = next;
	}
	struct frame copy = {.length = frame->length, .body = memcpy(next, frame->body, length)};
	char *end = NULL;
	fields = fields_of(&copy);
	while (fields_next(&fields, &field)) {
		/* The field before this one ends where this one, whose head has been read, began. */
		if (end)
			*end = '\0';
		end = (char *)field.data + field.length;
		store(spec, &field, lists);
	}
	return spec;
}

void spec_free(struct spawn_spec *spec) {
	munmap(spec, spec->size);
}
