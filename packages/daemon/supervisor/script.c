#include "script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* The shell lets go of the descriptor that it has opened once more under /proc (reference: job files 4.4). */
static const char first_line[] = "exec 9<&-\n";
#define FIRST_LINE (sizeof first_line - 1)

bool script_keep(struct process *process, const uint8_t *text, size_t length) {
	process->script = malloc(FIRST_LINE + length);
	if (!process->script)
		return false;
	memcpy(process->script, first_line, FIRST_LINE);
	memcpy(process->script + FIRST_LINE, text, length);
	process->script_length = FIRST_LINE + length;
	return true;
}

static void ready(struct watch *watch, uint32_t events) {
	struct process *process = CONTAINER_OF(watch, struct process, script_pipe);
	if (events & EPOLLERR)
		script_drop(process); /* nobody reads any more */
	else
		script_feed(process);
}

bool script_attach(struct process *process, int fd) {
	return watch_start(&process->script_pipe, fd, 0, ready) == 0;
}

void script_feed(struct process *process) {
	while (process->script_written < process->script_length) {
		ssize_t n = write(process->script_pipe.fd, process->script + process->script_written,
		                  process->script_length - process->script_written);
		if (n > 0) {
			process->script_written += (size_t)n;
		} else if (errno == EAGAIN) {
			watch_change(&process->script_pipe, EPOLLOUT);
			return;
		} else if (errno != EINTR) {
			break;
		}
	}
	script_drop(process);
}

void script_drop(struct process *process) {
	watch_close(&process->script_pipe);
	free(process->script);
	process->script = NULL;
	process->script_length = process->script_written = 0;
}
