/*
 * The table of logs, and its copy in the logger. A log is the supervisor's alone until there is output; then the logger gets it. Each
 * remembers the state that the logger has, so that one function sends updates that did not fit before, updates that died with a logger,
 * and those of the image before this one.
 */
#include "log/logs.h"

#include <sys/stat.h>

struct log {
	struct garbage garbage;
	/* Its terminal, until there is output. */
	struct watch silence;
	/* Its place in the table. */
	int64_t id;
	int master;
	/* And the process that it was made for. */
	int64_t flags, writer;
	/* Its state: there has been no output, its program runs, its process has ended. And what the logger knows. */
	int64_t silent, started, finished;
	bool added, told_finish;
	void (*written)(void *data);
	void *data;
	/* "" where there is no file, or no label. */
	char *path, *label;
};

#define PLACES ((int64_t)LOG_PLACES)
static struct log *logs[PLACES];
/* Below the first no place is free, from the last on none has been used. */
static int64_t first_free, end;
/* What the daemon has set, which each logger gets. */
static struct message settings = {.type = LOG_SETTINGS};
static bool are_sent;

/* ---- sending ---- */

static bool send_log(struct log *log) {
	static char text[MESSAGE_TEXT];
	struct message head = {.type = LOG_ADD, .flags = (uint32_t)log->flags, .id = (uint64_t)log->id};
	if (log->silent || !log->started)
		return true;
	if (!log->added) {
		head.numbers[0] = log->writer;
		int length = snprintf(text, sizeof text, "%s%c%s%s", log->path, '\0', log->label, *log->label ? ": " : "");
		log->added = logger_send(&head, text, (size_t)length, log->master);
	}
	head.type = LOG_FINISH;
	if (log->added && log->finished && !log->told_finish)
		log->told_finish = logger_send(&head, "", 0, -1);
	return log->added && log->told_finish == log->finished;
}

void logs_send(void) {
	bool fits = are_sent = are_sent || logger_send(&settings, "", 0, -1);
	/* Ends first: what is started after them may write to the same files. */
	for (int ended = 1; ended >= 0; ended--)
		for (int64_t id = 0; id < end && fits; id++)
			fits = !logs[id] || logs[id]->finished != ended || send_log(logs[id]);
}

void logs_send_anew(void) {
	are_sent = false;
	for (int64_t id = 0; id < end; id++)
		if (logs[id])
			logs[id]->added = logs[id]->told_finish = false;
	logs_send();
}

void logs_set(const struct frame *frame) {
	static const enum field_tag tags[SETTINGS] = {TAG_ROTATE_SIZE, TAG_ROTATE_AGE, TAG_ROTATE_KEEP};
	for (int i = 0; i < SETTINGS && frame->type == FRAME_LOG_ROTATION; i++)
		settings.numbers[i] = frame_get(frame, tags[i]);
	are_sent = false;
	logs_send();
}

bool streams_are_one(void) {
	struct stat output, error;
	return fstat(STDOUT_FILENO, &output) == 0 && fstat(STDERR_FILENO, &error) == 0 && output.st_dev == error.st_dev &&
	       output.st_ino == error.st_ino;
}

bool logs_say(const char *line, size_t length) {
	struct message head = {.type = LOG_SAY, .flags = streams_are_one() ? LOG_TO_OUTPUT : LOG_TO_ERROR};
	return logger_send(&head, line, length, -1);
}

/* ---- logs ---- */

struct log *log_new(const char *path, const char *label, unsigned flags, int master) {
	while (first_free < end && logs[first_free])
		first_free++;
	struct log *log = first_free < PLACES ? calloc(1, sizeof *log) : NULL;
	if (!log || !(log->path = strdup(path)) || !(log->label = strdup(label))) {
		if (log)
			free(log->path);
		free(log);
		errno = ENOMEM;
		return NULL;
	}
	log->silence.fd = -1;
	log->silent = true;
	log->id = first_free;
	log->flags = flags;
	log->master = master;
	logs[log->id] = log;
	end = log->id < end ? end : log->id + 1;
	return log;
}

void log_discard(struct log *log) {
	logs[log->id] = NULL;
	first_free = log->id < first_free ? log->id : first_free;
	watch_stop(&log->silence);
	free(log->path);
	free(log->label);
	free_later(&log->garbage, log->master);
}

