#include "link/greeting.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link/commands.h"
#include "link/frames.h"
#include "process/process.h"

/* Larger than a HELLO, a PROCESS or a TABLE_END. */
#define ENTRY_MAX 96

static int subreaper_error;

void greeting_subreaper_failed(int error) {
	subreaper_error = error;
}

static void add(struct greeting *greeting, const struct frame_out *out) {
	memcpy(greeting->bytes + greeting->length, out->bytes, out->length);
	greeting->length += out->length;
}

static void add_process(struct process *process, void *data) {
	struct frame_out out;
	frame_begin(&out, FRAME_PROCESS, 0);
	frame_number(&out, TAG_PROCESS, (int64_t)process->id);
	frame_number(&out, TAG_PID, process->pid);
	add(data, &out);
}

bool greeting_make(struct greeting *greeting) {
	struct frame_out out;
	*greeting = (struct greeting){.bytes = malloc((process_count() + 2) * ENTRY_MAX)};
	if (!greeting->bytes)
		return false;
	frame_begin(&out, FRAME_HELLO, 0);
	frame_number(&out, TAG_PID, getpid());
	frame_number(&out, TAG_LAST_COMMAND, (int64_t)command_last());
	if (subreaper_error)
		frame_number(&out, TAG_SUBREAPER_ERRNO, subreaper_error);
	add(greeting, &out);
	process_each(add_process, greeting);
	frame_begin(&out, FRAME_TABLE_END, 0);
	add(greeting, &out);
	return true;
}

void greeting_drop(struct greeting *greeting) {
	free(greeting->bytes);
	*greeting = (struct greeting){0};
}
