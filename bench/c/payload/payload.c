/*
 * What measured jobs run. `payload pulse SOCKET` tells the datagram socket its pid and the time, then waits for ever;
 * `payload chat BYTES` writes that many bytes, in lines of 64, as fast as they are taken.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define LINE 64
#define LINES_A_WRITE 64

static int pulse(const char *path) {
	struct timespec now;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	clock_gettime(CLOCK_MONOTONIC, &now);
	int64_t beat[2] = {getpid(), (int64_t)now.tv_sec * 1000000000 + now.tv_nsec};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || strlen(path) >= sizeof address.sun_path)
		return 1;
	strcpy(address.sun_path, path);
	if (sendto(fd, beat, sizeof beat, 0, (struct sockaddr *)&address, sizeof address) < 0)
		return 1;
	for (;;)
		pause();
}

static int chat(long long bytes) {
	static char lines[LINE * LINES_A_WRITE];
	memset(lines, 'x', sizeof lines);
	for (size_t i = LINE - 1; i < sizeof lines; i += LINE)
		lines[i] = '\n';
	while (bytes > 0) {
		ssize_t n = write(1, lines, bytes < (long long)sizeof lines ? (size_t)bytes : sizeof lines);
		if (n < 0)
			return 1;
		bytes -= n;
	}
	return 0;
}

int main(int argc, char **argv) {
	if (argc == 3 && strcmp(argv[1], "pulse") == 0)
		return pulse(argv[2]);
	if (argc == 3 && strcmp(argv[1], "chat") == 0)
		return chat(atoll(argv[2]));
	fprintf(stderr, "usage: payload pulse SOCKET | payload chat BYTES\n");
	return 2;
}
