/*
 * The connection to the daemon: reads commands and sends the supervisor's state, then the reports. It never waits for
 * the daemon.
 */
#include "link/link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "link/buffer.h"
#include "link/frames.h"
#include "link/reports.h"
#include "loop/loop.h"
#include "loop/say.h"
#include "process/process.h"

/* The largest frame. */
#define INPUT_MAX (FRAME_HEADER + FRAME_BODY_MAX)
/* After so many commands other descriptors have their turn: a spawn takes half a millisecond. */
#define COMMANDS_A_TURN 16
/* Larger than a HELLO, a PROCESS or a TABLE_END. */
#define GREETING_FRAME_MAX 96

static daemon_listener *daemon_listens;
static int subreaper_error;

static struct watch socket_watch = {.fd = -1};
static bool waits_to_send, busy, ending;

static struct buffer input;

/* What a new daemon gets before any report. */
static struct {
	uint8_t *bytes;
	size_t length, sent;
} greeting;

void link_open(daemon_listener *daemon) {
	daemon_listens = daemon;
	buffer_reserve(&input, INPUT_MAX);
}

void link_subreaper_failed(int error) {
	subreaper_error = error;
}

/* ---- receiving ---- */

/* Carries out what is complete in the input. False: the connection is over. */
static bool take_frames(void) {
	busy = false;
	for (int commands = 0; commands < COMMANDS_A_TURN;) {
		struct frame frame;
		const char *why = NULL;
		long taken = frame_take(input.memory + input.start, input.end - input.start, &frame, &why);
		if (taken == 0)
			return true;
		if (taken > 0)
			why = command_carry_out(&frame, daemon_listens);
		if (why) {
			say("the daemon sent a frame with %s; starting another one", why);
			daemon_listens(SENT_NONSENSE, 0);
			return false;
		}
		commands += frame.header.type != FRAME_ACK;
		buffer_drop(&input, (size_t)taken);
	}
	busy = true;
	return true;
}

/* Reads once. What `recv` said: more than 0 for bytes, 0 when the daemon has closed its end. */
static ssize_t read_more(void) {
	size_t room = INPUT_MAX - (input.end - input.start);
	ssize_t n = recv(socket_watch.fd, input.memory + input.end, room, MSG_DONTWAIT);
	if (n > 0)
		buffer_added(&input, (size_t)n);
	return n;
}

static void ready(struct watch *watch, uint32_t events) {
	(void)watch;
	/* Commands that have been read come first. */
	if (busy || !(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	ssize_t n = read_more();
	if (n > 0)
		take_frames();
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		daemon_listens(HUNG_UP, 0);
}

void link_drain(int64_t patience) {
	int64_t end = loop_now() + patience;
	while (socket_watch.fd >= 0 && take_frames() && loop_now() < end)
		if (!busy && read_more() <= 0)
			return;
}

/* ---- sending ---- */

static void greet(enum frame_type type, const struct field_value *values) {
	greeting.length += frame_write(greeting.bytes + greeting.length, type, 0, values);
}

static void greet_with_process(struct process *process, void *unused) {
	(void)unused;
	greet(FRAME_PROCESS, (struct field_value[]){NUMBER(PROCESS, process->id), NUMBER(PID, process->pid), {0}});
}

static bool make_greeting(void) {
	greeting.bytes = malloc((process_count() + 2) * GREETING_FRAME_MAX);
	greeting.length = greeting.sent = 0;
	if (!greeting.bytes)
		return false;
	greet(FRAME_HELLO, (struct field_value[]){NUMBER(PID, getpid()),
	                                          NUMBER(LAST_COMMAND, command_last()),
	                                          NUMBER(SUBREAPER_ERRNO, subreaper_error),
	                                          {0}});
	process_each(greet_with_process, NULL);
	greet(FRAME_TABLE_END, (struct field_value[]){{0}});
	return true;
}

static void drop_greeting(void) {
	free(greeting.bytes);
	memset(&greeting, 0, sizeof greeting);
}

static void want_to_send(bool wanted) {
	if (waits_to_send == wanted)
		return;
	waits_to_send = wanted;
	watch_change(&socket_watch, wanted ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

/* The rest of the greeting, then the reports. */
static void send_pending(void) {
	struct iovec pieces[2] = {{.iov_base = greeting.bytes + greeting.sent, .iov_len = greeting.length - greeting.sent}};
	pieces[1].iov_base = (void *)reports_unsent(&pieces[1].iov_len);
	size_t length = pieces[0].iov_len + pieces[1].iov_len;
	struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
	if (ending)
		return;
	ssize_t n = length > 0 ? sendmsg(socket_watch.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
	want_to_send(n < (ssize_t)length);
	if (n <= 0)
		return;
	size_t of_greeting = (size_t)n < pieces[0].iov_len ? (size_t)n : pieces[0].iov_len;
	greeting.sent += of_greeting;
	reports_sent((size_t)n - of_greeting);
	if (greeting.sent == greeting.length)
		drop_greeting();
}

bool link_connect(int fd) {
	if (!make_greeting())
		return false;
	if (watch_start(&socket_watch, fd, EPOLLIN, ready) < 0) {
		drop_greeting();
		return false;
	}
	reports_rewind();
	buffer_drop(&input, input.end - input.start);
	waits_to_send = busy = ending = false;
	return true;
}

void link_disconnect(void) {
	watch_close(&socket_watch);
	drop_greeting();
	busy = false;
}

void link_end(void) {
	ending = true;
	want_to_send(false);
	shutdown(socket_watch.fd, SHUT_WR);
}

void link_turn(void) {
	if (socket_watch.fd >= 0 && busy)
		take_frames();
	if (socket_watch.fd >= 0)
		send_pending();
}

bool link_is_busy(void) {
	return busy;
}
