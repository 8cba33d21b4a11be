/*
 * The supervisor's side of the logger: starts it, hands it the terminals, and again to the next one when it has died. What
 * could not be sent for want of room is sent later; the state of each log says what that is.
 */
#define _GNU_SOURCE
#include "log/logs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../logger/messages.h"
#include "link/frames.h"
#include "loop/loop.h"

/* One that lives shorter than this is followed at once so many times in a row, then after pauses. Milliseconds. */
#define SHORT_LIFE 1000
#define SHORT_LIVES_FREE 5
#define PAUSE_FIRST 50
#define PAUSE_LAST 5000
/* After so many in a row that did not come up, processes are started without logs. */
#define HOPELESS 3
/* How long it waits when reports are not acknowledged. */
#define NO_ROOM_PAUSE 100
/* Where the descriptors of the logger are before they get their numbers. */
#define ABOVE 16
#define BUCKETS 1024

struct log {
	struct garbage garbage;
	/* The oldest first; and those that have something to be sent. */
	struct log *next, *previous, *next_due, *next_with_id;
	uint64_t id;
	int64_t number;
	int master;
	unsigned flags;
	/* What it has come to, and what of that the logger has been told. */
	bool started, finished, is_due, added, told_finish;
	void (*written)(void *data);
	void *data;
	char *path, *label;
};

static struct log *first, *last, *with_id[BUCKETS], *first_due, **last_due = &first_due;
static uint64_t last_id;
static pid_t pid;
static int memory = -1;
static struct watch channel = {.fd = -1}, pidfd = {.fd = -1};
static struct timer restart, room;
static uint32_t watched;
static int64_t started_at;
static unsigned short_lives, not_ready;
/* What the daemon has set, to be sent once; the next logger gets it again. */
static struct setting {
	struct message head;
	char *text;
} settings[2];
static bool settings_due, flush_due, close_due, closed;

static void start(void);

/* ---- sending ---- */

static bool send_plain(enum message_type type, uint64_t id) {
	struct message head = {.type = type, .id = id};
	return message_send(channel.fd, &head, "", "", -1);
}

static bool send_log(struct log *log) {
	struct message head = {.type = LOG_ADD, .flags = log->flags, .id = log->id};
	log->added = log->added || message_send(channel.fd, &head, log->path, log->label, log->master);
	if (log->added && log->finished && !log->told_finish)
		log->told_finish = send_plain(LOG_FINISH, log->id);
	return log->added && log->told_finish == log->finished;
}

static bool send_settings(void) {
	for (size_t i = 0; i < 2; i++)
		if (settings[i].text && !message_send(channel.fd, &settings[i].head, settings[i].text, "", -1))
			return false;
	return true;
}

/* What is due, as far as there is room. */
static void send_due(void) {
	bool room = channel.fd >= 0;
	if (room && settings_due)
		room = !(settings_due = !send_settings());
	while (room && first_due) {
		struct log *log = first_due;
		room = send_log(log);
		if (!room)
			break;
		log->is_due = false;
		first_due = log->next_due;
		if (!first_due)
			last_due = &first_due;
	}
	if (room && flush_due)
		room = !(flush_due = !send_plain(LOG_FLUSH, 0));
	if (room && close_due)
		room = !(close_due = !send_plain(LOG_CLOSE, 0));
	uint32_t events = EPOLLIN | (room ? 0 : EPOLLOUT);
	if (channel.fd >= 0 && events != watched)
		watch_change(&channel, watched = events);
}

static void put_due(struct log *log) {
	if (log->is_due)
		return;
	log->is_due = true;
	log->next_due = NULL;
	*last_due = log;
	last_due = &log->next_due;
}

static void make_due(struct log *log) {
	put_due(log);
	send_due();
}

/* ---- logs ---- */

static struct log **place_of(uint64_t id) {
	struct log **place = &with_id[id % BUCKETS];
	while (*place && (*place)->id != id)
		place = &(*place)->next_with_id;
	return place;
}

