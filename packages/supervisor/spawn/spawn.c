/*
 * The parent's side of starting a process (reference: jobs 8.1): its terminal, its script, the clone, and the pipe that says
 * whether its program runs.
 */
#define _GNU_SOURCE
#include "spawn/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "link/reports.h"
#include "log/logs.h"
#include "loop/loop.h"
#include "spawn/child.h"

/*
 * Milliseconds that a child has for its first step, in which its descriptors become its own. It takes microseconds; one that
 * somebody stops in the middle of it is killed.
 */
#define FIRST_STEP_PATIENCE 1000

static void report_failure(uint64_t id, int step, int number, const char *detail) {
	report_add(REPORT_SPAWN_FAILED, NUMBER(PROCESS, id), NUMBER(STEP, step), NUMBER(ERRNO, number),
	           TEXT(DETAIL, detail));
}

/* It never came to its program. */
static void forget(struct process *process, const struct child_message *why) {
	report_failure(process->id, why->step, why->number, why->detail);
	if (process->log)
		log_discard(process->log);
	process_free(process);
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
	struct child_message message;
	ssize_t n = read(process->exec_pipe.fd, &message, sizeof message);
	if (n < 0)
		return true;
	watch_close(&process->exec_pipe);
	if (n == sizeof message) {
		message.detail[SPAWN_DETAIL_MAX] = '\0';
		forget(process, &message);
		return false;
	}
	report_add(REPORT_EXECED, NUMBER(PROCESS, process->id));
	if (process->log)
		log_start(process->log);
	return true;
}

/* ---- what the child starts with ---- */

