/*
 * Reads logs into the buffers of files, and copies their lines to standard output. The next logger finds what this one was reading when it
 * was killed: behind the span of a file only output that was just read is not zero.
 */
#include "logger.h"

#include <sys/mman.h>

/* What is read at most after the process has ended: others may still be writing to its terminal. */
#define DRAIN_TURNS (256u * 1024 / READ_SIZE)
/* Edges: a terminal whose other end is closed is readable all the time, but a process may open it again. */
#define EDGES (EPOLLIN | EPOLLET)

/* By id. Those that are open are the logs that this logger knows. */
static struct watch terminals[LOG_PLACES];
#define is_known(id) ((id) < LOG_PLACES && terminals[id].fd > 0)

/* Copies the lines that end among the bytes. The log keeps what is left over. */
static void copy_lines(struct log *log, const char *bytes, size_t count) {
	for (size_t at; (at = (uint32_t)log->copied) < count;) {
		const char *begin = bytes + at, *end = memchr(begin, '\n', count - at);
		size_t length = length_of(log->copied), part = end ? (size_t)(end - begin) : count - at;
		bool is_too_long = part > LINE_LONGEST - length, is_whole = end || is_too_long;
		part = is_too_long ? LINE_LONGEST - length : part;
		if (is_whole)
			output_line(log->flags, log, length, begin, part);
		else
			memcpy(log->line + length, begin, part);
		at += end && !is_too_long ? part + 1 : part;
		log->copied = (is_whole ? 0 : (uint64_t)(length + part) << 32) | at;
	}
}

/* So many bytes have been read, behind the span of the file. Those for which there was no room lie behind the buffer. */
static void take(struct file *file, struct log *log, size_t count) {
	size_t end = end_of(file->span);
	if (length_of(file->span) == 0) {
		file->read_at = index_time();
		file->writer = log->writer;
	} else if (file->writer != log->writer) {
		/* They are written, and stamped, together. */
		file->writer = 0;
	}
	if (log->flags)
		copy_lines(log, file->bytes + end, count);
	if (end < FILE_BUFFER) {
		file->span += (uint64_t)count << 32;
	} else {
		file->missing += count;
		file->dropped += count;
	}
	memory->reading = 0;
	if (end == FILE_BUFFER)
		memset(file->bytes + end, '\0', count);
}

/* How much may be read to there. */
static size_t room_at(size_t end) {
	return end < FILE_BUFFER && FILE_BUFFER - end < READ_SIZE ? FILE_BUFFER - end : READ_SIZE;
}

/* Reads what there is, READ_SIZE at most, and writes it. False: that was all. */
static bool turn(uint64_t id) {
	struct log *log = &memory->logs[id];
	struct file *file = log->file;
	size_t count = 0, end = end_of(file->span), size = room_at(end);
	log->copied &= ~(uint64_t)UINT32_MAX;
	memory->reading = (uint64_t)(file - memory->files + 1) << 32 | id;
	/* EIO: nobody has the other end open. */
	for (ssize_t n; count < size && (n = read(terminals[id].fd, file->bytes + end + count, size - count)) > 0;)
		count += (size_t)n;
	take(file, log, count);
	if (count > 0)
		file_serve(file);
	return count == size;
}

static void ready(struct watch *watch) {
	/* Others have their turn before what is left, which is an event once more. */
	if (turn((uint64_t)(watch - terminals)))
		watch_change(watch, EDGES);
}

void log_add(const struct whole_message *message, int master) {
	uint64_t id = message->head.id;
	if (master < 0) {
		/* The table of descriptors is full, though no file is open. The next logger gets all terminals anew. */
		give_up();
	} else if (id >= LOG_PLACES || is_known(id)) {
		close(master);
	} else {
		struct log *log = &memory->logs[id];
		snprintf(log->label, sizeof log->label, "%s", message->text + strlen(message->text) + 1);
		log->copied = length_of(log->copied) > LINE_LONGEST ? 0 : log->copied;
		log->flags = message->head.flags;
		log->writer = (uint32_t)message->head.numbers[0];
		log->file = file_attach(message->text);
		watch_or_give_up(&terminals[id], master, EDGES, ready);
	}
}

void log_finish(uint64_t id) {
	if (!is_known(id))
		return;
	struct log *log = &memory->logs[id];
	for (size_t turns = 0; turns < DRAIN_TURNS && turn(id); turns++)
		continue;
	if (length_of(log->copied) > 0)
		output_line(log->flags, log, length_of(log->copied), "", 0);
	watch_close(&terminals[id]);
	file_detach(log->file);
	madvise(log, sizeof *log, MADV_REMOVE);
	tell(LOG_DRAINED, id);
}

void logs_open(void) {
	uint64_t place = memory->reading >> 32, id = (uint32_t)memory->reading;
	if (place == 0 || place > FILE_PLACES || id >= LOG_PLACES)
		return;
	struct file *file = &memory->files[place - 1];
	struct log *log = &memory->logs[id];
	size_t end = end_of(file->span), count = room_at(end);
	if (end > FILE_BUFFER || length_of(log->copied) > LINE_LONGEST || !memchr(log->label, '\0', LABEL_MAX))
		return;
	while (count > 0 && file->bytes[end + count - 1] == '\0')
		count--;
	take(file, log, count);
}
