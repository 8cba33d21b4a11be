/*
 * The logger: reads the terminals of jobs, writes and rotates their log files, and copies lines to standard output. The
 * supervisor starts it and hands it the terminals; it can be killed at any moment, and the next one continues where it was.
 */
#include "logger.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <time.h>

#define EVENTS 64
/* So many messages are taken before terminals have their turn. */
#define MESSAGES_A_TURN 64
/* How long the end waits for standard output, in milliseconds, and how often it looks, in microseconds. */
#define OUTPUT_PATIENCE 1000
#define OUTPUT_AGAIN 10000
/* Beside the ids of logs: what else is waited for. */
#define MESSAGES UINT64_MAX

struct memory *memory;
static int events_fd;

int64_t now_ms(void) {
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000) + time.tv_nsec / 1000000;
}

void watch(int operation, int fd, uint32_t events, uint64_t id) {
	struct epoll_event event = {.events = events, .data.u64 = id};
	if (epoll_ctl(events_fd, operation, fd, &event) < 0 && operation == EPOLL_CTL_ADD && id != OUTPUT_ID)
		give_up();
}

void tell(enum message_type type, uint64_t id) {
	message_send(LOGGER_SOCKET, &(struct message){.type = type, .id = id}, "", 0, -1, 0);
}

void report(enum frame_type type, const struct file *file, uint64_t error, int64_t count) {
	struct message head = {.type = LOG_REPORT, .flags = type, .numbers = {(int64_t)error, count}};
	message_send(LOGGER_SOCKET, &head, file->path, strlen(file->path), -1, 0);
}

static void carry_out(const struct whole_message *message, int descriptor) {
	const struct message *head = &message->head;
	if (head->type == LOG_ADD) {
		log_add(message, descriptor);
	} else if (head->type == LOG_FINISH) {
		log_finish(head->id);
	} else if (head->type == LOG_SAY) {
		output_line(head->flags, NULL, 0, message->text, strlen(message->text));
	} else if (head->type == LOG_SETTINGS) {
		settings = *message;
		files_retry();
	}
}

/* The supervisor is gone. */
static _Noreturn void end(void) {
	for (uint64_t id = 0; id < LOG_PLACES; id++)
		log_finish(id);
	files_retry();
	int64_t until = now_ms() + OUTPUT_PATIENCE;
	while (!output_write() && now_ms() < until)
		usleep(OUTPUT_AGAIN);
	exit(0);
}

static void receive(void) {
	static struct whole_message message;
	int descriptor;
	for (int i = 0; i < MESSAGES_A_TURN; i++)
		if (message_receive(LOGGER_SOCKET, &message, &descriptor))
			carry_out(&message, descriptor);
		else if (errno == EAGAIN || errno == EINTR)
			return;
		else
			end();
}

static void memory_open(void) {
	/* Where init may not make a file of that size the memory is the logger's own: then it dies with it. */
	bool is_shared = ftruncate(LOGGER_MEMORY, sizeof *memory) == 0;
	memory = mmap(NULL, sizeof *memory, PROT_READ | PROT_WRITE,
	              MAP_SHARED | MAP_NORESERVE | (is_shared ? 0 : MAP_ANONYMOUS), is_shared ? LOGGER_MEMORY : -1, 0);
	if (memory == MAP_FAILED)
		give_up();
}

/* Milliseconds until files are tried again; -1: there are none. */
static int patience(void) {
	int64_t left = retry_due - now_ms();
	return !retry_due ? -1 : left > 0 ? (int)left : 0;
}

int main(void) {
	static const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGXFSZ, SIGTSTP, SIGTTOU, SIGTTIN};
	struct epoll_event events[EVENTS];
	/* It ends when the supervisor does, and not before. */
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		signal(ignored[i], SIG_IGN);
	memory_open();
	output_open();
	logs_open();
	files_open();
	events_fd = epoll_create1(EPOLL_CLOEXEC);
	watch(EPOLL_CTL_ADD, LOGGER_SOCKET, EPOLLIN, MESSAGES);
	tell(LOG_READY, 0);
	for (;;) {
		output_write();
		int count = epoll_wait(events_fd, events, EVENTS, patience());
		for (int i = 0; i < count; i++)
			if (events[i].data.u64 == MESSAGES)
				receive();
			else if (events[i].data.u64 != OUTPUT_ID)
				log_go(events[i].data.u64);
		if (patience() == 0)
			files_retry();
	}
}
