/* Carries out what daemons send, each command once. Most of it is left to the module that it concerns. */
#include "log/logs.h"
#include "spawn/spawn.h"

uint64_t command_last;
char note_kept[NOTE_MAX + 1];

void commands_keep(struct state_file *state) {
	size_t length = strlen(note_kept);
	keep(state, "command-last", command_last);
	keep_bytes(state, "note", note_kept, &length, NOTE_MAX);
}

static struct process *process_of(const struct frame *frame) {
	return process_by_id((uint64_t)frame_get(frame, TAG_PROCESS));
}

static void signal_process(const struct frame *frame) {
	struct process *process = process_of(frame);
	int64_t signal = frame_get(frame, TAG_SIGNAL);
	int error = process ? process_signal(process, (int)signal, frame_get(frame, TAG_WHOLE_GROUP) != 0) : ESRCH;
	report_add(REPORT_SIGNALLED, NUMBER(PROCESS, frame_get(frame, TAG_PROCESS)), NUMBER(COMMAND, frame->id),
	           NUMBER(SIGNAL, signal), NUMBER(ERRNO, error));
}

/* When it has to end, or what follows when it does. */
static void plan_end(const struct frame *frame) {
	struct process *process = process_of(frame);
	if (process && frame->type == FRAME_DEADLINE)
		process_set_deadline(process, frame_get(frame, TAG_DUE));
	else if (process)
		order_set(process, frame->type == FRAME_STANDING_ORDER ? frame->id : 0);
}

/* By the type of a frame: how far the daemon has got that sends it, or else what is to be done. */
static const enum daemon_state said[] = {
	[FRAME_BEGUN] = RECOVERING,  [FRAME_RECOVERED] = RECOVERED, [FRAME_READY] = READY,
	[FRAME_REPLACE] = REPLACING, [FRAME_END] = ENDING,
};
static void (*const carry_out[])(const struct frame *frame) = {
	[FRAME_SPAWN] = spawn,
	[FRAME_SIGNAL] = signal_process,
	[FRAME_STANDING_ORDER] = plan_end,
	[FRAME_WITHDRAW_STANDING_ORDER] = plan_end,
	[FRAME_LOG_ROTATION] = logs_set,
	[FRAME_FLUSH_LOGS] = logs_set,
	[FRAME_FIND_PEER] = find_peer,
	[FRAME_LOOK] = look_at,
	[FRAME_KEEP_FILES] = files_keep_only,
	[FRAME_LISTEN] = listen_at,
	[FRAME_DEADLINE] = plan_end,
};

const char *command_carry_out(const struct frame *frame) {
	if (frame->type == FRAME_ACK)
		return reports_acknowledge(frame->id) ? NULL : "an acknowledgement of what was never reported";
	if (frame->type == FRAME_NOTE) {
		struct field text = frame_field(frame, TAG_DETAIL);
		if (text.length > NOTE_MAX)
			return "a note that is too long";
		memcpy(note_kept, text.data, text.length);
		note_kept[text.length] = '\0';
		return NULL;
	}
	/* A daemon that will not repeat its REPLACE gives it no id. */
	if (frame->is_command && (frame->id || frame->type != FRAME_REPLACE)) {
		if (frame->id == 0)
			return "no id for a command";
		/* A new daemon repeats what may not have arrived. */
		if (frame->id <= command_last)
			return NULL;
		if (!reports_can_answer())
			return "a command though reports are not acknowledged";
		command_last = frame->id;
	}
	if (frame->type < COUNT(said) && said[frame->type] != ABSENT)
		daemon_said(said[frame->type], (int)frame_get(frame, TAG_STATUS));
	else
		carry_out[frame->type](frame);
	return NULL;
}
