/* Writes what the supervisor itself has to say. Nobody has to read it: a line that is not taken at once is lost. */
#include "loop/say.h"

#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

/* What the supervisor says is never good news: a warning, as the kernel counts. */
#define KERNEL_PREFIX "<4>"

static int kernel_log = -1;
static bool (*say_line)(int fd, const char *line, size_t length);

void say_to_kernel_log(int fd) {
	kernel_log = fd;
}

void say_through(bool (*way)(int fd, const char *line, size_t length)) {
	say_line = way;
}

void say_at_once(int fd, const char *bytes, size_t length) {
	struct pollfd output = {.fd = fd, .events = POLLOUT};
	if (poll(&output, 1, 0) == 1 && (output.revents & POLLOUT)) {
		ssize_t written = write(fd, bytes, length);
		(void)written;
	}
}

/* Without the line's end. */
static void say_on_standard_error(const char *line, size_t length) {
	if (!say_line || !say_line(STDERR_FILENO, line, length))
		say_at_once(STDERR_FILENO, line, length + 1);
}

void say(const char *format, ...) {
	char line[512];
	va_list arguments;
	va_start(arguments, format);
	int length = snprintf(line, sizeof line, KERNEL_PREFIX "init: ");
	length += vsnprintf(line + length, sizeof line - (size_t)length - 1, format, arguments);
	va_end(arguments);
	if (length > (int)sizeof line - 2)
		length = (int)sizeof line - 2;
	line[length] = '\n';
	const size_t prefix = sizeof KERNEL_PREFIX - 1;
	if (kernel_log < 0 || write(kernel_log, line, (size_t)length + 1) < 0)
		say_on_standard_error(line + prefix, (size_t)length - prefix);
}
