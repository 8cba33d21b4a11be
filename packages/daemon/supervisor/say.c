#include "say.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

/* What the supervisor says is never good news: a warning, as the kernel counts. */
#define KERNEL_PREFIX "<4>"

static int kernel_log = -1;

void say_to_kernel_log(int fd) {
	kernel_log = fd;
}

static void say_on_standard_error(const char *line, size_t length) {
	struct pollfd standard_error = {.fd = STDERR_FILENO, .events = POLLOUT};
	if (poll(&standard_error, 1, 0) == 1 && (standard_error.revents & POLLOUT)) {
		ssize_t written = write(STDERR_FILENO, line, length);
		(void)written;
	}
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
	line[length++] = '\n';
	const size_t prefix = sizeof KERNEL_PREFIX - 1;
	if (kernel_log < 0 || write(kernel_log, line, (size_t)length) < 0)
		say_on_standard_error(line + prefix, (size_t)length - prefix);
}