static struct log *new_log(uint64_t id, const char *path, const char *label, unsigned flags, int master) {
	struct log *log = calloc(1, sizeof *log);
	if (!log || !(log->path = strdup(path)) || !(log->label = strdup(label))) {
		if (log)
			free(log->path);
		free(log);
		return NULL;
	}
	log->id = id;
	log->number = (int64_t)id;
	log->flags = flags;
	log->master = master;
	log->previous = last;
	*(last ? &last->next : &first) = log;
	last = log;
	*place_of(id) = log;
	return log;
}

struct log *log_new(const char *path, const char *label, int master) {
	return new_log(++last_id, path ? path : "", label ? label : "", label ? LOG_TO_OUTPUT : 0, master);
}

struct log *log_of_stream(int fd, int master) {
	return new_log(++last_id, "", "", fd == STDOUT_FILENO ? LOG_TO_OUTPUT : LOG_TO_ERROR, master);
}

/* Not one that is due. */
void log_discard(struct log *log) {
	*(log->next ? &log->next->previous : &last) = log->previous;
	*(log->previous ? &log->previous->next : &first) = log->next;
	*place_of(log->id) = log->next_with_id;
	free(log->path);
	free(log->label);
	free_later(&log->garbage, log->master);
}

void log_start(struct log *log) {
	log->started = true;
	make_due(log);
}

static void is_written(struct log *log) {
	void (*written)(void *) = log->written;
	log->written = NULL;
	if (written)
		written(log->data);
}

void log_finish(struct log *log, void (*written)(void *data), void *data) {
	log->written = written;
	log->data = data;
	log->started = log->finished = true;
	make_due(log);
}

void log_abandon(struct log *log) {
	log->written = NULL;
}

void logs_flush(void) {
	flush_due = true;
	send_due();
}

bool logs_say(int fd, const char *line, size_t length) {
	struct message head = {.type = LOG_SAY, .flags = fd == STDOUT_FILENO ? LOG_TO_OUTPUT : LOG_TO_ERROR};
	char text[MESSAGE_TEXT / 2 + 1];
	do {
		size_t count = length < sizeof text - 1 ? length : sizeof text - 1;
		memcpy(text, line, count);
		text[count] = '\0';
		if (!message_send(channel.fd, &head, text, "", -1))
			return false;
		line += count;
		length -= count;
	} while (length > 0);
	return true;
}

/* ---- receiving ---- */

static void take(const struct whole_message *message) {
	const char *path = message->text;
	const int64_t *numbers = message->head.numbers;
	struct log *log;
	switch (message->head.type) {
	case LOG_READY:
		not_ready = 0;
		break;
	case LOG_DRAINED:
		log = *place_of(message->head.id);
		if (!log || !log->told_finish)
			break;
		is_written(log);
		log_discard(log);
		break;
	case LOG_TROUBLE:
		report_add(REPORT_LOG_TROUBLE, TEXT(PATH, path), NUMBER(ERRNO, numbers[0]));
		break;
	case LOG_DROPPED:
		report_add(REPORT_LOG_DROPPED, TEXT(PATH, path), NUMBER(ERRNO, numbers[0]), NUMBER(COUNT, numbers[1]));
		break;
	case LOG_RESTORED:
		report_add(REPORT_LOG_RESTORED, TEXT(PATH, path), NUMBER(ERRNO, numbers[0]), NUMBER(COUNT, numbers[1]));
		break;
	case LOG_NOT_ROTATED:
		report_add(REPORT_LOG_NOT_ROTATED, TEXT(PATH, path), NUMBER(ERRNO, numbers[0]));
		break;
	case LOG_CLOSED:
		closed = true;
		break;
	}
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

static void go_on(struct timer *timer) {
	(void)timer;
	send_due();
}

static void ready(struct watch *watch, uint32_t events) {
	receive();
	if (!reports_have_room()) {
		/* The logger waits with what it has to say. */
		watch_change(watch, watched = 0);
		timer_start(&room, NO_ROOM_PAUSE, go_on);
		return;
	}
	if (events & (EPOLLHUP | EPOLLERR))
		watch_close(&channel); /* it is about to end */
	send_due();
}

/* ---- the logger ---- */

static void try_again(struct timer *timer) {
	(void)timer;
	start();
}

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

static void reap(struct watch *watch, uint32_t events) {
	int status;
	(void)watch;
	(void)events;
	/* Not left to the reaping of everything, which pauses when reports are not acknowledged. */
	if (waitpid(pid, &status, WNOHANG) == pid)
		logger_ended(status);
}

static void watch_end(void) {
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd >= 0 && watch_start(&pidfd, fd, EPOLLIN, reap) < 0)
		close(fd);
}

