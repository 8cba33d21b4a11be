/*
 * The logger: reads the terminals of jobs, writes and rotates their log files, and copies lines to standard output. The
 * supervisor starts it and hands it the terminals; it can be killed at any moment, and the next one continues where it was.
 */
#include "logger.h"

#include <sys/mman.h>

/* So many messages are taken before terminals have their turn. */
#define MESSAGES_A_TURN 64
/* How often the end looks whether standard output takes the rest, and how long it waits in between, in microseconds. */
#define OUTPUT_TIMES 100
#define OUTPUT_PAUSE 10000

struct memory *memory;

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
		output_line(head->flags, message->text, strlen(message->text));
	} else if (head->type == LOG_SETTINGS) {
		settings = *head;
		files_retry(NULL);
	}
}

/* The supervisor is gone. */
static _Noreturn void end(void) {
	for (uint64_t id = 0; id < LOG_PLACES; id++)
		log_finish(id);
	files_retry(NULL);
	for (int i = 0; i < OUTPUT_TIMES && !output_write(); i++)
		usleep(OUTPUT_PAUSE);
	exit(0);
}

static void receive(struct watch *watch) {
	static struct whole_message message;
	int descriptor;
	for (int i = 0; i < MESSAGES_A_TURN; i++) {
		/* A terminal needs a descriptor, of which files may have taken all. */
		if (close(fcntl(LOGGER_SOCKET, F_DUPFD_CLOEXEC, 0)) < 0)
			files_close();
		if (message_receive(watch->fd, &message, &descriptor))
			carry_out(&message, descriptor);
		else if (errno == EAGAIN)
			return;
		else
			end();
	}
}

static void memory_open(void) {
	/* Where init may not make a file of that size the memory is the logger's own: then it dies with it. */
	int flags = ftruncate(LOGGER_MEMORY, sizeof *memory) < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED;
	memory = mmap(NULL, sizeof *memory, PROT_READ | PROT_WRITE, flags | MAP_NORESERVE, LOGGER_MEMORY, 0);
	if (memory == MAP_FAILED)
		give_up();
}

int main(void) {
	static struct watch messages;
	memory_open();
	loop_open();
	output_open();
	logs_open();
	files_open();
	watch_or_give_up(&messages, LOGGER_SOCKET, EPOLLIN, receive);
	message_send(LOGGER_SOCKET, &(struct message){.type = LOG_READY}, "", 0, -1, 0);
	for (;;) {
		output_write();
		loop_turn(false);
	}
}
