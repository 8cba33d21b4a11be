/*
 * The table of logs, and its copy in the logger. Each log remembers the state that the logger has, so that one function sends updates
 * that did not fit before, updates that died with a logger, and those of the image before this one.
 */
#define _GNU_SOURCE
#include "log/logs.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../logger/messages.h"
#include "link/frames.h"
#include "loop/loop.h"

/* One that lives shorter than this is followed at once so many times in a row, then after pauses that double. Milliseconds. */
#define SHORT_LIFE 1000
#define SHORT_LIVES_FREE 5
#define PAUSE_FIRST 50
#define PAUSE_LAST 5000
/* After so many in a row that did not come up, processes are started without logs. */
#define HOPELESS 3
/* How long the logger waits when reports are not acknowledged, and to be sent a descriptor again. */
#define PAUSE 100
/* Where the descriptors of the logger are before they get their numbers. */
#define ABOVE 16

struct log {
	struct garbage garbage;
	/* Its place in the table; which of all logs it is; and what the image before calls it. */
	int64_t id, sequence, number;
	/* -1: all has been read. */
	int master;
	int64_t flags;
	/* Its state, and the state that the logger knows. */
	int64_t started, finished;
	bool added, told_finish;
	void (*written)(void *data);
	void *data;
	/* The path, and behind a NUL the label. */
	char *text;
	size_t length;
};

#define PLACES ((int64_t)LOG_PLACES)
static struct log *logs[PLACES];
/* Below the first no place is free, from the last on none has been used. */
static int64_t first_free, end, last_sequence;
static pid_t pid;
static int memory = -1;
static struct watch channel = {.fd = -1}, pidfd = {.fd = -1};
static struct timer restart, resend;
static int64_t started_at;
static unsigned short_lives, not_ready;
/* By type: what the daemon has set, which the next logger gets again, and what it is to do once. */
static struct order {
	struct message head;
	char *text;
	bool due;
} orders[LOG_CLOSE + 1];
/* Not all has been sent. */
static bool behind = true;

static void start(struct timer *timer);

/* ---- sending ---- */

static bool send_log(struct log *log) {
	struct message head = {.type = LOG_ADD, .id = (uint64_t)log->id, .numbers = {log->sequence}};
	head.flags = (uint32_t)log->flags | (log->text[0] ? LOG_TO_FILE : 0) | (log->master < 0 ? LOG_IS_READ : 0);
	log->added = log->added || message_send(channel.fd, &head, log->text, log->length, log->master);
	head.type = LOG_FINISH;
	if (log->added && log->finished && !log->told_finish)
		log->told_finish = message_send(channel.fd, &head, "", 0, -1);
	return log->added && log->told_finish == log->finished;
}

static bool send_logs(void) {
	int64_t id = 0;
	while (id < end && (!logs[id] || !logs[id]->started || send_log(logs[id])))
		id++;
	return id == end;
}

static bool send_order(struct order *order) {
	const char *text = order->text ? order->text : "";
	order->due = order->due && !message_send(channel.fd, &order->head, text, strlen(text), -1);
	return !order->due;
}

static void send_all(struct timer *timer) {
	(void)timer;
	unsigned type = LOG_ROTATION;
	while (type <= LOG_CLOSE && (type == LOG_ADD ? send_logs() : send_order(&orders[type])))
		type++;
	behind = type <= LOG_CLOSE;
	watch_change(&channel, EPOLLIN | (behind ? EPOLLOUT : 0));
}

static void changed(struct log *log) {
	if (!behind && !send_log(log))
		send_all(NULL);
}

static void order(struct message head, const char *text, size_t length) {
	struct order *order = &orders[head.type];
	free(order->text);
	*order = (struct order){head, strndup(text, length), true};
	send_all(NULL);
}

void logs_flush(void) {
	order((struct message){.type = LOG_FLUSH}, "", 0);
}

