/*
 * Listening sockets for jobs. They are kept with the descriptors of clients (files.c), so they outlive the daemon and
 * a re-execution, and whoever has connected meanwhile waits in the kernel until a job accepts.
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "link/frames.h"

/* What is reported as the place of an error (PROTOCOL.md). */
enum listen_step { AT_SOCKET, AT_REUSE, AT_IPV6_ONLY, AT_BIND, AT_LISTEN };

int open_listener(int type, const void *address, size_t length, int *step) {
	struct sockaddr_storage storage = {0};
	const int on = 1;
	length = length < sizeof storage ? length : sizeof storage;
	const struct sockaddr *name = memcpy(&storage, address, length);
	int family = name->sa_family, fd = socket(family, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		*step = AT_SOCKET;
	/* Datagram sockets could share an address then, and take each other's messages. */
	else if (type == SOCK_STREAM && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
		*step = AT_REUSE;
	else if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0)
		*step = AT_IPV6_ONLY;
	else if (bind(fd, name, (socklen_t)length) < 0)
		*step = AT_BIND;
	else if (type == SOCK_STREAM && listen(fd, SOMAXCONN) < 0)
		*step = AT_LISTEN;
	else
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

void listen_at(const struct frame *frame) {
	struct field address = frame_field(frame, TAG_ADDRESS);
	int step = 0, fd = open_listener((int)frame_get(frame, TAG_SOCKET_TYPE), address.data, address.length, &step);
	int error = fd < 0 ? errno : 0;
	uint64_t file = fd < 0 ? 0 : file_add(fd);
	if (!error && !file)
		error = ENFILE;
	report_add(REPORT_LOOKED, NUMBER(TOKEN, frame_get(frame, TAG_TOKEN)), NUMBER(COUNT, step), NUMBER(ERRNO, error),
	           {file ? TAG_FILE : 0, (int64_t)file, NULL});
}
