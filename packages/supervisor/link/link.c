/*
 * The connection to the daemon: reads commands and sends the supervisor's state, then the reports. It never waits for
 * the daemon.
 */
#include "link/link.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "link/reports.h"
#include "loop/loop.h"
#include "process/process.h"

/* After so many commands other descriptors have their turn: a spawn takes half a millisecond. */
#define COMMANDS_A_TURN 16
/* So much is read at once, if it is not a larger frame. */
#define READ_AT_ONCE (64u * 1024)
/* Bytes of a frame with so many numbers in it. */
#define FRAME_OF_NUMBERS(count) (FRAME_HEADER + (count) * (FIELD_HEADER + 8))

static daemon_listener *daemon_listens;
/* Why the kernel has not made the supervisor a subreaper. */
static int subreaper_error;

static struct watch connection = {.fd = -1};
static bool waits_to_send, busy, ending;
/* What has been read and not carried out. There is room for the largest frame. */
static uint8_t input[FRAME_HEADER + FRAME_BODY_MAX + READ_AT_ONCE];
static size_t input_length;

void link_open(daemon_listener *daemon) {
	daemon_listens = daemon;
	/* The kernel gives orphans to process 1 anyway. */
	if (getpid() != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		subreaper_error = errno;
}

/* ---- receiving ---- */

/* Carries out the frame at the beginning of these bytes: its size. 0: it is not complete, or nothing is read any more. */
static size_t take_frame(const uint8_t *bytes, size_t length) {
	struct frame frame;
	const char *why = NULL;
	long taken = frame_take(bytes, length, &frame, &why);
	if (taken > 0)
		why = command_carry_out(&frame, daemon_listens);
	if (why) {
		say("the daemon sent a frame with %s; starting another one", why);
		daemon_listens(SENT_NONSENSE, 0);
	}
	return taken < 0 || connection.fd < 0 ? 0 : (size_t)taken;
}

/* Carries out what is complete in the input, as far as it has its turn. */
static void take_frames(void) {
	size_t at = 0, taken;
	int count = 0;
	do
		at += taken = take_frame(input + at, input_length - at);
	while (taken > 0 && ++count < COMMANDS_A_TURN);
	busy = taken > 0;
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
		daemon_listens(HUNG_UP, 0);
	}
	return n > 0;
}

static void ready(struct watch *watch, uint32_t events) {
	(void)watch;
	/* Commands that have been read come first. */
	if (!busy && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		receive();
}

void link_drain(int64_t patience) {
	int64_t end = loop_now() + patience;
	bool more = true;
	while (more && connection.fd >= 0 && loop_now() <= end) {
		if (busy)
			take_frames();
		else
			more = receive();
	}
}

/* ---- sending ---- */

static void greet(uint8_t **at, enum frame_type type, const struct field_value *values) {
	*at += frame_write(*at, type, 0, values);
}

static void greet_with_process(struct process *process, void *at) {
	greet(at, FRAME_PROCESS, (struct field_value[]){NUMBER(PROCESS, process->id), NUMBER(PID, process->pid), {0}});
}

bool link_connect(int fd) {
	uint8_t *at = reports_rewind(FRAME_OF_NUMBERS(3) + process_count() * FRAME_OF_NUMBERS(2) + FRAME_OF_NUMBERS(0));
	if (!at || watch_start(&connection, fd, EPOLLIN, ready) < 0)
		return false;
	greet(&at, FRAME_HELLO,
	      (struct field_value[]){NUMBER(PID, getpid()),
	                             NUMBER(LAST_COMMAND, command_last()),
	                             NUMBER(SUBREAPER_ERRNO, subreaper_error),
	                             {0}});
	process_each(greet_with_process, &at);
	greet(&at, FRAME_TABLE_END, (struct field_value[]){{0}});
	input_length = 0;
	waits_to_send = busy = ending = false;
	return true;
}

void link_disconnect(void) {
	watch_close(&connection);
	busy = false;
}

void link_end(void) {
	ending = true;
	shutdown(connection.fd, SHUT_WR);
}

void link_turn(void) {
	if (connection.fd >= 0 && busy)
		take_frames();
	if (connection.fd < 0)
		return;
	bool waits = !ending && !reports_send(connection.fd);
	if (waits != waits_to_send)
		watch_change(&connection, waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
	waits_to_send = waits;
}

bool link_is_busy(void) {
	return busy;
}