void logs_rotate(const struct frame *frame) {
	order((struct message){.type = LOG_ROTATION,
	                       .numbers = {frame_get(frame, TAG_ROTATE_SIZE), frame_get(frame, TAG_ROTATE_AGE),
	                                   frame_get(frame, TAG_ROTATE_KEEP)}},
	      "", 0);
}

void logs_keep_folder(const struct frame *frame) {
	struct field path = frame_field(frame, TAG_PATH);
	order((struct message){.type = LOG_FOLDER,
	                       .numbers = {frame_get(frame, TAG_MODE), frame_get(frame, TAG_OWNER),
	                                   frame_get(frame, TAG_OWNER_GROUP), frame_get(frame, TAG_PARENTS)}},
	      (const char *)path.data, path.length);
}

bool logs_say(int fd, const char *line, size_t length) {
	struct message head = {.type = LOG_SAY, .flags = fd == STDOUT_FILENO ? LOG_TO_OUTPUT : LOG_TO_ERROR};
	size_t sent = 0;
	do {
		if (!message_send(channel.fd, &head, line + sent, length - sent, -1))
			return false;
		sent += MESSAGE_TEXT;
	} while (sent < length);
	return true;
}

/* ---- logs ---- */

static bool set_text(struct log *log, const void *path, size_t path_length, const char *label) {
	char *text;
	int length = asprintf(&text, "%.*s%c%s", (int)path_length, (const char *)path, '\0', label);
	if (length < 0)
		return false;
	free(log->text);
	log->text = text;
	log->length = (size_t)length;
	return true;
}

static struct log *new_log(const void *path, size_t path_length, const char *label, unsigned flags, int master) {
	while (first_free < end && logs[first_free])
		first_free++;
	struct log *log = first_free < PLACES ? calloc(1, sizeof *log) : NULL;
	if (!log || !set_text(log, path, path_length, label)) {
		free(log);
		return NULL;
	}
	log->id = first_free;
	log->number = log->sequence = ++last_sequence;
	log->flags = flags;
	log->master = master;
	logs[log->id] = log;
	end = log->id < end ? end : log->id + 1;
	return log;
}

struct log *log_new(const char *path, const char *label, int master) {
	return new_log(path ? path : "", path ? strlen(path) : 0, label ? label : "", label ? LOG_TO_OUTPUT : 0, master);
}

struct log *log_of_stream(int fd, int master) {
	return new_log("", 0, "", fd == STDOUT_FILENO ? LOG_TO_OUTPUT : LOG_TO_ERROR, master);
}

void log_discard(struct log *log) {
	logs[log->id] = NULL;
	first_free = log->id < first_free ? log->id : first_free;
	free(log->text);
	free_later(&log->garbage, log->master);
}

void log_start(struct log *log) {
	log->started = true;
	changed(log);
}

void log_finish(struct log *log, void (*written)(void *data), void *data) {
	log->written = written;
	log->data = data;
	log->started = log->finished = true;
	changed(log);
}

void log_abandon(struct log *log) {
	log->written = NULL;
}

/* Nothing more is read. `is_over`: nothing is kept, either. */
static void drained(struct log *log, bool is_over) {
	void (*written)(void *) = log->written;
	log->written = NULL;
	if (written)
		written(log->data);
	if (is_over) {
		log_discard(log);
		return;
	}
	if (log->master >= 0)
		close(log->master);
	log->master = -1;
}

/* ---- receiving ---- */

static const struct {
	enum frame_type type;
	bool counts;
} reports[] = {
	[LOG_TROUBLE] = {REPORT_LOG_TROUBLE, false},
	[LOG_DROPPED] = {REPORT_LOG_DROPPED, true},
	[LOG_RESTORED] = {REPORT_LOG_RESTORED, true},
	[LOG_NOT_ROTATED] = {REPORT_LOG_NOT_ROTATED, false},
};

