/*
 * A sender of messages as those of sd_notify(3): notify-send [-a ADDRESS] [-p PID] [-f] [-n COUNT] [-s BYTES] [-w] TEXT. To
 * $NOTIFY_SOCKET unless an address is given; with the pid of another process, with a descriptor, so many times, filled up to
 * so many bytes; -w: lives on. Exit status 0: all were taken, 2: the kernel refused one.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MOST 65536

static char text[MOST];
static union {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int))];
} control;

static void put(struct msghdr *message, int type, const void *data, size_t length) {
	struct cmsghdr *header = (struct cmsghdr *)(control.bytes + message->msg_controllen);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = type;
	header->cmsg_len = CMSG_LEN(length);
	memcpy(CMSG_DATA(header), data, length);
	message->msg_control = control.bytes;
	message->msg_controllen += CMSG_SPACE(length);
}

int main(int argc, char **argv) {
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct ucred credentials = {.pid = 0, .uid = getuid(), .gid = getgid()};
	int count = 1, file = -1, waits = 0, option;
	size_t size = 0;
	while ((option = getopt(argc, argv, "a:p:fn:s:w")) != -1)
		if (option == 'a')
			name = optarg;
		else if (option == 'p')
			credentials.pid = atoi(optarg);
		else if (option == 'f')
			file = STDIN_FILENO;
		else if (option == 'w')
			waits = 1;
		else if (option == 'n')
			count = atoi(optarg);
		else
			size = (size_t)atoi(optarg);
	if (!name || optind >= argc || strlen(name) >= sizeof address.sun_path || size >= MOST)
		return 1;
	memset(text, '\n', size);
	memcpy(text, argv[optind], strlen(argv[optind]));
	memcpy(address.sun_path, name, strlen(name));
	if (*name == '@')
		address.sun_path[0] = '\0';
	struct iovec part = {text, size ? size : strlen(text)};
	struct msghdr message = {
		&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name)), &part, 1, NULL, 0, 0};
	if (credentials.pid)
		put(&message, SCM_CREDENTIALS, &credentials, sizeof credentials);
	if (file >= 0)
		put(&message, SCM_RIGHTS, &file, sizeof file);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	while (count-- > 0)
		if (sendmsg(fd, &message, MSG_NOSIGNAL) < 0) {
			perror("notify-send");
			return 2;
		}
	return waits ? pause() : 0;
}
