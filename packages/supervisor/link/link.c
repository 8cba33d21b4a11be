/* Carries out what the daemon asks for and sends it the reports, without ever waiting for it. */
#include "link/link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "link/commands.h"
#include "daemon/daemon.h"
#include "link/frames.h"
#include "link/greeting.h"
#include "loop/loop.h"
#include "link/reports.h"
#include "loop/say.h"

/* Room for one frame of the largest size and for reading ahead. */
#define INPUT (FRAME_HEADER + FRAME_BODY_MAX + 256 * 1024)
/* Memory that an empty buffer gives back. */
#define GIVE_BACK (64u * 1024)
/* After so many commands other descriptors have their turn: a spawn takes half a millisecond. */
#define COMMANDS_A_TURN 16

static struct watch socket_watch = {.fd = -1};
static bool waits_to_send, busy, ending;

static uint8_t *input;
static size_t input_start, input_end, highest;

static struct greeting greeting;

void link_open(void) {
	input = mmap(NULL, INPUT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (input == MAP_FAILED) {
		perror("init: cannot reserve memory for commands");
		exit(1);
	}
}

static void want_to_send(bool wanted) {
	if (waits_to_send == wanted)
		return;
	waits_to_send = wanted;
	watch_change(&socket_watch, wanted ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void refuse(const char *why) {
	say("the daemon sent a frame with %s; starting another one", why);
	daemon_refuse();
}

/* Carries out what is complete in the input. False: the connection is over. */
static bool take_frames(void) {
	int commands = 0;
	busy = false;
	while (commands < COMMANDS_A_TURN) {
		struct frame frame;
		const char *why = NULL;
		long taken = frame_take(input + input_start, input_end - input_start, &frame, &why);
		if (taken == 0)
			return true;
		if (taken > 0)
			why = command_carry_out(&frame);
		if (why) {
			refuse(why);
			return false;
		}
		input_start += (size_t)taken;
		commands += frame.header.type != FRAME_ACK;
	}
	busy = true;
	return true;
}

static void make_room(void) {
	if (input_start == 0)
		return;
	memmove(input, input + input_start, input_end - input_start);
	input_end -= input_start;
	input_start = 0;
	if (input_end > 0 || highest <= GIVE_BACK)
		return;
	madvise(input, INPUT, MADV_DONTNEED);
	highest = 0;
}

/* Reads once. What `recv` said: more than 0 for bytes, 0 when the daemon has closed its end. */
static ssize_t read_more(void) {
	make_room();
	ssize_t n = recv(socket_watch.fd, input + input_end, INPUT - input_end, MSG_DONTWAIT);
	if (n > 0)
		input_end += (size_t)n;
	if (input_end > highest)
		highest = input_end;
	return n;
}

static void receive(void) {
	if (busy)
		return; /* what has been read comes first */
	ssize_t n = read_more();
	if (n > 0)
		take_frames();
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		daemon_hung_up();
}

void link_drain(int64_t patience) {
	int64_t end = loop_now() + patience;
	while (socket_watch.fd >= 0 && take_frames() && loop_now() < end)
		if (!busy && read_more() <= 0)
			return;
}

static void ready(struct watch *watch, uint32_t events) {
	(void)watch;
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		receive();
}

/* What has not been sent yet: the greeting first, then reports. */
static bool send_some(const uint8_t *bytes, size_t length, void (*sent)(size_t)) {
	if (length == 0)
		return true;
	ssize_t n = send(socket_watch.fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n > 0)
		sent((size_t)n);
	return n == (ssize_t)length;
}

static void greeting_sent(size_t length) {
	greeting.sent += length;
	if (greeting.sent == greeting.length)
		greeting_drop(&greeting);
}

static void send_pending(void) {
	size_t length;
	if (ending)
		return;
	if (greeting.bytes &&
	    !send_some(greeting.bytes + greeting.sent, greeting.length - greeting.sent, greeting_sent)) {
		want_to_send(true);
		return;
	}
	const uint8_t *bytes = reports_unsent(&length);
	want_to_send(!send_some(bytes, length, reports_sent));
}

bool link_connect(int fd) {
	if (!greeting_make(&greeting))
		return false;
	if (watch_start(&socket_watch, fd, EPOLLIN, ready) < 0) {
		greeting_drop(&greeting);
		return false;
	}
	reports_rewind();
	input_start = input_end = 0;
	waits_to_send = busy = ending = false;
	return true;
}

void link_disconnect(void) {
	watch_close(&socket_watch);
	greeting_drop(&greeting);
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
