/*
 * Reads logs into the buffers of files, and copies their lines to standard output. The next logger finds what this one was reading when it
 * was killed: behind the span of a file only output that was just read is not zero.
 */
#include "logger.h"

#include <sys/mman.h>
#include <sys/time.h>

/* What is read at most after the process has ended: others may still be writing to its terminal. */
#define DRAIN_TURNS (256u * 1024 / READ_SIZE)
/* Edges: a terminal whose other end is closed is readable all the time, but a process may open it again. */
#define EDGES (EPOLLIN | EPOLLET)

/* By id. Those that are open are the logs that this logger knows. */
static struct watch terminals[LOG_PLACES];
#define is_known(id) ((id) < LOG_PLACES && terminals[id].fd > 0)

/* The line of the log is whole, or as long as one may be. */
static void end_line(struct log *log, size_t length) {
	/* The end of a line of a terminal. */
	bool has_return = log->label > 0 && length > log->label && log->line[length - 1] == '\r';
	output_line(log->flags, log->line, has_return ? length - 1 : length);
}

/* Copies the lines that end among the bytes. The log keeps what is left over. */
static void copy_lines(struct log *log, const char *bytes, size_t count) {
	for (size_t at; (at = (uint32_t)log->copied) < count;) {
		size_t length = length_of(log->copied), room = log->label + LINE_LONGEST + 1 - length;
		size_t left = count - at, most = left < room ? left : room;
		const char *end = memccpy(log->line + length, bytes + at, '\n', most);
		size_t part = end ? (size_t)(end - log->line) - length : most;
		/* There was room for the end of the line. The byte that stands in its place begins the next line. */
		bool is_too_long = !end && part == room, is_whole = end || is_too_long;
		if (is_whole)
			end_line(log, length + part - 1);
		log->copied = (uint64_t)(is_whole ? log->label : length + part) << 32 | (at + part - is_too_long);
	}
}

/* So many bytes have been read, behind the span of the file. Those that are not within the buffer are dropped. */
static void take(struct file *file, struct log *log, size_t count) {
	size_t end = end_of(file->span), room = FILE_BUFFER - end, kept = count < room ? count : room;
	if (length_of(file->span) == 0) {
		struct timeval now;
		gettimeofday(&now, NULL);
		file->read_at = (int64_t)now.tv_sec * 1000000 + now.tv_usec;
		file->writer = log->writer;
	} else if (file->writer != log->writer) {
		/* They are written, and stamped, together. */
		file->writer = 0;
	}
	if (log->flags)
		copy_lines(log, file->bytes + end, count);
	file->span += (uint64_t)kept << 32;
	file->missing += count - kept;
	file->dropped += count - kept;
	memory->reading = 0;
	memset(file->bytes + end + kept, '\0', count - kept);
}

/* Reads what there is, READ_SIZE at most, and writes it. False: that was all. */
static bool turn(uint64_t id) {
	struct log *log = &memory->logs[id];
	struct file *file = log->file;
	char *bytes = file->bytes + end_of(file->span);
	size_t count = 0;
	log->copied &= ~(uint64_t)UINT32_MAX;
	memory->reading = (uint64_t)(file - memory->files + 1) << 32 | id;
	/* EIO: nobody has the other end open. */
	for (ssize_t n; count < READ_SIZE && (n = read(terminals[id].fd, bytes + count, READ_SIZE - count)) > 0;)
		count += (size_t)n;
	take(file, log, count);
	if (count > 0 && !file->own.is_failing)
		file_write(file);
	return count == READ_SIZE;
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
		const char *label = message->text + strlen(message->text) + 1;
		struct log *log = &memory->logs[id];
		log->label = (uint32_t)strnlen(label, LABEL_MAX);
		memcpy(log->line, label, log->label);
		if (length_of(log->copied) < log->label || length_of(log->copied) > log->label + LINE_LONGEST)
			log->copied = (uint64_t)log->label << 32;
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
	if (length_of(log->copied) > log->label)
		end_line(log, length_of(log->copied));
	watch_close(&terminals[id]);
	file_detach(log->file);
	madvise(log, sizeof *log, MADV_REMOVE);
	message_send(LOGGER_SOCKET, &(struct message){.type = LOG_DRAINED, .id = id}, "", 0, -1, 0);
}

void logs_open(void) {
	uint64_t place = memory->reading >> 32, id = (uint32_t)memory->reading;
	if (place == 0 || place > FILE_PLACES || id >= LOG_PLACES)
		return;
	struct file *file = &memory->files[place - 1];
	struct log *log = &memory->logs[id];
	size_t end = end_of(file->span), count = READ_SIZE;
	if (end > FILE_BUFFER || log->label > LABEL_MAX || length_of(log->copied) > log->label + LINE_LONGEST)
		return;
	while (count > 0 && file->bytes[end + count - 1] == '\0')
		count--;
	take(file, log, count);
}
