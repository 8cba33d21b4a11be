#include "spawn/script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "link/state_file.h"

/* The shell lets go of the descriptor that it has opened once more under /proc (reference: job files 4.4). */
static const char first_line[] = "exec 9<&-\n";
#define FIRST_LINE (sizeof first_line - 1)

struct script {
	struct garbage garbage;
	struct process *process;
	struct watch pipe;
	size_t length, written;
	uint8_t text[];
};

static struct script *make(struct process *process, size_t length) {
	struct script *script = malloc(sizeof *script + length);
	if (script)
		*script = (struct script){.process = process, .pipe = {.fd = -1}, .length = length};
	process->script = script;
	return script;
}

bool script_keep(struct process *process, const uint8_t *text, size_t length) {
	struct script *script = make(process, FIRST_LINE + length);
	if (!script)
		return false;
	memcpy(script->text, first_line, FIRST_LINE);
	memcpy(script->text + FIRST_LINE, text, length);
	return true;
}

bool script_keep_rest(struct process *process, const uint8_t *text, size_t length) {
	struct script *script = make(process, length);
	if (script)
		memcpy(script->text, text, length);
	return script != NULL;
}

static void ready(struct watch *watch, uint32_t events) {
	struct process *process = CONTAINER_OF(watch, struct script, pipe)->process;
	if (events & EPOLLERR)
		script_drop(process); /* nobody reads any more */
	else
		script_feed(process);
}

bool script_attach(struct process *process, int fd) {
	return watch_start(&process->script->pipe, fd, 0, ready) == 0;
}

void script_feed(struct process *process) {
	struct script *script = process->script;
	while (script->written < script->length) {
		ssize_t n = write(script->pipe.fd, script->text + script->written, script->length - script->written);
		if (n > 0) {
			script->written += (size_t)n;
		} else if (errno == EAGAIN) {
			watch_change(&script->pipe, EPOLLOUT);
			return;
		} else if (errno != EINTR) {
			break;
		}
	}
	script_drop(process);
}

void script_drop(struct process *process) {
	if (!process->script)
		return;
	watch_close(&process->script->pipe);
	free_later(&process->script->garbage);
	process->script = NULL;
}

void script_hand_over(const struct script *script, FILE *out) {
	state_bytes(out, "process-script", script->text + script->written, script->length - script->written);
	state_descriptor(out, "process-script-pipe", script->pipe.fd);
}
