/* Logs, from one image of the supervisor to the next. */
#include <stdlib.h>
#include <string.h>

#include "upgrade/handover.h"
#include "log/log_parts.h"

static void give_bytes(FILE *out, const struct sink *sink) {
	size_t written = writer_left_in(sink), length = sink->length - written;
	if (length == 0)
		return;
	size_t start = (sink->start + written) % sink->capacity, first = sink->capacity - start;
	if (first > length)
		first = length;
	handover_bytes(out, "log-bytes", sink->buffer + start, first);
	if (length > first)
		handover_bytes(out, "log-bytes", sink->buffer, length - first);
}

void logs_hand_over(FILE *out) {
	int number = 0;
	for (struct log *log = log_first(); log; log = log->next) {
		log->number = ++number;
		handover_bytes(out, "log", log->sink.path ? log->sink.path : "", log->sink.path ? strlen(log->sink.path) : 0);
		handover_number(out, "log-number", log->number);
		handover_number(out, "log-kept", log->state == KEPT);
		handover_number(out, "log-said-trouble", log->trouble != NULL);
		handover_number(out, "log-pipe", log->is_pipe);
		handover_descriptor(out, "log-master", log->master);
		handover_descriptor(out, "log-file", log->sink.file);
		if (log->copy)
			copy_hand_over(out, log->copy);
		if (log->trouble)
			trouble_hand_over(log->trouble, out);
		handover_number(out, "log-missing", (int64_t)log->missing);
		give_bytes(out, &log->sink);
	}
}

/* The log whose entries are being read, and the error of its file. */
static struct log *now;
static int error;

static void begin(const struct handover_item *item) {
	char *path = strndup((const char *)item->bytes, item->length);
	now = path ? log_new(*path ? path : NULL, -1, false) : NULL;
	free(path);
}

static void take_label(struct log *log, const struct handover_item *item) {
	char *label = strndup((const char *)item->bytes, item->length);
	if (label)
		log_copy(log, label);
	free(label);
}

static void take_bytes(struct log *log, const struct handover_item *item) {
	struct sink *sink = &log->sink;
	if (sink->capacity == 0 && (sink->buffer = malloc(LOG_BUFFER)))
		sink->capacity = LOG_BUFFER;
	if (sink->length + item->length > sink->capacity)
		return;
	memcpy(sink->buffer + sink->length, item->bytes, item->length);
	sink_lock();
	sink->length += item->length;
	if (log->state == KEPT)
		log_count_kept(log);
	if (!sink->held)
		sink_queue(sink);
	sink_unlock();
}

void logs_take_over(const struct handover_item *item) {
	if (item_is(item, "log") && item->bytes)
		begin(item);
	else if (!now)
		return;
	else if (item_is(item, "log-number"))
		now->number = (int)item->number;
	else if (item_is(item, "log-kept") && item->number)
		log_keep_from_before(now);
	else if (item_is(item, "log-trouble") && now->sink.path)
		error = (int)item->number;
	else if (item_is(item, "log-dropped") && now->sink.path)
		trouble_take_over(now, error, (uint64_t)item->number);
	else if (item_is(item, "log-missing"))
		now->missing = (size_t)item->number;
	else if (item_is(item, "log-pipe"))
		now->is_pipe = item->number != 0;
	else if (item_is(item, "log-master"))
		now->master = item_descriptor(item);
	else if (item_is(item, "log-file"))
		sink_take_file(&now->sink, item_descriptor(item));
	else if (item_is(item, "log-copy") && item->bytes)
		take_label(now, item);
	else if (item_is(item, "log-copy-line") && item->bytes && now->copy)
		copy_bytes(now->copy, item->bytes, item->length);
	else if (item_is(item, "log-bytes") && item->bytes)
		take_bytes(now, item);
}
