/*
 * A long or narrow wire between two interfaces: what comes from one leaves by the other, in order, so many milliseconds later, and not
 * faster than so many bytes a second (0: as fast as it comes): wire ONE OTHER DELAY_MS BYTES_PER_S. It writes a line when it carries, and
 * ends with its standard input.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Frames that are under way in one direction; more are dropped, as by a router whose buffer is full. */
#define MOST 1024
/* Offloading hands over frames of 64 KiB, which the interfaces part again; the header of that kind comes before them. */
#define LONGEST (sizeof(struct virtio_net_hdr) + 14 + 65536)

struct frame {
	int64_t due;
	size_t length;
	char *bytes;
};

struct direction {
	int from, to;
	/* When the wire has carried the last frame. */
	int64_t free;
	unsigned first, count;
	struct frame frames[MOST];
};

static int64_t delay, bytes_per_s;

static int64_t now(void) {
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * (int64_t)1000000000 + time.tv_nsec;
}

static void fail(const char *what) {
	perror(what);
	exit(1);
}

static int open_interface(const char *name) {
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	int yes = 1, fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		fail("socket");
	address.sll_ifindex = (int)if_nametoindex(name);
	if (address.sll_ifindex == 0)
		fail(name);
	if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &yes, sizeof yes) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes) < 0)
		fail("setsockopt");
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
		fail("bind");
	return fd;
}

static void take(struct direction *way) {
	static char buffer[LONGEST];

	for (;;) {
		ssize_t length = recv(way->from, buffer, sizeof buffer, 0);
		struct frame *frame;
		int64_t at;

		if (length < 0 && (errno == EAGAIN || errno == EINTR || errno == ENETDOWN))
			return;
		if (length < 0)
			fail("recv");
		if (way->count == MOST)
			continue;
		at = now();
		if (way->free < at)
			way->free = at;
		if (bytes_per_s > 0)
			way->free += length * (int64_t)1000000000 / bytes_per_s;
		frame = &way->frames[(way->first + way->count) % MOST];
		*frame = (struct frame){.due = way->free + delay, .length = (size_t)length, .bytes = malloc((size_t)length)};
		if (!frame->bytes)
			fail("malloc");
		memcpy(frame->bytes, buffer, (size_t)length);
		way->count++;
	}
}

/* Sends what is due; the value is when the next one is, or -1. */
static int64_t give(struct direction *way) {
	while (way->count > 0) {
		struct frame *frame = &way->frames[way->first];

		if (frame->due > now())
			return frame->due;
		/* What the interface does not take is lost, as on any wire. */
		(void)!send(way->to, frame->bytes, frame->length, 0);
		free(frame->bytes);
		way->first = (way->first + 1) % MOST;
		way->count--;
	}
	return -1;
}

int main(int argc, char **argv) {
	static struct direction ways[2];
	struct pollfd polled[3] = {{.fd = STDIN_FILENO, .events = POLLIN}};

	if (argc != 5)
		return 2;
	for (int i = 0; i < 2; i++)
		polled[i + 1] = (struct pollfd){.fd = open_interface(argv[i + 1]), .events = POLLIN};
	delay = strtoll(argv[3], NULL, 10) * 1000000;
	bytes_per_s = strtoll(argv[4], NULL, 10);
	ways[0].from = ways[1].to = polled[1].fd;
	ways[1].from = ways[0].to = polled[2].fd;
	puts("carries");
	fflush(stdout);
	for (;;) {
		int64_t next = -1;
		struct timespec wait;

		for (int i = 0; i < 2; i++) {
			int64_t due = give(&ways[i]);

			if (due >= 0 && (next < 0 || due < next))
				next = due;
		}
		if (next >= 0) {
			int64_t left = next - now();

			if (left < 0)
				left = 0;
			wait = (struct timespec){.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
		}
		if (ppoll(polled, 3, next < 0 ? NULL : &wait, NULL) < 0 && errno != EINTR)
			fail("poll");
		if (polled[0].revents)
			return 0;
		for (int i = 0; i < 2; i++)
			take(&ways[i]);
	}
}
