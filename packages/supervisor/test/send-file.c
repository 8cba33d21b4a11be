/*
 * A client that sends descriptors, which Node cannot do: send-file ADDRESS, a path or, behind @, an abstract name. Standard
 * input consists of parts: how many descriptors go with it (a byte), its length (four, little-endian), so many bytes. The
 * descriptors are copies of number 3. What the other side sends goes to standard output; its end is that of this program.
 */
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MOST (1u << 20)
#define FILES_MOST 250
#define FILE_SENT 3

static int connect_to(const char *name) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(name);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (length >= sizeof address.sun_path)
		return -1;
	memcpy(address.sun_path, name, length);
	if (*name == '@')
		address.sun_path[0] = '\0';
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	return connect(fd, (struct sockaddr *)&address, size) < 0 ? -1 : fd;
}

/* Whether all of it was there. */
static int take(void *bytes, size_t length) {
	for (size_t at = 0; at < length;) {
		ssize_t n = read(STDIN_FILENO, (char *)bytes + at, length - at);
		if (n <= 0)
			return 0;
		at += (size_t)n;
	}
	return 1;
}

/* With its first byte go the descriptors. */
static int pass_on(int fd, uint8_t count, const char *bytes, size_t length) {
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(FILES_MOST * sizeof(int))] = {0};
	struct iovec part = {(void *)bytes, length};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	if (count > 0) {
		int files[FILES_MOST];
		for (int i = 0; i < count; i++)
			files[i] = FILE_SENT;
		message.msg_control = control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(header), files, count * sizeof(int));
	}
	return sendmsg(fd, &message, MSG_NOSIGNAL) == (ssize_t)length;
}

int main(int count, char **arguments) {
	static char bytes[MOST];
	int fd = count == 2 ? connect_to(arguments[1]) : -1;
	struct pollfd ready[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
	if (fd < 0)
		return 1;
	while (poll(ready, 2, -1) > 0) {
		uint8_t files;
		uint32_t length;
		ssize_t n = ready[1].revents ? read(fd, bytes, sizeof bytes) : 1;
		if (n <= 0 || (ready[1].revents && write(STDOUT_FILENO, bytes, (size_t)n) != n))
			return 0;
		if (ready[0].revents && !(take(&files, 1) && files <= FILES_MOST && take(&length, sizeof length) &&
		                          length <= MOST && take(bytes, length) && pass_on(fd, files, bytes, length)))
			return 2;
	}
	return 3;
}
