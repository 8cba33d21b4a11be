/*
 * abstract-relay NAME: copies between descriptor 3, a socket of the daemon, and the abstract socket with exactly this
 * name, which Node 20 cannot connect to. Says so on stdout with a byte once it is connected; ends with the number of the
 * error if it cannot be, or when either side ends.
 */
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define DAEMON_FD 3

int main(int argc, char **argv) {
	static char bytes[65536];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = argc == 2 ? strlen(argv[1]) : 0;
	if (length == 0 || length >= sizeof address.sun_path)
		return ENAMETOOLONG;
	memcpy(address.sun_path + 1, argv[1], length);
	length += offsetof(struct sockaddr_un, sun_path) + 1;
	int bus = socket(AF_UNIX, SOCK_STREAM, 0);
	if (connect(bus, (struct sockaddr *)&address, (socklen_t)length) < 0)
		return errno;
	if (write(STDOUT_FILENO, "+", 1) < 0)
		return errno;
	struct pollfd ends[] = {{.fd = DAEMON_FD, .events = POLLIN}, {.fd = bus, .events = POLLIN}};
	for (;;) {
		poll(ends, 2, -1);
		for (int from = 0; from < 2; from++) {
			ssize_t size = ends[from].revents ? read(ends[from].fd, bytes, sizeof bytes) : 1;
			if (size <= 0)
				return 0;
			/* Neither end waits for the other one to read: both buffer what they send. */
			for (ssize_t at = 0, sent; ends[from].revents && at < size; at += sent)
				if ((sent = send(ends[!from].fd, bytes + at, (size_t)(size - at), MSG_NOSIGNAL)) < 0)
					return 0;
		}
	}
}
