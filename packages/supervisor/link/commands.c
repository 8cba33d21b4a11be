#include "link/commands.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "process/again.h"
#include "spawn/cgroup.h"
#include "daemon/daemon.h"
#include "log/logs.h"
#include "link/note.h"
#include "process/process.h"
#include "link/reports.h"
#include "spawn/spawn.h"

static uint64_t last;

uint64_t command_last(void) {
	return last;
}

void commands_hand_over(FILE *out) {
	state_number(out, "command-last", (int64_t)last);
}

void commands_take_over(const struct state_entry *entry) {
	if (entry_is(entry, "command-last"))
		last = (uint64_t)entry->number;
}

static void signal_process(const struct frame *frame) {
	int64_t id = 0, signal = 0, group = 0;
	struct fields fields = fields_of(frame);
	struct field field;
	while (fields_next(&fields, &field)) {
		if (field.tag == TAG_PROCESS)
			id = field_number(&field);
		else if (field.tag == TAG_SIGNAL)
			signal = field_number(&field);
		else if (field.tag == TAG_WHOLE_GROUP)
			group = field_number(&field);
	}
	struct process *process = process_by_id((uint64_t)id);
	int error = process ? process_signal(process, (int)signal, group != 0) : ESRCH;
	struct frame_out out;
	report_begin(&out, REPORT_SIGNALLED, (uint64_t)id);
	frame_number(&out, TAG_COMMAND, (int64_t)frame->header.id);
	frame_number(&out, TAG_SIGNAL, signal);
	frame_number(&out, TAG_ERRNO, error);
	reports_add(&out);
}

static void order_again(const struct frame *frame) {
	struct fields fields = fields_of(frame);
	struct field field;
	fields_next(&fields, &field);
	struct process *process = process_by_id((uint64_t)field_number(&field));
	if (process)
		again_order(process, frame->header.type == FRAME_AGAIN ? frame->header.id : 0);
}

static void kill_cgroup(const struct frame *frame) {
	char name[PATH_MAX];
	struct fields fields = fields_of(frame);
	struct field field;
	fields_next(&fields, &field);
	snprintf(name, sizeof name, "%.*s", (int)field.length, (const char *)field.data);
	int count = cgroup_kill(name);
	if (count == 0)
		return;
	struct frame_out out;
	report_begin(&out, REPORT_SURVIVORS, 0);
	frame_text(&out, TAG_PATH, name);
	frame_number(&out, TAG_COUNT, count);
	reports_add(&out);
}

static void end(const struct frame *frame) {
	struct fields fields = fields_of(frame);
	struct field field;
	fields_next(&fields, &field);
	daemon_ends((int)field_number(&field));
}

static void say_line(const struct frame *frame) {
	struct fields fields = fields_of(frame);
	struct field field;
	fields_next(&fields, &field);
	logs_say(STDOUT_FILENO, (const char *)field.data, field.length);
}

static const char *keep_note(const struct frame *frame) {
	struct fields fields = fields_of(frame);
	struct field field;
	fields_next(&fields, &field);
	return note_keep((const char *)field.data, field.length) ? NULL : "a note that is too long";
}

static const char *carry_out_command(const struct frame *frame) {
	if (frame->header.id == 0)
		return "no id for a command";
	/* A new daemon repeats what the one before it may not have got through. */
	if (frame->header.id <= last)
		return NULL;
	if (!reports_can_answer())
		return "a command though reports are not acknowledged";
	last = frame->header.id;
	switch (frame->header.type) {
	case FRAME_SPAWN:
		spawn(frame);
		break;
	case FRAME_SIGNAL:
		signal_process(frame);
		break;
	case FRAME_FLUSH_LOGS:
		logs_flush();
		break;
	case FRAME_KILL_CGROUP:
		kill_cgroup(frame);
		break;
	case FRAME_AGAIN:
	case FRAME_NOT_AGAIN:
		order_again(frame);
		break;
	case FRAME_END:
		end(frame);
		break;
	case FRAME_REPLACE:
		daemon_replaces();
		break;
	}
	return NULL;
}

const char *command_carry_out(const struct frame *frame) {
	switch (frame->header.type) {
	case FRAME_READY:
		daemon_ready();
		return NULL;
	case FRAME_BEGUN:
		daemon_begun();
		return NULL;
	case FRAME_REPLACE:
		/* An older daemon gives it no id. */
		if (frame->header.id)
			return carry_out_command(frame);
		daemon_replaces();
		return NULL;
	case FRAME_LOG_ROTATION:
		logs_rotate(frame);
		return NULL;
	case FRAME_LOG_FOLDER:
		logs_keep_folder(frame);
		return NULL;
	case FRAME_SAY:
		say_line(frame);
		return NULL;
	case FRAME_NOTE:
		return keep_note(frame);
	case FRAME_ACK:
		if (!reports_acknowledge(frame->header.id))
			return "an acknowledgement of what was never reported";
		process_report_stops();
		return NULL;
	default:
		return carry_out_command(frame);
	}
}