/* A terminal: the master and the job's end of it. 0 or the error number. */
static int open_terminal(int ends[2]) {
	int locked = 0;
	ends[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (ends[0] < 0)
		return errno;
	if (ioctl(ends[0], TIOCSPTLCK, &locked) == 0)
		ends[1] = ioctl(ends[0], TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (ends[1] >= 0)
		return 0;
	int error = errno;
	close(ends[0]);
	return error;
}

/* A terminal for a job's output, or a pipe when there is none left. 0 or an error number. */
static int open_output(struct process *process, const struct spawn_spec *spec) {
	/* It has been said that there is no terminal to be had: once is enough, they come and go. */
	static bool said;
	int ends[2] = {-1, -1};
	int error = open_terminal(ends);
	bool is_pipe = error != 0;
	/* Without descriptors or memory the whole attempt fails, and is repeated later. */
	if (error == EMFILE || error == ENFILE || error == ENOMEM)
		return error;
	if (is_pipe && pipe2(ends, O_CLOEXEC) < 0)
		return errno;
	if (is_pipe) {
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
		if (!said)
			report_add(REPORT_LOG_PIPE, NUMBER(PROCESS, process->id), NUMBER(ERRNO, error));
		said = true;
	}
	bool filled = slot_fill(SLOT_OUTPUT, ends[1]);
	error = filled ? ENOMEM : errno;
	close(ends[1]);
	process->log = filled ? log_new(spec->log_path, spec->output_label, ends[0]) : NULL;
	if (process->log)
		return 0;
	close(ends[0]);
	return error;
}

/* The script, to be read from its beginning. 0 or an error number. */
static int open_script(const struct spawn_spec *spec) {
	/* The shell lets go of the descriptor that it has opened once more under /proc (reference: job files 4.4). */
	static char first_line[] = "exec 9<&-\n";
	struct iovec pieces[] = {{first_line, sizeof first_line - 1}, {(void *)spec->script.data, spec->script.length}};
	if (!spec->script.data)
		return 0;
	int fd = memfd_create("script", MFD_CLOEXEC), error = 0;
	if (fd < 0)
		return errno;
	ssize_t written = pwritev(fd, pieces, 2, 0);
	if (written != (ssize_t)(pieces[0].iov_len + pieces[1].iov_len))
		error = written < 0 ? errno : ENOMEM;
	else if (!slot_fill(SLOT_SCRIPT, fd))
		error = errno;
	close(fd);
	return error;
}

/* The error pipe, whose reading end is watched. 0 or an error number. */
static int open_errors(struct process *process) {
	int ends[2], error = 0;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return errno;
	if (!slot_fill(SLOT_ERROR, ends[1]) || watch_start(&process->exec_pipe, ends[0], EPOLLIN, exec_pipe_ready) < 0) {
		error = errno;
		close(ends[0]);
	}
	close(ends[1]);
	return error;
}

/* ---- the clone ---- */

/*
 * The child's first step ends the sharing of descriptors; until then they must stay as they are. What the child has to say about
 * it, or an empty message when it has died.
 */
static struct child_message wait_for_first_step(pid_t pid, int pidfd, int errors) {
	struct child_message message = {.step = OWN_DESCRIPTORS};
	struct pollfd ready[] = {{.fd = errors, .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};
	int count;
	do
		count = poll(ready, 2, FIRST_STEP_PATIENCE);
	while (count < 0 && errno == EINTR);
	if (count == 0)
		kill(pid, SIGKILL);
	else if (read(errors, &message, sizeof message) < 0)
		message.step = OWN_DESCRIPTORS; /* it has been killed; that is reported when it is reaped */
	return message;
}

/* Where the heap begins that comes after this. */
static char *heap;

void spawn_open(void) {
	long page = sysconf(_SC_PAGESIZE);
	heap = (char *)(((uintptr_t)sbrk(0) + (uintptr_t)page - 1) & ~((uintptr_t)page - 1));
}

/* Whether a child gets a copy of the heap. It needs nothing of it, and with thousands of jobs most of a clone is that copy. */
static void copy_heap(bool wanted) {
	madvise(heap, (size_t)((char *)sbrk(0) - heap), wanted ? MADV_DOFORK : MADV_DONTFORK);
}

/* Not by vfork: whatever comes before its program runs may take long, and must not hold the supervisor. */
static struct child_message clone_child(struct process *process, const struct spawn_spec *spec) {
	bool shares = slots_suffice();
	int pidfd = -1;
	long flags = shares ? CLONE_FILES | CLONE_PIDFD | SIGCHLD : SIGCHLD;
	copy_heap(false);
	long pid = syscall(SYS_clone, flags, NULL, &pidfd, NULL, NULL);
	if (pid == 0)
		child_run(spec, shares);
	int error = errno;
	copy_heap(true);
	if (pid < 0)
		return (struct child_message){.step = STEP_FORK, .number = error};
	struct child_message message = wait_for_first_step((pid_t)pid, pidfd, process->exec_pipe.fd);
	if (pidfd >= 0)
		close(pidfd);
	process_set_pid(process, (pid_t)pid);
	return message;
}

static struct child_message start(struct process *process, struct spawn_spec *spec) {
	int error = 0;
	if (spec->console == CONSOLE_LOG && !logs_are_possible()) {
		report_add(REPORT_LOG_DISABLED, NUMBER(PROCESS, process->id), NUMBER(ERRNO, EAGAIN));
		spec->console = CONSOLE_NONE;
	}
	if (spec->console == CONSOLE_LOG)
		error = open_output(process, spec);
	if (!error)
		error = open_script(spec);
	if (!error)
		error = open_errors(process);
	if (error)
		return (struct child_message){.step = STEP_FORK, .number = error};
	return clone_child(process, spec);
}

void spawn(const struct frame *frame) {
	struct spawn_spec *spec = spec_read(frame);
	if (!spec) {
		report_failure(frame->id, STEP_FORK, ENOMEM, "");
		return;
	}
	struct process *process = NULL;
	if (spec->impossible || !spec->arguments[0])
		report_failure(spec->id, STEP_EXEC, spec->impossible ? spec->impossible : EINVAL, "");
	else if (!(process = process_new(spec->id)))
		report_failure(spec->id, STEP_FORK, ENOMEM, "");
	if (process) {
		struct child_message message = start(process, spec);
		slots_clear();
		if (message.step != OWN_DESCRIPTORS) {
			forget(process, &message);
		} else {
			process->forks_wanted = (short)spec->trace_forks;
			process->trace = spec->trace_forks ? TRACE_NEW : TRACE_NONE;
			report_add(REPORT_SPAWNED, NUMBER(PROCESS, process->id), NUMBER(PID, process->pid));
			if (spec->keep)
				process_keep(process, frame->body, frame->length);
		}
	}
	spec_free(spec);
}