/* It is the logger's from now on. */
static void give(struct log *log) {
	watch_stop(&log->silence);
	log->silent = false;
	send_log(log);
}

static void first_output(struct watch *watch) {
	/* Without output the other end was closed; it may be opened again. */
	if (watch->events & EPOLLIN)
		give(CONTAINER_OF(watch, struct log, silence));
}

void log_start(struct log *log, pid_t writer) {
	/* After a re-execution the process may have been followed since: all of its output has the one that it began with. */
	if (!log->writer)
		log->writer = writer;
	log->started = true;
	/* By edges: as long as the other end is closed there would be an event all the time. */
	if (!log->silent || watch_start(&log->silence, log->master, EPOLLIN | EPOLLET, first_output) < 0)
		give(log);
}

static void end_log(struct log *log) {
	if (log->written)
		log->written(log->data);
	log_discard(log);
}

static bool has_output(const struct log *log) {
	struct pollfd output = {.fd = log->master, .events = POLLIN};
	return !log->silent || (poll(&output, 1, 0) > 0 && output.revents & POLLIN);
}

void log_finish(struct log *log, void (*written)(void *data), void *data) {
	log->written = written;
	log->data = data;
	log->started = log->finished = true;
	if (has_output(log))
		give(log);
	else
		end_log(log);
}

void log_abandon(struct log *log) {
	log->written = NULL;
}

/* ---- what the logger says ---- */

void logs_take(const struct whole_message *message) {
	const int64_t *numbers = message->head.numbers;
	enum message_type type = message->head.type;
	struct log *log = message->head.id < LOG_PLACES ? logs[message->head.id] : NULL;
	if (type == LOG_DRAINED && log && log->told_finish)
		end_log(log);
	else if (type == LOG_REPORT && reports_have_room())
		report_add((enum frame_type)message->head.flags, TEXT(PATH, message->text), NUMBER(ERRNO, numbers[0]),
		           {numbers[1] >= 0 ? TAG_COUNT : 0, numbers[1], NULL});
}

void logs_open(void) {
	first_free = 0;
	for (int64_t id = 0; id < end; id++)
		if (logs[id] && logs[id]->master < 0)
			log_discard(logs[id]); /* there is nothing to read any more */
		else if (logs[id] && logs[id]->finished)
			log_finish(logs[id], NULL, NULL);
	logger_open();
}

void logs_close(int64_t patience) {
	for (int64_t id = 0; id < end; id++)
		if (logs[id] && logs[id]->started && logs[id]->silent && has_output(logs[id]))
			give(logs[id]);
	logs_send();
	logger_close(patience);
}

/* ---- from one image of the supervisor to the next ---- */

void log_keep_number(struct state_file *state, const char *key, struct log **log) {
	int64_t number = *log ? (*log)->id + 1 : 0;
	if (keep(state, key, number))
		*log = number > 0 && number <= end ? logs[number - 1] : NULL;
}

static void keep_text(struct state_file *state, const char *key, char **text) {
	size_t length = strlen(*text);
	char *read = entry_is(state, key) && state->bytes ? strndup((const char *)state->bytes, state->length) : NULL;
	if (state->out)
		keep_bytes(state, key, *text, &length, length);
	if (read) {
		free(*text);
		*text = read;
	}
}

static void keep_log(struct state_file *state, struct log *log) {
	keep_text(state, "log", &log->path);
	keep_text(state, "log-copy", &log->label);
	keep_descriptor(state, "log-master", &log->master);
	keep(state, "log-flags", log->flags);
	keep(state, "log-writer", log->writer);
	keep(state, "log-silent", log->silent);
	keep(state, "log-finished", log->finished);
}

void logs_keep(struct state_file *state) {
	/* The log whose entries are being read. */
	static struct log *now;
	int64_t number;
	logger_keep(state);
	for (int64_t id = 0; state->out && id < end; id++)
		if (logs[id]) {
			log_keep_number(state, "log-id", &logs[id]);
			keep_log(state, logs[id]);
		}
	if (state->out)
		return;
	/* A logger goes by places: it gets the one that it had. */
	if (keep(state, "log-id", number)) {
		first_free = number > 0 ? number - 1 : PLACES;
		now = log_new("", "", 0, -1);
	} else if (now)
		keep_log(state, now);
}
