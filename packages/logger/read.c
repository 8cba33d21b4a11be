/*
 * From terminals, or the pipes that take their place, to the rings of logs, and line by line to standard output. All of it goes through
 * the stage, so that the next logger can repeat whatever this one was killed in.
 */
#include "logger.h"

#include <stdio.h>
#include <unistd.h>

/* Room for the line that tells how much is missing. */
#define NOTE_MAX 256

static void stage_begin(const struct log *log, uint64_t missing, size_t copied) {
	struct stage *stage = &memory->stage;
	stage->id = (uint64_t)(log - memory->logs);
	stage->span = log->span;
	stage->missing = missing;
	stage->dropped = log->file ? log->file->dropped : 0;
	stage->copied = copied | log->line_length << 32;
	stage->sequence = log->sequence;
}

/* The line is what the log has of it, and behind that these bytes. */
static void copy_line(const struct log *log, size_t length, const char *bytes, size_t count) {
	/* The end of a line of a terminal. */
	if (log->label[0] && count > 0 && bytes[count - 1] == '\r')
		count--;
	else if (log->label[0] && count == 0 && length > 0 && log->line[length - 1] == '\r')
		length--;
	output_line(log->flags, log->label, (struct iovec[]){{(char *)log->line, length}, {(char *)bytes, count}});
}

/* Copies the lines that end among the bytes. The log keeps what is left over. */
static void copy_lines(struct log *log, size_t count) {
	struct stage *stage = &memory->stage;
	size_t at = (uint32_t)stage->copied, length = stage->copied >> 32;
	while (at < count) {
		const char *begin = (char *)stage->bytes + at, *end = memchr(begin, '\n', count - at);
		size_t part = end ? (size_t)(end - begin) : count - at, room = LINE_LONGEST - length;
		if (part > room || end) {
			copy_line(log, length, begin, part > room ? room : part);
			at += part > room ? room : part + 1;
			length = 0;
		} else {
			memcpy(log->line + length, begin, part);
			at += part;
			length += part;
		}
		stage->copied = at | (uint64_t)length << 32;
	}
	log->line_length = length;
}

/* So many bytes are in the stage, and belong to the log now. */
static void stage_end(struct log *log, size_t count) {
	struct stage *stage = &memory->stage;
	size_t room = LOG_BUFFER - length_of(stage->span), kept = stage->missing > 0 ? 0 : count < room ? count : room;
	if (log->flags & LOG_TO_FILE) {
		log->span = ring_put(log->ring, LOG_BUFFER, stage->span, stage->bytes, kept);
		log->missing = stage->missing + count - kept;
		log->dropped = stage->dropped + count - kept;
	}
	if (log->file)
		file_dropped(log->file, log->dropped);
	if (log->flags & (LOG_TO_OUTPUT | LOG_TO_ERROR))
		copy_lines(log, count);
	stage->sequence = 0;
	memset(stage->bytes, 0xFF, count);
}

bool is_sound(const struct log *log) {
	return span_is_sound(log->span, LOG_BUFFER) && log->writing <= LOG_BUFFER && log->line_length <= LINE_LONGEST &&
	       memchr(log->label, '\0', sizeof log->label);
}

void stage_open(void) {
	struct stage *stage = &memory->stage;
	struct log *log = &memory->logs[stage->id % LOG_PLACES];
	size_t count = sizeof stage->bytes;
	log->file = NULL; /* as it was in the logger before this one */
	while (count > 0 && stage->bytes[count - 1] == 0xFF)
		count--;
	if (stage->sequence && stage->sequence == log->sequence && is_sound(log) &&
	    span_is_sound(stage->span, LOG_BUFFER) && stage->copied >> 32 <= LINE_LONGEST)
		stage_end(log, count);
	stage->sequence = 0;
	memset(stage->bytes, 0xFF, sizeof stage->bytes);
}

/* 0: there is no room, and it is worth waiting for. */
static size_t room_for(const struct log *log) {
	if (!log->file || log->file->failing)
		return STAGE_SIZE;
	size_t room = log->missing > 0 ? 0 : LOG_BUFFER - length_of(log->span);
	return room < STAGE_SIZE ? room : STAGE_SIZE;
}

enum pumped pump(struct log *log, size_t most) {
	for (size_t taken = 0, room; taken < most;) {
		if ((room = room_for(log)) == 0)
			return FULL;
		stage_begin(log, log->missing, 0);
		ssize_t n = read(log->master, memory->stage.bytes, room);
		if (n <= 0) {
			memory->stage.sequence = 0; /* it is out of date as soon as something is written */
			return EMPTY;               /* EIO: nobody has the other end open */
		}
		stage_end(log, (size_t)n);
		taken += (size_t)n;
		log->drained += (size_t)n;
		log->idle = 0;
	}
	return ENOUGH;
}

void put_note(struct log *log) {
	char note[NOTE_MAX];
	int length = snprintf(note, NOTE_MAX, "%sinit: %llu bytes of output are missing here: %s\r\n",
	                      log->file->mid_line ? "\r\n" : "", (unsigned long long)log->missing,
	                      strerror(log->file->error ? log->file->error : ENOMEM));
	memcpy(memory->stage.bytes, note, (size_t)length);
	/* It is no output of the process, and nothing is missing any more. */
	stage_begin(log, 0, (size_t)length);
	stage_end(log, (size_t)length);
}

void end_line(struct log *log) {
	if (log->line_length > 0)
		copy_line(log, log->line_length, "", 0);
	log->line_length = 0;
}
