/*
 * Listens on a Unix socket for upstart-bridge: at a path, or behind `@` at an abstract name of exactly that length. Each client's connection
 * goes to the bridge over Node's channel, with the credentials that the kernel has for it (SO_PEERCRED), which Node cannot ask for. The
 * program writes `+` when it listens, and ends with the bridge; its exit status is the errno of the call that failed.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CHANNEL = 3 };

static int listen_at(const char *place) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(place);
	if (length >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, place, length);
	bool is_abstract = place[0] == '@';
	if (is_abstract)
		address.sun_path[0] = '\0';
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + !is_abstract);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, SOMAXCONN) < 0)
		return -1;
	return listener;
}

/* Sends the connection to the bridge. Returns whether the bridge is there. */
static bool hand_over(int client) {
	struct ucred peer = {0};
	socklen_t length = sizeof peer;
	if (getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
		return true;
	char text[160];
	int bytes =
		snprintf(text, sizeof text,
	             "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\",\"msg\":{\"pid\":%ld,\"uid\":%lu,\"gid\":%lu}}\n",
	             (long)peer.pid, (unsigned long)peer.uid, (unsigned long)peer.gid);
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof client)] = {0};
	struct msghdr message = {NULL, 0, &(struct iovec){text, (size_t)bytes}, 1, control, sizeof control, 0};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	*header = (struct cmsghdr){CMSG_LEN(sizeof client), SOL_SOCKET, SCM_RIGHTS};
	memcpy(CMSG_DATA(header), &client, sizeof client);
	if (sendmsg(CHANNEL, &message, MSG_NOSIGNAL) < bytes)
		return false;
	/* The bridge acknowledges each one, with a line: so one is under way at a time. */
	for (char last = 0; last != '\n';) {
		struct pollfd channel = {CHANNEL, POLLIN, 0};
		if (poll(&channel, 1, -1) > 0 && read(CHANNEL, &last, 1) == 0)
			return false;
	}
	return true;
}

int main(int argc, char **argv) {
	int listener = argc == 2 ? listen_at(argv[1]) : -1;
	if (listener < 0)
		return argc == 2 ? errno : EINVAL;
	if (write(STDOUT_FILENO, "+", 1) != 1)
		return errno;
	for (bool is_there = true; is_there;) {
		struct pollfd ends[] = {{listener, POLLIN, 0}, {CHANNEL, 0, 0}};
		if (poll(ends, 2, -1) < 0)
			continue;
		int client = ends[1].revents ? -1 : accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		is_there = !ends[1].revents && (client < 0 || hand_over(client));
		if (client >= 0)
			close(client);
	}
	return 0;
}
