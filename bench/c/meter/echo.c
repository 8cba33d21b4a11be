/* The limit of a daemon that answers: for each frame that comes it sends one. */
#include "meter.h"

#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTIONS_MAX 4096
#define ANSWER 160 /* bytes of a frame, about what a status is */

static struct frame_reader readers[CONNECTIONS_MAX];

int echo(int argc, char **argv) {
	static uint8_t answer[ANSWER] = {ANSWER - 4}, bytes[65536];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct epoll_event events[64];
	if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path)
		return 2;
	strcpy(address.sun_path, argv[1]);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), epoll = epoll_create1(EPOLL_CLOEXEC);
	if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 511) < 0)
		give_up(argv[1]);
	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &(struct epoll_event){.events = EPOLLIN, .data.fd = listener});
	printf("listening\n");
	fflush(stdout);
	for (;;) {
		int count = epoll_wait(epoll, events, 64, -1);
		for (int i = 0; i < count; i++) {
			int fd = events[i].data.fd;
			if (fd == listener) {
				fd = accept(listener, NULL, NULL);
				if (fd < 0 || fd >= CONNECTIONS_MAX)
					give_up("accept");
				readers[fd] = (struct frame_reader){0};
				epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = EPOLLIN, .data.fd = fd});
				continue;
			}
			ssize_t n = read(fd, bytes, sizeof bytes);
			if (n <= 0)
				close(fd);
			for (int frames = n > 0 ? frames_in(&readers[fd], bytes, n) : 0; frames > 0; frames--)
				if (send(fd, answer, sizeof answer, MSG_NOSIGNAL) < 0)
					break;
		}
	}
}