static void take(const struct whole_message *message) {
	const int64_t *numbers = message->head.numbers;
	unsigned type = message->head.type;
	struct log *log = message->head.id < LOG_PLACES ? logs[message->head.id] : NULL;
	if (type == LOG_READY)
		not_ready = 0;
	else if (type == LOG_DRAINED && log && log->told_finish)
		drained(log, numbers[0] == 0);
	else if (type == LOG_AGAIN && log) {
		log->added = log->told_finish = false;
		timer_start(&resend, PAUSE, send_all);
	} else if (type >= LOG_TROUBLE && type <= LOG_NOT_ROTATED)
		report_add(reports[type].type, TEXT(PATH, message->text), NUMBER(ERRNO, numbers[0]),
		           {reports[type].counts ? TAG_COUNT : 0, numbers[1], NULL});
}

static void receive(void) {
	static struct whole_message message;
	int fd;
	while (reports_have_room() && message_receive(channel.fd, &message, &fd)) {
		if (fd >= 0)
			close(fd);
		take(&message);
	}
}

static void ready(struct watch *watch, uint32_t events) {
	receive();
	if (events & (EPOLLHUP | EPOLLERR))
		watch_close(watch); /* it is about to end */
	if (reports_have_room()) {
		send_all(NULL);
		return;
	}
	/* The logger waits with what it has to say. */
	watch_change(watch, 0);
	timer_start(&resend, PAUSE, send_all);
}

/* ---- the logger ---- */

static _Noreturn void run(int socket) {
	char path[PLACE_MAX], name[] = "logger", *arguments[] = {name, NULL};
	const char *other = getenv("UPSTART_LOGGER");
	place_beside(path, "../lib/upstart/logger");
	int above = fcntl(socket, F_DUPFD, ABOVE), score = open("/proc/self/oom_score_adj", O_WRONLY);
	/* What it holds of the output of jobs is more than its own; where that is not allowed it is as any other. */
	ssize_t protected = score >= 0 ? write(score, "-1000", 5) : 0;
	(void)protected;
	/* What a terminal sends (Control-C) is not for it. */
	setsid();
	memory = fcntl(memory, F_DUPFD, ABOVE);
	dup2(above, LOGGER_SOCKET);
	dup2(memory, LOGGER_MEMORY);
	close_range(LOGGER_MEMORY + 1, ~0u, 0);
	execv(other && *other ? other : path, arguments);
	_exit(127);
}

/* Not left to the reaping of everything, which pauses when reports are not acknowledged. */
static void reap(struct watch *watch, uint32_t events) {
	int status;
	(void)watch;
	(void)events;
	if (waitpid(pid, &status, WNOHANG) == pid)
		logger_ended(status);
}

static void watch_end(void) {
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd >= 0 && watch_start(&pidfd, fd, EPOLLIN, reap) < 0)
		close(fd);
}

static void start(struct timer *timer) {
	(void)timer;
	int ends[2] = {-1, -1};
	started_at = loop_now();
	not_ready++;
	if (memory < 0)
		memory = memfd_create("log-memory", MFD_CLOEXEC);
	pid_t child = memory >= 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0 &&
	                      watch_start(&channel, ends[0], EPOLLIN, ready) == 0
	                  ? fork()
	                  : -1;
	if (child == 0)
		run(ends[1]);
	close(ends[1]);
	if (child < 0) {
		if (channel.fd < 0)
			close(ends[0]);
		watch_close(&channel);
		timer_start(&restart, PAUSE_LAST, start);
		return;
	}
	pid = child;
	watch_end();
	for (int64_t id = 0; id < end; id++)
		if (logs[id])
			logs[id]->added = logs[id]->told_finish = false;
	for (unsigned type = LOG_ROTATION; type <= LOG_FOLDER; type++)
		orders[type].due = orders[type].head.type;
	send_all(NULL);
}

