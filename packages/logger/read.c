/*
 * From terminals, or the pipes that take their place, to the rings of files, and line by line to standard output. All of it goes through
 * the stage, so that the next logger can repeat whatever this one was killed in.
 */
#include "logger.h"

#include <stdio.h>

/* Room for the line that tells how much is missing. */
#define MISSING_MAX 256

uint64_t ring_put(char *ring, size_t size, uint64_t span, const void *bytes, size_t count) {
	size_t at = ((uint32_t)span + length_of(span)) % size, first = count < size - at ? count : size - at;
	memcpy(ring + at, bytes, first);
	memcpy(ring, (const char *)bytes + first, count - first);
	return span + ((uint64_t)count << 32);
}

uint64_t ring_drop(size_t size, uint64_t span, size_t count) {
	size_t length = length_of(span);
	/* From the beginning again when it is empty: only as much of the ring takes up memory as has ever waited. */
	return count >= length ? 0 : (length - count) << 32 | ((uint32_t)span + count) % size;
}

/* `missing`: in the file, with this. Either may be NULL. */
static void stage_begin(const struct file *file, const struct log *log, uint64_t missing) {
	struct stage *stage = &memory->stage;
	stage->file = file ? (uint64_t)(file - memory->files) + 1 : 0;
	stage->log = log ? (uint64_t)(log - memory->logs) + 1 : 0;
	stage->span = file ? file->span : 0;
	stage->missing = missing;
	stage->dropped = file ? file->dropped : 0;
	stage->copied = log ? log->line_length << 32 : 0;
	stage->is_used = true;
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

/* So many bytes are in the stage, and belong to the file and the log now. */
static void stage_end(size_t count) {
	struct stage *stage = &memory->stage;
	struct file *file = stage->file ? &memory->files[stage->file - 1] : NULL;
	struct log *log = stage->log ? &memory->logs[stage->log - 1] : NULL;
	size_t room = FILE_BUFFER - length_of(stage->span), kept = stage->missing > 0 ? 0 : count < room ? count : room;
	if (file) {
		file->span = ring_put(file->ring, FILE_BUFFER, stage->span, stage->bytes, kept);
		file->missing = stage->missing + count - kept;
		file->dropped = stage->dropped + count - kept;
		file->idle = 0;
	}
	if (log && log->flags & (LOG_TO_OUTPUT | LOG_TO_ERROR))
		copy_lines(log, count);
	stage->is_used = false;
	memset(stage->bytes, 0xFF, count);
	/* Has it said at once, and after that whenever the file is tried again. */
	if (kept < count && file && file->said_dropped == 0)
		file_hurry(file);
}

void stage_open(void) {
	struct stage *stage = &memory->stage;
	size_t count = sizeof stage->bytes;
	while (count > 0 && stage->bytes[count - 1] == 0xFF)
		count--;
	bool is_sound =
		span_is_sound(stage->span, FILE_BUFFER) && stage->copied >> 32 <= LINE_LONGEST &&
		(stage->file == 0 || (stage->file <= memory->files_end && memory->files[stage->file - 1].is_used)) &&
		(stage->log == 0 || (stage->log <= LOG_PLACES && memory->logs[stage->log - 1].sequence));
	if (stage->is_used && is_sound)
		stage_end(count);
	stage->is_used = false;
	memset(stage->bytes, 0xFF, sizeof stage->bytes);
}

/* 0: there is no room, and it is worth waiting for. */
static size_t room_for(const struct file *file) {
	if (!file || file->failing)
		return STAGE_SIZE;
	size_t room = file->missing > 0 ? 0 : FILE_BUFFER - length_of(file->span);
	return room < STAGE_SIZE ? room : STAGE_SIZE;
}

enum pumped pump(struct log *log, size_t most) {
	for (size_t taken = 0, room; taken < most;) {
		if ((room = room_for(log->file)) == 0)
			return FULL;
		stage_begin(log->file, log, log->file ? log->file->missing : 0);
		ssize_t n = read(log->master, memory->stage.bytes, room);
		if (n <= 0) {
			memory->stage.is_used = false; /* it is out of date as soon as something is written */
			return EMPTY;                  /* EIO: nobody has the other end open */
		}
		stage_end((size_t)n);
		taken += (size_t)n;
		log->drained += (size_t)n;
	}
	return ENOUGH;
}

void put_note(struct file *file) {
	char note[MISSING_MAX];
	int length = snprintf(note, MISSING_MAX, "%sinit: %llu bytes of output are missing here: %s\r\n",
	                      file->mid_line ? "\r\n" : "", (unsigned long long)file->missing,
	                      strerror(file->error ? (int)file->error : ENOMEM));
	memcpy(memory->stage.bytes, note, (size_t)length);
	/* It is no output of a process, and nothing is missing any more. */
	stage_begin(file, NULL, 0);
	stage_end((size_t)length);
}

void end_line(struct log *log) {
	if (log->line_length > 0)
		copy_line(log, log->line_length, "", 0);
	log->line_length = 0;
}
