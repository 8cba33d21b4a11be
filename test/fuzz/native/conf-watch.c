/* The requests that conf-watch reads. It is compiled into this file; its events go nowhere. */
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "fuzz.h"

static const uint8_t *input;
static size_t input_left;

/* Standard input is what is to be read next; all else is read as it is. */
static ssize_t read_input(int fd, void *bytes, size_t size) {
	if (fd != STDIN_FILENO)
		return read(fd, bytes, size);
	size_t length = input_left < size ? input_left : size;
	__builtin_memcpy(bytes, input, length);
	input += length;
	input_left -= length;
	return (ssize_t)length;
}

/* The kernel is not what is tried here, and it takes its time to end a watch. */
static int add_watch(int fd, const char *path, uint32_t mask) {
	(void)fd;
	return mask == 0 ? -1 : 1 + (int)strlen(path);
}

#define main conf_watch_main
#define read read_input
#define inotify_add_watch add_watch
#include "../../../packages/daemon/watcher/conf-watch.c"
#undef main
#undef read

void fuzz_one(const uint8_t *bytes, size_t length) {
	if (inotify_fd == 0) {
		inotify_fd = inotify_init1(IN_CLOEXEC);
		if (inotify_fd < 0 || !freopen("/dev/null", "w", stdout))
			abort();
	}
	input = bytes;
	input_left = length;
	held = 0;
	while (read_requests())
		;
	pass_on();
}
