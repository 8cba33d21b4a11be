/* Writes what the supervisor itself has to say. Nobody has to read it: a line that is not taken at once is lost. */
#include <stdarg.h>
#include <sys/uio.h>

#include "loop/loop.h"

/* What the supervisor says is never good news: a warning, as the kernel counts. */
#define KERNEL_PREFIX "<4>"

int say_kernel_log = -1;
bool (*say_through)(const char *line, size_t length);

void say(const char *format, ...) {
	char line[512] = KERNEL_PREFIX "init: ";
	const size_t prefix = sizeof KERNEL_PREFIX - 1, head = strlen(line);
	struct pollfd output = {.fd = STDERR_FILENO, .events = POLLOUT};
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line + head, sizeof line - head, format, arguments);
	va_end(arguments);
	size_t length = strlen(line);
	if ((say_kernel_log >= 0 && write(say_kernel_log, line, length) >= 0) ||
	    (say_through && say_through(line + prefix, length - prefix)))
		return;
	/* Not by dprintf, which allocates: a child has no heap, and after a fault there may be none. */
	struct iovec pieces[] = {{line + prefix, length - prefix}, {"\n", 1}};
	ssize_t written = poll(&output, 1, 0) == 1 && (output.revents & POLLOUT) ? writev(STDERR_FILENO, pieces, 2) : 0;
	(void)written;
}
