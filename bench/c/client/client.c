/*
 * The least a client can do: `client SOCKET HEX REPLIES` connects, sends the bytes, and ends when so many frames (a
 * little-endian u32 and as many bytes) have come back. Linked statically: what remains is the kernel's work and the
 * daemon's.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static uint8_t bytes[65536];

static unsigned digit(char c) { return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a' + 10); }

int main(int argc, char **argv) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (argc != 4 || strlen(argv[1]) >= sizeof address.sun_path || strlen(argv[2]) > 2 * sizeof bytes)
		return 2;
	strcpy(address.sun_path, argv[1]);
	size_t length = strlen(argv[2]) / 2;
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)(digit(argv[2][2 * i]) << 4 | digit(argv[2][2 * i + 1]));
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 || write(fd, bytes, length) != (ssize_t)length)
		return 1;
	size_t left = 0, header = 0;
	uint32_t size = 0;
	for (int replies = atoi(argv[3]); replies > 0;) {
		ssize_t n = read(fd, bytes, sizeof bytes);
		if (n <= 0)
			return 1;
		for (ssize_t at = 0; at < n;) {
			if (left > 0) {
				size_t part = left < (size_t)(n - at) ? left : (size_t)(n - at);
				left -= part;
				at += (ssize_t)part;
			} else {
				size |= (uint32_t)bytes[at++] << (8 * header++);
				if (header < 4)
					continue;
				left = size;
				header = size = 0;
			}
			if (left == 0 && header == 0)
				replies--;
		}
	}
	return 0;
}
