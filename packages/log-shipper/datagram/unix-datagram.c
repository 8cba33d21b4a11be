/*
 * Sends datagrams to a Unix socket for the log shipper, since Node cannot: upstart/unix-datagram PATH.
 * Standard input has frames, a length of four bytes and then so many bytes, each of which is one datagram. Standard output
 * gets a byte for each: 0, or the number of the error. After an error all frames get that, up to an empty one, which is answered, too:
 * so nothing overtakes what has to be sent again. A datagram that is too large goes as a sealed memory file, as journald takes it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MAX_FRAME = 4 * 1024 * 1024 };

static int peer = -1;

/* 0, or the number of the error. */
static int open_peer(const char *path) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(path);
	if (length >= sizeof address.sun_path)
		return ENAMETOOLONG;
	memcpy(address.sun_path, path, length);
	peer = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (peer >= 0 && connect(peer, (struct sockaddr *)&address, sizeof address) == 0)
		return 0;
	int error = errno;
	close(peer);
	peer = -1;
	return error;
}

static int send_file(const char *bytes, size_t length) {
	int file = memfd_create("log-entry", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (file < 0)
		return errno;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
	struct msghdr message = {.msg_control = control, .msg_controllen = sizeof control};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	*header = (struct cmsghdr){CMSG_LEN(sizeof file), SOL_SOCKET, SCM_RIGHTS};
	memcpy(CMSG_DATA(header), &file, sizeof file);
	errno = ENOSPC; /* when there is room for a part only */
	bool is_sent = write(file, bytes, length) == (ssize_t)length &&
	               fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0 &&
	               sendmsg(peer, &message, MSG_NOSIGNAL) >= 0;
	int error = is_sent ? 0 : errno;
	close(file);
	return error;
}

static int send_frame(const char *bytes, size_t length) {
	if (send(peer, bytes, length, MSG_NOSIGNAL) >= 0)
		return 0;
	return errno == EMSGSIZE || errno == ENOBUFS ? send_file(bytes, length) : errno;
}

/* A receiver that was started again has another socket. */
static int deliver(const char *path, const char *bytes, size_t length) {
	int error = peer < 0 ? ENOTCONN : send_frame(bytes, length);
	if (error != ENOTCONN && error != ECONNREFUSED && error != ECONNRESET && error != EPIPE)
		return error;
	close(peer);
	error = open_peer(path);
	return error == 0 ? send_frame(bytes, length) : error;
}

int main(int count, char **words) {
	static char bytes[MAX_FRAME];
	if (count != 2)
		return 1;
	uint32_t length = 0;
	/* No signal that this program survives interrupts what follows. */
	for (int error = 0; fread(&length, sizeof length, 1, stdin) == 1;) {
		if (length > MAX_FRAME || fread(bytes, 1, length, stdin) < length)
			return 1;
		if (length == 0)
			error = 0;
		else if (error == 0)
			error = deliver(words[1], bytes, length);
		unsigned char answer = error < 256 ? (unsigned char)error : EIO;
		if (write(STDOUT_FILENO, &answer, 1) != 1)
			return 1;
	}
	return 0;
}
