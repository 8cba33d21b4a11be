/*
 * conf-watch: inotify for the daemon, which has no other way to learn that a file has been closed after writing, which is
 * when it counts (reference: job files section 6). It knows nothing of what it watches.
 *
 * stdin    requests, each ended by NUL; at its end the program ends
 *            +MASK PATH   watch what IN_ events of MASK, in decimal, happen in the folder PATH
 *            -WATCH       end that watch
 *            ?            answer when everything that has happened so far has been reported
 * stdout   struct inotify_event, with its name, as the kernel has it. The answers to requests, in their order, are ones whose
 *          mask is 0 and whose wd is that of the watch, or 0, or an error number as a negative.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int inotify_fd;
/* Requests, with the beginning of one whose end has not come. */
static char requests[65536];
static size_t held;

/* Passes on what the kernel has for us. What happens meanwhile is not waited for: it may have no end. */
static void pass_on(void) {
	char buffer[65536];
	int left = 0;
	ioctl(inotify_fd, FIONREAD, &left);
	for (ssize_t size; left > 0 && (size = read(inotify_fd, buffer, sizeof buffer)) > 0; left -= (int)size)
		fwrite(buffer, (size_t)size, 1, stdout);
}

static void carry_out(const char *request) {
	char *rest;
	struct inotify_event answer = {0};
	/* Before the answer, so that no event of a new watch comes in front of it. */
	pass_on();
	unsigned long number = strtoul(request + (*request != '\0'), &rest, 10);
	if (request[0] == '+' && *rest == ' ')
		answer.wd = inotify_add_watch(inotify_fd, rest + 1, (uint32_t)number);
	else if (request[0] == '-')
		answer.wd = inotify_rm_watch(inotify_fd, (int)number);
	if (answer.wd < 0)
		answer.wd = -errno;
	fwrite(&answer, sizeof answer, 1, stdout);
}

/* Returns false at the end of stdin, or at a request that is too long to be one. */
static bool read_requests(void) {
	ssize_t size = read(STDIN_FILENO, requests + held, sizeof requests - held);
	if (size <= 0)
		return false;
	held += (size_t)size;
	char *request = requests;
	for (char *end; (end = memchr(request, '\0', held)); request = end + 1) {
		held -= (size_t)(end + 1 - request);
		carry_out(request);
	}
	memmove(requests, request, held);
	return held < sizeof requests;
}

int main(void) {
	inotify_fd = inotify_init1(IN_CLOEXEC);
	if (inotify_fd < 0) {
		fprintf(stderr, "conf-watch: inotify: %s\n", strerror(errno));
		return 1;
	}
	/* The daemon decides when this ends, not a terminal's Ctrl-C, and not a script that has all processes end. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = inotify_fd, .events = POLLIN}};
	for (;;) {
		/* Output is buffered until there is nothing else to do. */
		if (fflush(stdout) || (poll(fds, 2, -1) < 0 && errno != EINTR))
			return 1;
		if (fds[0].revents && !read_requests())
			return 0;
		if (fds[1].revents)
			pass_on();
	}
}