static void start(void) {
	int ends[2];
	started_at = loop_now();
	not_ready++;
	if (memory < 0)
		memory = memfd_create("log-memory", MFD_CLOEXEC);
	if (memory < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
		timer_start(&restart, PAUSE_LAST, try_again);
		return;
	}
	pid_t child = watch_start(&channel, ends[0], watched = EPOLLIN, ready) < 0 ? -1 : fork();
	if (child == 0)
		run(ends[1]);
	close(ends[1]);
	if (child < 0) {
		if (channel.fd < 0)
			close(ends[0]);
		watch_close(&channel);
		timer_start(&restart, PAUSE_LAST, try_again);
		return;
	}
	pid = child;
	watch_end();
	settings_due = true;
	for (struct log *log = first; log; log = log->next) {
		log->added = log->told_finish = false;
		if (log->started)
			put_due(log);
	}
	send_due();
}

void logs_open(void) {
	/* That of the image before this one: it has to be gone first, for both have the same memory. */
	for (struct log *log = first; log; log = log->next)
		if (log->master < 0 && !log->started)
			log_finish(log, NULL, NULL); /* from one that wrote logs itself: there is nothing to read any more */
	if (pid > 0 && kill(pid, SIGKILL) == 0) {
		watch_end();
		return;
	}
	watch_close(&channel);
	start();
}

bool logs_are_possible(void) {
	return not_ready <= HOPELESS;
}

pid_t logger_pid(void) {
	return pid;
}

void logger_ended(int status) {
	(void)status;
	pid = 0;
	watch_close(&pidfd);
	if (channel.fd >= 0)
		receive(); /* what it has still said */
	watch_close(&channel);
	short_lives = loop_now() - started_at < SHORT_LIFE ? short_lives + 1 : 0;
	int64_t pause = short_lives <= SHORT_LIVES_FREE ? 0 : PAUSE_FIRST;
	for (unsigned i = SHORT_LIVES_FREE + 1; i < short_lives && pause < PAUSE_LAST; i++)
		pause *= 2;
	timer_start(&restart, pause < PAUSE_LAST ? pause : PAUSE_LAST, try_again);
}

void logs_close(int64_t patience) {
	int64_t end = loop_now() + patience, left = patience;
	close_due = true;
	while (!closed && left > 0 && channel.fd >= 0) {
		send_due();
		struct pollfd ready = {.fd = channel.fd, .events = (short)(POLLIN | (close_due ? POLLOUT : 0))};
		if (poll(&ready, 1, (int)left) == 1 && (ready.revents & POLLHUP))
			return;
		receive();
		left = end - loop_now();
	}
	/* It has nothing more to do, and nobody is to find it when init has gone. One that has is left to it. */
	struct pollfd ended = {.fd = pidfd.fd, .events = POLLIN};
	if (closed && pid > 0 && kill(pid, SIGKILL) == 0 && left > 0 && poll(&ended, 1, (int)left) == 1)
		waitpid(pid, NULL, WNOHANG);
}

/* ---- what the daemon sets ---- */

static void set(struct setting *setting, const struct message *head, const char *text, size_t length) {
	free(setting->text);
	*setting = (struct setting){*head, strndup(text, length)};
	settings_due = true;
	send_due();
}

void logs_rotate(const struct frame *frame) {
	struct message head = {
	    .type = LOG_ROTATION,
	    .numbers = {frame_get(frame, TAG_ROTATE_SIZE), frame_get(frame, TAG_ROTATE_AGE), frame_get(frame, TAG_ROTATE_KEEP)},
	};
	set(&settings[0], &head, "", 0);
}

