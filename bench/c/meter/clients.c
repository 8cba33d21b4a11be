/*
 * COUNT connections that each ask again as soon as they have their answer. Prints answers a second, and the longest that
 * one was waited for, in nanoseconds.
 */
#include "meter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define COUNT_MAX 4096

struct connection {
	int fd;
	struct frame_reader reader;
	bool greeted;
	int64_t asked;
};

struct text {
	uint8_t bytes[4096];
	size_t length;
};

static void from_hex(const char *hex, struct text *text) {
	unsigned byte;
	for (; *hex && text->length < sizeof text->bytes && sscanf(hex, "%2x", &byte) == 1; hex += 2)
		text->bytes[text->length++] = (uint8_t)byte;
}

static void ask(struct connection *c, const struct text *request) {
	c->asked = now_ns();
	if (write(c->fd, request->bytes, request->length) != (ssize_t)request->length)
		give_up("request");
}

int clients(int argc, char **argv) {
	static struct connection connections[COUNT_MAX];
	static struct text hello, request;
	static uint8_t bytes[65536];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct epoll_event events[64];
	int count = argc == 6 ? atoi(argv[2]) : 0, epoll = epoll_create1(EPOLL_CLOEXEC);
	if (count < 1 || count > COUNT_MAX || strlen(argv[1]) >= sizeof address.sun_path)
		return 2;
	strcpy(address.sun_path, argv[1]);
	from_hex(argv[4], &hello);
	from_hex(argv[5], &request);
	int64_t began = now_ns(), end = began + atoll(argv[3]) * 1000000000, longest = 0, answers = 0;
	for (int i = 0; i < count; i++) {
		struct connection *c = &connections[i];
		c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address) < 0)
			give_up(argv[1]);
		epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &(struct epoll_event){.events = EPOLLIN, .data.ptr = c});
		ask(c, &hello);
	}
	while (now_ns() < end) {
		int ready = epoll_wait(epoll, events, 64, 1000);
		for (int i = 0; i < ready; i++) {
			struct connection *c = events[i].data.ptr;
			ssize_t n = read(c->fd, bytes, sizeof bytes);
			if (n <= 0)
				give_up("answer");
			if (frames_in(&c->reader, bytes, n) == 0)
				continue;
			int64_t waited = now_ns() - c->asked;
			if (c->greeted && waited > longest)
				longest = waited;
			answers += c->greeted;
			c->greeted = true;
			ask(c, &request);
		}
	}
	printf("%.0f %lld\n", (double)answers * 1e9 / (double)(now_ns() - began), (long long)longest);
	return 0;
}
