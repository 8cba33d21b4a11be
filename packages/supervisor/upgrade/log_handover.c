/* Logs, from one image of the supervisor to the next. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link/state_file.h"
#include "log/log_parts.h"

static void give_bytes(FILE *out, const struct sink *sink) {
	size_t written = writer_left_in(sink), length = sink->length - written;
	if (length == 0)
		return;
	size_t start = (sink->start + written) % sink->capacity, first = sink->capacity - start;
	if (first > length)
		first = length;
	state_bytes(out, "log-bytes", sink->buffer + start, first);
	if (length > first)
		state_bytes(out, "log-bytes", sink->buffer, length - first);
}

void logs_hand_over(FILE *out) {
	int number = 0;
	for (struct log *log = log_first(); log; log = log->next) {
		log->number = ++number;
		state_bytes(out, "log", log->sink.path ? log->sink.path : "", log->sink.path ? strlen(log->sink.path) : 0);
		state_number(out, "log-number", log->number);
		state_number(out, "log-kept", log->state == KEPT);
		state_number(out, "log-said-trouble", log->trouble != NULL);
		state_number(out, "log-pipe", log->is_pipe);
		state_descriptor(out, "log-master", log->master);
		state_descriptor(out, "log-file", log->sink.file);
		if (log->copy)
			copy_hand_over(out, log->copy);
		if (log->trouble)
			trouble_hand_over(log->trouble, out);
		state_number(out, "log-missing", (int64_t)log->missing);
		give_bytes(out, &log->sink);
	}
}

/* The log whose entries are being read, and the error of its file. */
static struct log *now;
static int error;

static void begin(const struct state_entry *entry) {
	char *path = strndup((const char *)entry->bytes, entry->length);
	now = path ? log_new(*path ? path : NULL, NULL, -1, false) : NULL;
	free(path);
}

static void take_label(struct log *log, const struct state_entry *entry) {
	char *label = strndup((const char *)entry->bytes, entry->length);
	if (label)
		log->copy = copy_new(label, STDOUT_FILENO);
	free(label);
}

static void take_bytes(struct log *log, const struct state_entry *entry) {
	struct sink *sink = &log->sink;
	if (sink->capacity == 0 && (sink->buffer = malloc(LOG_BUFFER)))
		sink->capacity = LOG_BUFFER;
	if (sink->length + entry->length > sink->capacity)
		return;
	memcpy(sink->buffer + sink->length, entry->bytes, entry->length);
	sink_lock();
	sink->length += entry->length;
	if (log->state == KEPT)
		log_count_kept(log);
	if (!sink->held)
		sink_queue(sink);
	sink_unlock();
}

void logs_take_over(const struct state_entry *entry) {
	if (entry_is(entry, "log") && entry->bytes)
		begin(entry);
	else if (!now)
		return;
	else if (entry_is(entry, "log-number"))
		now->number = (int)entry->number;
	else if (entry_is(entry, "log-kept") && entry->number)
		log_keep_from_before(now);
	else if (entry_is(entry, "log-trouble") && now->sink.path)
		error = (int)entry->number;
	else if (entry_is(entry, "log-dropped") && now->sink.path)
		trouble_take_over(now, error, (uint64_t)entry->number);
	else if (entry_is(entry, "log-missing"))
		now->missing = (size_t)entry->number;
	else if (entry_is(entry, "log-pipe"))
		now->is_pipe = entry->number != 0;
	else if (entry_is(entry, "log-master"))
		now->master = entry_descriptor(entry);
	else if (entry_is(entry, "log-file"))
		sink_take_file(&now->sink, entry_descriptor(entry));
	else if (entry_is(entry, "log-copy") && entry->bytes)
		take_label(now, entry);
	else if (entry_is(entry, "log-copy-line") && entry->bytes && now->copy)
		copy_bytes(now->copy, entry->bytes, entry->length);
	else if (entry_is(entry, "log-bytes") && entry->bytes)
		take_bytes(now, entry);
}
