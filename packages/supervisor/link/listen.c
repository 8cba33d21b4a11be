/*
 * Listening sockets for jobs. They are kept with the descriptors of clients (files.c), so they outlive the daemon and
 * a re-execution, and whoever has connected meanwhile waits in the kernel until a job accepts.
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "link/frames.h"

/* What is reported as the place of an error (PROTOCOL.md). */
enum listen_step { AT_SOCKET, AT_REUSE, AT_IPV6_ONLY, AT_BIND, AT_LISTEN, ALL_DONE };

struct address {
	struct sockaddr_storage storage;
	socklen_t length;
};

/* The step that fails, with the reason in errno. */
static enum listen_step open_listener(int fd, int type, const struct address *address) {
	const struct sockaddr *name = (const struct sockaddr *)&address->storage;
	const int on = 1;
	if (fd < 0)
		return AT_SOCKET;
	/* Datagram sockets could share an address then, and take each other's messages. */
	if (type == SOCK_STREAM && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
		return AT_REUSE;
	if (name->sa_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0)
		return AT_IPV6_ONLY;
	if (bind(fd, name, address->length) < 0)
		return AT_BIND;
	return type == SOCK_STREAM && listen(fd, SOMAXCONN) < 0 ? AT_LISTEN : ALL_DONE;
}

void listen_at(const struct frame *frame) {
	struct field field = frame_field(frame, TAG_ADDRESS);
	struct address address = {.length = field.length};
	int type = (int)frame_get(frame, TAG_SOCKET_TYPE), fd = -1;
	errno = EINVAL;
	if (field.length >= sizeof(sa_family_t) && field.length <= sizeof address.storage) {
		memcpy(&address.storage, field.data, field.length);
		fd = socket(address.storage.ss_family, type | SOCK_CLOEXEC, 0);
	}
	enum listen_step step = open_listener(fd, type, &address);
	int error = step == ALL_DONE ? 0 : errno;
	uint64_t file = step == ALL_DONE ? file_add(fd) : 0;
	if (step != ALL_DONE && fd >= 0)
		close(fd);
	if (step == ALL_DONE && !file)
		error = ENFILE;
	report_add(REPORT_LOOKED, NUMBER(TOKEN, frame_get(frame, TAG_TOKEN)), NUMBER(COUNT, file ? 0 : step),
	           NUMBER(ERRNO, error), {file ? TAG_FILE : 0, (int64_t)file, NULL});
}
