/*
 * Carries out the frames of the daemon, each command once, whichever daemon has sent it. What takes longer is left to
 * the module that it concerns.
 */
#include "link/commands.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "link/note.h"
#include "link/reports.h"
#include "log/logs.h"
#include "loop/say.h"
#include "process/ending.h"
#include "process/stops.h"
#include "process/process.h"
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

static struct process *process_of(const struct frame *frame) {
	return process_by_id((uint64_t)frame_get(frame, TAG_PROCESS));
}

static void signal_process(const struct frame *frame) {
	struct process *process = process_of(frame);
	int64_t signal = frame_get(frame, TAG_SIGNAL);
	int error = process ? process_signal(process, (int)signal, frame_get(frame, TAG_WHOLE_GROUP) != 0) : ESRCH;
	report_add(REPORT_SIGNALLED, NUMBER(PROCESS, frame_get(frame, TAG_PROCESS)), NUMBER(COMMAND, frame->header.id),
	           NUMBER(SIGNAL, signal), NUMBER(ERRNO, error));
}

static void stand_order(const struct frame *frame) {
	struct process *process = process_of(frame);
	if (process)
		order_set(process, frame->header.type == FRAME_AGAIN ? frame->header.id : 0);
}

static const char *carry_out_once(const struct frame *frame, daemon_listener *daemon) {
	if (frame->header.id == 0)
		return "no id for a command";
	/* A new daemon repeats what may not have arrived. */
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
	case FRAME_AGAIN:
	case FRAME_NOT_AGAIN:
		stand_order(frame);
		break;
	case FRAME_END:
		daemon(SAID_END, (int)frame_get(frame, TAG_STATUS));
		break;
	case FRAME_REPLACE:
		daemon(SAID_REPLACE, 0);
		break;
	}
	return NULL;
}

const char *command_carry_out(const struct frame *frame, daemon_listener *daemon) {
	struct field text;
	switch (frame->header.type) {
	case FRAME_BEGUN:
		daemon(SAID_BEGUN, 0);
		return NULL;
	case FRAME_READY:
		daemon(SAID_READY, 0);
		return NULL;
	case FRAME_REPLACE:
		/* Without a number from one that will not repeat it. */
		if (frame->header.id)
			return carry_out_once(frame, daemon);
		daemon(SAID_REPLACE, 0);
		return NULL;
	case FRAME_LOG_ROTATION:
		logs_rotate(frame);
		return NULL;
	case FRAME_LOG_FOLDER:
		logs_keep_folder(frame);
		return NULL;
	case FRAME_SAY:
		frame_field(frame, TAG_DETAIL, &text);
		if (!logs_say(STDOUT_FILENO, (const char *)text.data, text.length))
			say_at_once(STDOUT_FILENO, (const char *)text.data, text.length);
		return NULL;
	case FRAME_NOTE:
		frame_field(frame, TAG_DETAIL, &text);
		return note_keep((const char *)text.data, text.length) ? NULL : "a note that is too long";
	case FRAME_ACK:
		if (!reports_acknowledge(frame->header.id))
			return "an acknowledgement of what was never reported";
		process_report_stops();
		return NULL;
	default:
		return carry_out_once(frame, daemon);
	}
}
