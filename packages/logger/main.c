/*
 * The logger: reads the terminals of jobs, writes and rotates their log files, and copies lines to standard output. The
 * supervisor starts it and hands it the terminals; it can be killed at any moment, and the next one goes on where it was.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "file.h"

#define STACK (256 * 1024)
#define EVENTS 64
/* So many messages are taken before terminals have their turn. */
#define MESSAGES_A_TURN 64
/* How long the end waits for files to be written, and then for standard output. */
#define CLOSE_PATIENCE 10000
#define OUTPUT_PATIENCE 1000

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* CLOSE has been carried out. */
static bool closed;

int64_t now_ns(void) {
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

int64_t now_ms(void) {
	return now_ns() / 1000000;
}

struct timespec time_in(int64_t milliseconds) {
	int64_t then = now_ns() + milliseconds * 1000000;
	return (struct timespec){.tv_sec = then / 1000000000, .tv_nsec = then % 1000000000};
}

void condition_open(pthread_cond_t *condition) {
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &attributes);
}

void thread_start(void *(*run)(void *data), void *data) {
	pthread_t thread;
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&thread, &attributes, run, data) != 0)
		exit(1);
}

bool tell(enum message_type type, uint64_t id, const char *path, int64_t error, int64_t count) {
	struct message head = {.type = type, .id = id, .numbers = {error, count}};
	return message_send(LOGGER_SOCKET, &head, path, "", -1) || errno != EAGAIN;
}

static void write_all(void) {
	logs_empty();
	pthread_mutex_lock(&lock);
	files_hurry();
	pthread_mutex_unlock(&lock);
	writer_wait(CLOSE_PATIENCE);
	output_wait(OUTPUT_PATIENCE);
}

static void carry_out(const struct whole_message *message, int descriptor) {
	switch (message->head.type) {
	case LOG_ADD:
		if (descriptor >= 0)
			logs_add(message, descriptor);
		return; /* which has it now */
	case LOG_FINISH:
		logs_finish(message->head.id);
		break;
	case LOG_FLUSH:
		pthread_mutex_lock(&lock);
		files_hurry();
		pthread_mutex_unlock(&lock);
		break;
	case LOG_ROTATION:
		files_rotate(message->head.numbers);
		break;
	case LOG_FOLDER:
		files_keep_folder(message);
		break;
	case LOG_SAY:
		output_line(message->head.flags, "", message->text, strlen(message->text));
		break;
	case LOG_CLOSE:
		write_all();
		closed = true;
		tell(LOG_CLOSED, 0, "", 0, 0);
		break;
	}
	if (descriptor >= 0)
		close(descriptor);
}

/* Takes one message. False: there are no more at the moment. */
static bool receive(void) {
	static struct whole_message message;
	int descriptor;
	if (message_receive(LOGGER_SOCKET, &message, &descriptor)) {
		carry_out(&message, descriptor);
		return true;
	}
	if (errno == EAGAIN || errno == EINTR)
		return false;
	/* The supervisor is gone. */
	if (!closed)
		write_all();
	exit(0);
}

static void add(int epoll, int fd, void *mark) {
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = mark};
	if (fd < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		exit(1);
}

int main(void) {
	static const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGXFSZ, SIGTSTP, SIGTTOU, SIGTTIN};
	/* It ends when the supervisor does, and not before. */
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		signal(ignored[i], SIG_IGN);
	if (!memory_open())
		return 1;
	static char messages, notices;
	int epoll = epoll_create1(EPOLL_CLOEXEC), notice_fd = writer_open();
	output_open();
	logs_open(epoll);
	add(epoll, LOGGER_SOCKET, &messages);
	add(epoll, notice_fd, &notices);
	tell(LOG_READY, 0, "", 0, 0);
	for (;;) {
		struct epoll_event events[EVENTS];
		int count = epoll_wait(epoll, events, EVENTS, logs_turn());
		bool has_messages = false, has_notices = false;
		for (int i = 0; i < count; i++) {
			has_messages = has_messages || events[i].data.ptr == &messages;
			has_notices = has_notices || events[i].data.ptr == &notices;
			if (events[i].data.ptr != &messages && events[i].data.ptr != &notices)
				log_ready(events[i].data.ptr);
		}
		/* After those that are known to be there still. */
		eventfd_t times;
		if (has_notices && eventfd_read(notice_fd, &times) == 0)
			logs_take_notices();
		for (int i = 0; has_messages && i < MESSAGES_A_TURN && receive(); i++)
			;
	}
}