void logger_ended(int status) {
	(void)status;
	pid = 0;
	watch_close(&pidfd);
	receive(); /* what it has still said */
	watch_close(&channel);
	behind = true;
	short_lives = loop_now() - started_at < SHORT_LIFE ? short_lives + 1 : 0;
	int64_t pause = 0;
	for (unsigned i = SHORT_LIVES_FREE; i < short_lives && pause < PAUSE_LAST; i++)
		pause = pause ? pause * 2 : PAUSE_FIRST;
	timer_start(&restart, pause < PAUSE_LAST ? pause : PAUSE_LAST, start);
}

void logs_open(void) {
	first_free = 0;
	for (int64_t id = 0; id < end; id++)
		if (logs[id] && (logs[id]->finished || logs[id]->master < 0))
			log_finish(logs[id], NULL, NULL); /* there is nothing to read any more */
	if (pid == 0) {
		start(NULL);
		return;
	}
	/* That of the image before this one has to be gone first, for both have the same memory; another one writes what it has, and ends. */
	watch_end();
	if (memory >= 0)
		kill(pid, SIGKILL);
	else
		watch_close(&channel);
}

bool logs_are_possible(void) {
	return not_ready <= HOPELESS;
}

pid_t logger_pid(void) {
	return pid;
}

void logs_close(int64_t patience) {
	struct message close = {.type = LOG_CLOSE};
	struct pollfd ended = {.fd = pidfd.fd, .events = POLLIN};
	send_all(NULL);
	message_send(channel.fd, &close, "", 0, -1);
	watch_close(&channel);
	/* Nobody is to find it when init has gone, but one that has something to do is left to it. */
	if (pid > 0 && poll(&ended, 1, (int)patience) == 1)
		waitpid(pid, NULL, WNOHANG);
}

/* ---- from one image of the supervisor to the next ---- */

int64_t log_number(const struct log *log) {
	return log->number;
}

struct log *log_by_number(int64_t number) {
	int64_t id = 0;
	while (id < end && (!logs[id] || logs[id]->number != number))
		id++;
	return id < end ? logs[id] : NULL;
}

/* Of one log. What its text is: the path, and the label behind it. */
static void keep_log(struct state_file *state, struct log *log) {
	char label[MESSAGE_TEXT + 1] = "";
	size_t path = strlen(log->text), length = log->length - path - 1;
	int64_t place = log->id;
	if (state->out)
		keep_bytes(state, "log-copy", log->text + path + 1, &length, length);
	else if (keep_bytes(state, "log-copy", label, &length, MESSAGE_TEXT))
		set_text(log, log->text, path, label);
	if (keep(state, "log-place", place) && place < PLACES && !logs[place]) {
		logs[log->id] = NULL;
		logs[log->id = place] = log;
		end = place < end ? end : place + 1;
	}
	keep_descriptor(state, "log-master", &log->master);
	keep(state, "log-number", log->number);
	keep(state, "log-flags", log->flags);
	keep(state, "log-finished", log->finished);
}

void logs_keep(struct state_file *state) {
	/* The log whose entries are being read, and its sequence. */
	static struct log *now;
	static int64_t sequence;
	int socket = channel.fd;
	keep(state, "log-last", last_sequence);
	keep_descriptor(state, "log-table", &memory);
	keep(state, "log-logger", pid);
	/* Open over the re-execution: there may be reports in it. */
	if (keep_descriptor(state, "log-channel", &socket))
		watch_start(&channel, socket, EPOLLIN, ready);
	for (int64_t id = 0; state->out && id < end; id++)
		if (logs[id]) {
			size_t path = strlen(logs[id]->text);
			keep(state, "log-id", logs[id]->sequence);
			keep_bytes(state, "log", logs[id]->text, &path, path);
			keep_log(state, logs[id]);
		}
	if (state->out || keep(state, "log-id", sequence))
		return;
	if (entry_is(state, "log") && state->bytes) {
		now = new_log(state->bytes, state->length, "", 0, -1);
		if (now)
			now->number = now->sequence = sequence;
	} else if (now)
		keep_log(state, now);
}
