/*
 * Starts the logger, and the next one when it ends: what it held is in memory that both share. It gets its messages through a socket pair;
 * what does not fit is sent again when there is room.
 */
#include "log/logs.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* One that lives shorter than this is followed after pauses that double. Milliseconds. */
#define SHORT_LIFE 1000
#define PAUSE_FIRST 1
#define PAUSE_LAST 5000
/* After so many in a row that did not come up, processes are started without logs. */
#define HOPELESS 3

pid_t logger_pid;
static int memory = -1;
static struct watch channel = {.fd = -1};
static struct timer restart;
static int64_t started_at;
static unsigned short_lives, not_ready;
static bool has_ended;

bool logger_send(const struct message *head, const char *text, size_t length, int fd) {
	bool sent = message_send(channel.fd, head, text, length, fd, MSG_DONTWAIT);
	if (!sent && errno == EAGAIN)
		watch_change(&channel, EPOLLIN | EPOLLOUT);
	return sent;
}

static void receive(void) {
	static struct whole_message message;
	while (message_receive(channel.fd, &message, NULL))
		if (message.head.type == LOG_READY) {
			not_ready = 0;
			if (has_ended)
				report_add(REPORT_LOGGER_REPLACED, NUMBER(PID, logger_pid));
		} else
			logs_take(&message);
}

static void ready(struct watch *watch) {
	receive();
	if (watch->events & (EPOLLHUP | EPOLLERR)) {
		watch_close(watch); /* it is about to end */
	} else if (watch->events & EPOLLOUT) {
		watch_change(watch, EPOLLIN);
		logs_send();
	}
}

static _Noreturn void run(int socket) {
	char path[PLACE_MAX], name[] = "logger", *arguments[] = {name, NULL};
	place_of(path, "UPSTART_LOGGER", "../lib/upstart/logger");
	int score = open("/proc/self/oom_score_adj", O_WRONLY);
	/* What it holds of the output of jobs is more than its own; where that is not allowed it is as any other. */
	ssize_t protected = score >= 0 ? write(score, "-1000", 5) : 0;
	(void)protected;
	/* What a terminal sends (Control-C) is not for it. All signals are blocked in it, as here: it ends when the supervisor does. */
	setsid();
	/* The slots are below both. */
	dup2(socket, LOGGER_SOCKET);
	dup2(memory, LOGGER_MEMORY);
	close_range(LOGGER_MEMORY + 1, ~0u, 0);
	execv(path, arguments);
	_exit(127);
}

static void start(struct timer *timer) {
	(void)timer;
	int ends[2] = {-1, -1};
	started_at = loop_now();
	not_ready++;
	if (memory < 0)
		memory = memfd_create(MEMORY_NAME, MFD_CLOEXEC);
	pid_t child = memory >= 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0 &&
	                      watch_start(&channel, ends[0], EPOLLIN, ready) == 0
	                  ? fork()
	                  : -1;
	if (child == 0)
		run(ends[1]);
	close(ends[1]);
	if (child > 0) {
		logger_pid = child;
		logs_send_anew();
		return;
	}
	if (channel.fd < 0)
		close(ends[0]);
	watch_close(&channel);
	timer_start(&restart, PAUSE_LAST, start);
}

void logger_ended(int status) {
	(void)status;
	has_ended = true;
	logger_pid = 0;
	receive(); /* what it has still said */
	watch_close(&channel);
	short_lives = loop_now() - started_at < SHORT_LIFE ? short_lives + 1 : 0;
	timer_start(&restart, short_lives > 0 ? doubled(PAUSE_FIRST, short_lives - 1, PAUSE_LAST) : 0, start);
}

void logger_open(void) {
	if (logger_pid == 0) {
		start(NULL);
		return;
	}
	/* That of the image before this one has to be gone first. */
	int socket = channel.fd;
	channel.fd = -1;
	if (memory < 0 || watch_start(&channel, socket, EPOLLIN, ready) < 0)
		close(socket);
	if (memory >= 0)
		kill(logger_pid, SIGKILL);
}

bool logs_are_possible(void) {
	return not_ready <= HOPELESS;
}

void logger_close(int64_t patience) {
	struct pollfd ended = {.fd = logger_pid > 0 ? (int)syscall(SYS_pidfd_open, logger_pid, 0) : -1, .events = POLLIN};
	watch_close(&channel);
	/* Nobody is to find it when init has gone, but one that has something to do is left to it. */
	if (ended.fd >= 0 && poll(&ended, 1, (int)patience) == 1)
		waitpid(logger_pid, NULL, WNOHANG);
}

void logger_keep(struct state_file *state) {
	keep_descriptor(state, MEMORY_NAME, &memory);
	keep(state, "log-logger", logger_pid);
	/* Open over the re-execution: there may be reports in it. */
	keep_descriptor(state, "log-channel", &channel.fd);
}
