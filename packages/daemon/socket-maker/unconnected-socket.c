/*
 * Makes a socket for the daemon, since Node makes none without connecting it: descriptor 4 of this process, which init
 * connects, so that the other side sees init. At the end of standard input it goes to the daemon over Node's channel.
 */
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHANNEL = 3, SOCKET = 4 };

int main(void) {
	static char text[] = "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\",\"msg\":0}\n";
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
	struct msghdr message = {NULL, 0, &(struct iovec){text, sizeof text - 1}, 1, control, sizeof control, 0};
	int made = dup2(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), SOCKET);
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	*header = (struct cmsghdr){CMSG_LEN(sizeof made), SOL_SOCKET, SCM_RIGHTS};
	*(int *)CMSG_DATA(header) = made;
	bool is_sent = made >= 0 && write(STDOUT_FILENO, "+", 1) == 1 && read(STDIN_FILENO, control, 1) == 0;
	is_sent = is_sent && sendmsg(CHANNEL, &message, MSG_NOSIGNAL) > 0;
	/* The daemon acknowledges it. */
	return is_sent && read(CHANNEL, text, 1) > 0 ? 0 : 1;
}
