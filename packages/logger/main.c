/*
 * The logger: reads the terminals of jobs, writes and rotates their log files, and copies lines to standard output. The
 * supervisor starts it and hands it the terminals; it can be killed at any moment, and the next one continues where it was.
 */
#include "logger.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <time.h>

#define EVENTS 64
/* So many messages are taken before terminals have their turn. */
#define MESSAGES_A_TURN 64
/* How often is looked whether all is written. */
#define CLOSE_AGAIN 10
/* How long the end waits for files to be written, and for standard output. */
#define CLOSE_PATIENCE 10000
#define OUTPUT_PATIENCE 1000
/* Beside the ids of logs: what else is waited for. */
#define MESSAGES UINT64_MAX
#define TIME (UINT64_MAX - 1)

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
struct memory *memory;
int events_fd;
static int timer;
/* When logs and files are looked at, 0: no need to; and since when there is no supervisor. */
static int64_t wake_at, alone_since;

int64_t now_ms(void) {
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000) + time.tv_nsec / 1000000;
}

void wake_in(int64_t milliseconds) {
	int64_t then = now_ms() + milliseconds;
	if (wake_at && wake_at <= then)
		return;
	wake_at = then;
	timerfd_settime(timer, TFD_TIMER_ABSTIME, &(struct itimerspec){.it_value = {then / 1000, then % 1000 * 1000000}},
	                NULL);
}

void tell(enum message_type type, uint64_t id) {
	message_send(LOGGER_SOCKET, &(struct message){.type = type, .id = id}, "", 0, -1, 0);
}

void report(enum frame_type type, const char *path, uint64_t error, int64_t count) {
	struct message head = {.type = LOG_REPORT, .flags = type, .numbers = {(int64_t)error, count}};
	message_send(LOGGER_SOCKET, &head, path, strlen(path), -1, 0);
}

void thread_start(void *(*run)(void *data), void *data) {
	pthread_t thread;
	if (pthread_create(&thread, NULL, run, data) != 0)
		give_up();
}

static void look(void) {
	uint64_t times;
	if (read(timer, &times, sizeof times) != sizeof times)
		return;
	wake_at = 0;
	logs_look();
	files_look();
	int64_t passed = now_ms() - alone_since;
	if (!alone_since)
		return;
	if ((files_are_idle() || passed >= CLOSE_PATIENCE) && (output_is_idle() || passed >= OUTPUT_PATIENCE))
		exit(0);
	wake_in(CLOSE_AGAIN);
}

static void carry_out(const struct whole_message *message, int descriptor) {
	switch (message->head.type) {
	case LOG_ADD:
		logs_add(message, descriptor);
		return; /* which has the descriptor now */
	case LOG_FINISH:
		logs_finish(message->head.id);
		break;
	case LOG_SETTINGS:
		for (int i = 0; i < 3; i++)
			rotation[i] = message->head.numbers[i];
		files_hurry();
		break;
	case LOG_FOLDER:
		files_keep_folder(message);
		break;
	case LOG_SAY:
		output_line(message->head.flags, "", (struct iovec[]){{(char *)message->text, strlen(message->text)}, {"", 0}});
		break;
	}
	if (descriptor >= 0)
		close(descriptor);
}

static void receive(void) {
	static struct whole_message message;
	int descriptor;
	for (int i = 0; message_receive(LOGGER_SOCKET, &message, &descriptor); i++) {
		carry_out(&message, descriptor);
		if (i == MESSAGES_A_TURN)
			return;
	}
	if (errno == EAGAIN || errno == EINTR)
		return;
	/* The supervisor is gone. */
	epoll_ctl(events_fd, EPOLL_CTL_DEL, LOGGER_SOCKET, NULL);
	alone_since = now_ms();
	logs_empty();
	files_hurry();
	wake_in(CLOSE_AGAIN);
}

static void memory_open(void) {
	/* Where init may not make a file of that size the memory is the logger's own: then it dies with it. */
	bool is_shared = ftruncate(LOGGER_MEMORY, sizeof *memory) == 0;
	memory = mmap(NULL, sizeof *memory, PROT_READ | PROT_WRITE,
	              MAP_SHARED | MAP_NORESERVE | (is_shared ? 0 : MAP_ANONYMOUS), is_shared ? LOGGER_MEMORY : -1, 0);
	if (memory == MAP_FAILED)
		give_up();
}

static void add(int fd, uint64_t id) {
	if (epoll_ctl(events_fd, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = EPOLLIN, .data.u64 = id}) < 0)
		give_up();
}

int main(void) {
	static const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGXFSZ, SIGTSTP, SIGTTOU, SIGTTIN};
	/* It ends when the supervisor does, and not before. */
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		signal(ignored[i], SIG_IGN);
	events_fd = epoll_create1(EPOLL_CLOEXEC);
	timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	pthread_mutex_lock(&lock);
	memory_open();
	output_open();
	files_open();
	stage_open();
	add(LOGGER_SOCKET, MESSAGES);
	add(timer, TIME);
	thread_start(write_files, NULL);
	tell(LOG_READY, 0);
	for (;;) {
		struct epoll_event events[EVENTS];
		pthread_mutex_unlock(&lock);
		int count = epoll_wait(events_fd, events, EVENTS, -1);
		pthread_mutex_lock(&lock);
		for (int i = 0; i < count; i++)
			if (events[i].data.u64 == MESSAGES)
				receive();
			else if (events[i].data.u64 == TIME)
				look();
			else
				log_go(events[i].data.u64);
	}
}