void logs_keep_folder(const struct frame *frame) {
	struct message head = {
	    .type = LOG_FOLDER,
	    .numbers = {frame_get(frame, TAG_MODE), frame_get(frame, TAG_OWNER), frame_get(frame, TAG_OWNER_GROUP),
	                frame_get(frame, TAG_PARENTS)},
	};
	struct field path = frame_field(frame, TAG_PATH);
	set(&settings[1], &head, (const char *)path.data, path.length);
}

/* ---- from one image of the supervisor to the next ---- */

int64_t log_number(const struct log *log) {
	return log->number;
}

struct log *log_by_number(int64_t number) {
	struct log *log = first;
	while (log && log->number != number)
		log = log->next;
	return log;
}

void logs_hand_over(FILE *out) {
	state_number(out, "log-last", (int64_t)last_id);
	state_descriptor(out, "log-memory", memory);
	state_number(out, "log-logger", pid);
	/* Open over the re-execution: the logger would end, with half a line, if it lost this. */
	state_descriptor(out, "log-channel", channel.fd);
	for (struct log *log = first; log; log = log->next) {
		state_number(out, "log-id", (int64_t)log->id);
		state_bytes(out, "log", log->path, strlen(log->path));
		state_number(out, "log-number", log->number);
		state_descriptor(out, "log-master", log->master);
		if (log->flags && log->label[0])
			state_bytes(out, "log-copy", log->label, strlen(log->label));
		state_number(out, "log-flags", log->flags);
		state_number(out, "log-finished", log->finished);
	}
}

/*
 * A supervisor that wrote logs itself has left what it had not written yet: the logger gets that as a log of its own, which
 * comes before the terminal's and has ended. Such a supervisor does not say which ids its logs have.
 */
static void take_bytes(uint64_t id, const char *path, const struct state_entry *entry) {
	int ends[2];
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return;
	fcntl(ends[1], F_SETPIPE_SZ, (int)entry->length);
	ssize_t written = write(ends[1], entry->bytes, entry->length);
	(void)written;
	close(ends[1]);
	struct log *log = new_log(id, path, "", 0, ends[0]);
	if (log)
		log_finish(log, NULL, NULL);
}

void logs_take_over(const struct state_entry *entry) {
	/* The log whose entries are being read; the id of the next one, and of the bytes of this one. */
	static struct log *now;
	static uint64_t id, bytes_id;
	if (entry_is(entry, "log-last"))
		last_id = (uint64_t)entry->number;
	else if (entry_is(entry, "log-memory"))
		memory = entry_descriptor(entry);
	else if (entry_is(entry, "log-logger"))
		pid = (pid_t)entry->number;
	else if (entry_is(entry, "log-channel"))
		watch_start(&channel, entry_descriptor(entry), watched = EPOLLIN, ready);
	else if (entry_is(entry, "log-id"))
		id = (uint64_t)entry->number;
	else if (entry_is(entry, "log") && entry->bytes) {
		char *path = strndup((const char *)entry->bytes, entry->length);
		bytes_id = last_id + 1;
		now = new_log(id ? id : (last_id += 3), path ? path : "", "", 0, -1);
		id = 0;
		free(path);
	} else if (!now)
		return;
	else if (entry_is(entry, "log-number"))
		now->number = entry->number;
	else if (entry_is(entry, "log-master"))
		now->master = entry_descriptor(entry);
	else if (entry_is(entry, "log-flags"))
		now->flags = (unsigned)entry->number;
	else if (entry_is(entry, "log-finished") && entry->number)
		log_finish(now, NULL, NULL);
	else if (entry_is(entry, "log-bytes") && entry->bytes)
		take_bytes(bytes_id++, now->path, entry);
	else if (entry_is(entry, "log-file"))
		close(entry_descriptor(entry));
	else if (entry_is(entry, "log-copy") && entry->bytes) {
		free(now->label);
		now->label = strndup((const char *)entry->bytes, entry->length);
		now->flags = LOG_TO_OUTPUT;
	}
}
