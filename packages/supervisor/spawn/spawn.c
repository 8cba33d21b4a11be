/* The parent's side of starting a process (reference: jobs 8.1). */
#define _GNU_SOURCE
#include "spawn/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "process/again.h"
#include "spawn/cgroup.h"
#include "spawn/forker.h"
#include "log/logs.h"
#include "link/reports.h"
#include "spawn/script.h"
#include "spawn/terminals.h"

static void report_failure(uint64_t id, int step, int number, const char *detail) {
	struct frame_out out;
	report_begin(&out, REPORT_SPAWN_FAILED, id);
	frame_number(&out, TAG_STEP, step);
	frame_number(&out, TAG_ERRNO, number);
	frame_text(&out, TAG_DETAIL, detail);
	reports_add(&out);
}

static void report_plain(struct process *process, enum frame_type type) {
	struct frame_out out;
	report_begin(&out, type, process->id);
	if (type == REPORT_SPAWNED)
		frame_number(&out, TAG_PID, process->pid);
	reports_add(&out);
}

static void report_log_errno(uint64_t id, enum frame_type type, int number) {
	struct frame_out out;
	report_begin(&out, type, id);
	frame_number(&out, TAG_ERRNO, number);
	reports_add(&out);
}

static void exec_pipe_ready(struct watch *watch, uint32_t events) {
	(void)events;
	spawn_settle(CONTAINER_OF(watch, struct process, exec_pipe));
}

void spawn_attach(struct process *process, int error_pipe) {
	if (watch_start(&process->exec_pipe, error_pipe, EPOLLIN, exec_pipe_ready) < 0)
		close(error_pipe);
}

bool spawn_settle(struct process *process) {
	if (process->exec_pipe.fd < 0)
		return true;
	struct spawn_error error;
	ssize_t n = read(process->exec_pipe.fd, &error, sizeof error);
	if (n < 0)
		return true;
	watch_close(&process->exec_pipe);
	if (n == sizeof error) {
		error.detail[SPAWN_DETAIL_MAX] = '\0';
		report_failure(process->id, error.step, error.number, error.detail);
		if (process->log)
			log_discard(process->log);
		process_free(process);
		return false;
	}
	report_plain(process, REPORT_EXECED);
	if (process->script)
		script_feed(process);
	if (process->log)
		log_start(process->log);
	return true;
}

/* Where the reading end of a job's output comes from. False, with errno: from nowhere. */
static bool open_output(uint64_t id, struct child_ends *ends, int *reading) {
	/* It has been said that there is no pty to be had: once is enough, they come and go. */
	static bool said;
	*reading = ends->master = terminal_open();
	if (ends->master >= 0)
		return true;
	/* Without descriptors or memory the whole attempt fails, and is repeated later. */
	int error = errno, pipe_ends[2];
	if (error == EMFILE || error == ENFILE || error == ENOMEM || pipe2(pipe_ends, O_CLOEXEC) < 0)
		return false;
	*reading = pipe_ends[0];
	ends->output = pipe_ends[1];
	fcntl(*reading, F_SETFL, O_NONBLOCK);
	if (!said)
		report_log_errno(id, REPORT_LOG_PIPE, error);
	said = true;
	return true;
}

/* A pty for a job's output, or a pipe when there is none left. 0 or an error number. */
static int open_log(struct process *process, struct spawn_spec *spec, struct child_ends *ends) {
	int reading;
	if (!logs_are_possible()) {
		report_log_errno(process->id, REPORT_LOG_DISABLED, EAGAIN);
		spec->console = CONSOLE_NONE;
		return 0;
	}
	if (!open_output(process->id, ends, &reading))
		return errno;
	process->log = log_new(spec->log_path, spec->output_label, reading, ends->master < 0);
	if (!process->log) {
		close(reading);
		return ENOMEM;
	}
	return 0;
}

/* Makes the error pipe and the script's pipe and has the parent's ends watched. */
static int open_pipes(struct process *process, const struct spawn_spec *spec, struct child_ends *ends) {
	int pipe_ends[2];
	if (pipe2(pipe_ends, O_CLOEXEC) < 0)
		return errno;
	ends->error = pipe_ends[1];
	fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK);
	if (watch_start(&process->exec_pipe, pipe_ends[0], EPOLLIN, exec_pipe_ready) < 0) {
		close(pipe_ends[0]);
		return errno;
	}
	if (!spec->script)
		return 0;
	if (!script_keep(process, spec->script, spec->script_length))
		return ENOMEM;
	if (pipe2(pipe_ends, O_CLOEXEC) < 0)
		return errno;
	ends->script = pipe_ends[0];
	fcntl(pipe_ends[1], F_SETFL, O_NONBLOCK);
	if (!script_attach(process, pipe_ends[1])) {
		close(pipe_ends[1]);
		return errno;
	}
	return 0;
}

static void close_child_ends(const struct child_ends *ends) {
	if (ends->error >= 0)
		close(ends->error);
	if (ends->script >= 0)
		close(ends->script);
	if (ends->output >= 0)
		close(ends->output);
}

static int start(struct process *process, struct spawn_spec *spec) {
	struct child_ends ends = {-1, -1, -1, -1};
	int error = spec->console == CONSOLE_LOG ? open_log(process, spec, &ends) : 0;
	cgroups_prepare(process, spec);
	if (!error)
		error = open_pipes(process, spec, &ends);
	if (!error) {
		pid_t pid = fork_child(spec, &ends);
		if (pid < 0)
			error = errno;
		else
			process_set_pid(process, pid);
	}
	close_child_ends(&ends);
	if (error)
		return error;
	if (spec->trace_forks) {
		process->trace = TRACE_NEW;
		process->forks_wanted = spec->trace_forks;
	}
	report_plain(process, REPORT_SPAWNED);
	return 0;
}

void spawn(const struct frame *frame) {
	struct spawn_spec *spec = spec_read(frame);
	if (!spec) {
		report_failure(frame->header.id, STEP_FORK, ENOMEM, "");
		return;
	}
	if (spec->impossible || !spec->arguments[0]) {
		report_failure(spec->id, STEP_EXEC, spec->impossible ? spec->impossible : EINVAL, "");
		free(spec);
		return;
	}
	struct process *process = process_new(spec->id);
	int error = process ? start(process, spec) : ENOMEM;
	if (!error && spec->keep)
		again_keep(process, frame->body, frame->header.length);
	if (error) {
		report_failure(spec->id, STEP_FORK, error, "");
		if (process && process->log)
			log_discard(process->log);
		if (process)
			process_free(process);
	}
	free(spec);
}
