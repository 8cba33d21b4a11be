#include "say.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void say(const char *format, ...) {
	char line[512];
	struct pollfd standard_error = {.fd = STDERR_FILENO, .events = POLLOUT};
	va_list arguments;
	va_start(arguments, format);
	int length = snprintf(line, sizeof line, "init: ");
	length += vsnprintf(line + length, sizeof line - (size_t)length - 1, format, arguments);
	va_end(arguments);
	if (length > (int)sizeof line - 2)
		length = (int)sizeof line - 2;
	line[length++] = '\n';
	if (poll(&standard_error, 1, 0) == 1 && (standard_error.revents & POLLOUT)) {
		ssize_t written = write(STDERR_FILENO, line, (size_t)length);
		(void)written;
	}
}
