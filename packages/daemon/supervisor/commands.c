#include "commands.h"

#include <errno.h>

#include "daemon.h"
#include "log.h"
#include "process.h"
#include "reports.h"
#include "spawn.h"

static uint64_t last;

uint64_t command_last(void) {
	return last;
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

static void end(const struct frame *frame) {
	struct fields fields = fields_of(frame);
	struct field field;
	fields_next(&fields, &field);
	daemon_ends((int)field_number(&field));
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
	case FRAME_END:
		end(frame);
		break;
	}
	return NULL;
}

const char *command_carry_out(const struct frame *frame) {
	switch (frame->header.type) {
	case FRAME_READY:
		daemon_ready();
		return NULL;
	case FRAME_ACK:
		if (!reports_acknowledge(frame->header.id))
			return "an acknowledgement of what was never reported";
		process_report_stops();
		return NULL;
	default:
		return carry_out_command(frame);
	}
}
