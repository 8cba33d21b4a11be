/* The connection to the daemon: commands come in, the state and the reports go out. It never waits for the daemon. */
#include <sys/prctl.h>
#include <sys/socket.h>

#include "process/process.h"

/* Then others have their turn: these bytes start some twenty processes, each of which takes half a millisecond. */
#define READ_AT_ONCE 8192
/* Bytes of a frame with so many numbers in it. */
#define FRAME_OF_NUMBERS(count) (FRAME_HEADER + (count) * (FIELD_HEADER + 8))

static struct watch connection = {.fd = -1};
static bool waits_to_send;
/* What has been read of a frame that is not complete. */
static uint8_t input[FRAME_HEADER + FRAME_BODY_MAX + READ_AT_ONCE];
static size_t input_length;

/* Carries out what is complete in the input. */
static void take_frames(void) {
	size_t at = 0;
	while (connection.fd >= 0) {
		struct frame frame;
		const char *why = NULL;
		long taken = frame_take(input + at, input_length - at, &frame, &why);
		if (taken == 0)
			break;
		if (taken > 0)
			why = command_carry_out(&frame);
		if (why) {
			say("the daemon sent a frame with %s; starting another one", why);
			daemon_hung_up(true);
			return;
		}
		at += (size_t)taken;
	}
	input_length -= at;
	memmove(input, input + at, input_length);
}

/* Reads once. False: there was nothing to be read. */
static bool receive(void) {
	ssize_t n = recv(connection.fd, input + input_length, READ_AT_ONCE, MSG_DONTWAIT);
	if (n > 0) {
		input_length += (size_t)n;
		take_frames();
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		daemon_hung_up(false);
	}
	return n > 0;
}

static void ready(struct watch *watch) {
	if (watch->events & ~(uint32_t)EPOLLOUT)
		receive();
}

void link_drain(void) {
	while (connection.fd >= 0 && receive())
		;
}

static void greet_with_process(struct process *process, void *at) {
	*(uint8_t **)at +=
		frame_write(*(uint8_t **)at, FRAME_PROCESS, 0, FIELDS(NUMBER(PROCESS, process->id), NUMBER(PID, process->pid)));
}

bool link_connect(int fd) {
	uint8_t *at = reports_rewind(FRAME_OF_NUMBERS(3) + process_count * FRAME_OF_NUMBERS(2) + FRAME_OF_NUMBERS(0));
	if (!at || watch_start(&connection, fd, EPOLLIN, ready) < 0)
		return false;
	int error = prctl(PR_SET_CHILD_SUBREAPER, 1) < 0 ? errno : 0;
	at +=
		frame_write(at, FRAME_HELLO, 0,
	                FIELDS(NUMBER(PID, getpid()), NUMBER(LAST_COMMAND, command_last), NUMBER(SUBREAPER_ERRNO, error)));
	process_each(greet_with_process, &at);
	frame_write(at, FRAME_TABLE_END, 0, &(struct field_value){0});
	input_length = 0;
	waits_to_send = false;
	return true;
}

void link_disconnect(void) {
	watch_close(&connection);
	looks_end();
}

void link_end(void) {
	shutdown(connection.fd, SHUT_WR);
}

void link_turn(void) {
	if (connection.fd < 0)
		return;
	bool waits = !reports_send(connection.fd);
	if (waits != waits_to_send)
		watch_change(&connection, waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
	waits_to_send = waits;
}
