/* The parent's side of starting a process (reference: jobs 8.1): terminal, script, clone, and the error pipe. */
#include "spawn/spawn.h"

#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "log/logs.h"

/* It never came to its program. The process is NULL when there was no memory for it. */
static void forget(uint64_t id, struct process *process, int step, int error, const char *detail) {
	report_add(REPORT_SPAWN_FAILED, NUMBER(PROCESS, id), NUMBER(STEP, step), NUMBER(ERRNO, error),
	           TEXT(DETAIL, detail));
	if (process && process->log)
		log_discard(process->log);
	if (process)
		process_free(process);
}

static void exec_pipe_ready(struct watch *watch) {
	spawn_settle(CONTAINER_OF(watch, struct process, exec_pipe));
}

int spawn_attach(struct process *process, int error_pipe) {
	int result = watch_start(&process->exec_pipe, error_pipe, EPOLLIN, exec_pipe_ready);
	if (result < 0)
		close(error_pipe);
	return result;
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
		message.detail[sizeof message.detail - 1] = '\0';
		forget(process->id, process, message.step, message.number, message.detail);
		return false;
	}
	report_add(REPORT_EXECED, NUMBER(PROCESS, process->id));
	if (process->log)
		log_start(process->log, process->pid);
	return true;
}

/* ---- what the child starts with: 0, or -1 with the reason in errno ---- */

/* Whether a process can be given the lowest descriptors only (Linux 5.9). */
static bool slots_suffice;
/* With more processes a child shares the descriptors at first: to copy them would take longer than to wait for its first step. */
#define FEW_PROCESSES 256

/* Between spawns descriptor 0 is in the slots, so that no other descriptor of the supervisor gets their numbers. */
static void slots_clear(enum slot end) {
	for (int slot = SLOT_ERROR; slot < (int)end; slot++)
		dup3(STDIN_FILENO, slot, O_CLOEXEC);
}

int slot_fill(enum slot slot, int fd) {
	int filled = dup3(fd, (int)slot, O_CLOEXEC);
	close(fd);
	return filled < 0 ? -1 : 0;
}

/* The master of a terminal and the job's end of it; where no terminal is left, the ends of a pipe. */
static int open_ends(const struct process *process, int ends[2]) {
	/* The lack of terminals has been reported: once is enough, they come and go. */
	static bool said;
	int locked = 0;
	ends[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	ends[1] = ends[0] >= 0 && ioctl(ends[0], TIOCSPTLCK, &locked) == 0
	              ? ioctl(ends[0], TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)
	              : -1;
	if (ends[1] >= 0)
		return 0;
	int error = errno;
	if (ends[0] >= 0)
		close(ends[0]);
	/* Without descriptors or memory the whole attempt fails, and is repeated later. */
	if (error == EMFILE || error == ENFILE || error == ENOMEM || pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	if (!said)
		report_add(REPORT_LOG_PIPE, NUMBER(PROCESS, process->id), NUMBER(ERRNO, error));
	said = true;
	return 0;
}

static int open_output(struct process *process) {
	const char *path = spec_text(TAG_LOG_PATH), *label = spec_text(TAG_OUTPUT_LABEL);
	int ends[2];
	if (open_ends(process, ends) < 0)
		return -1;
	if (slot_fill(SLOT_OUTPUT, ends[1]) == 0)
		process->log = log_new(path ? path : "", label ? label : "", label ? LOG_TO_OUTPUT : 0, ends[0]);
	if (process->log)
		return 0;
	close(ends[0]);
	return -1;
}

/* To be read from its beginning. */
static int open_script(const struct field *script) {
	/* The shell lets go of the descriptor that it has opened once more under /proc (reference: job files 4.4). */
	static const char first_line[] = "exec 9<&-\n";
	const size_t start = sizeof first_line - 1, length = script->length;
	int fd = memfd_create("script", MFD_CLOEXEC);
	if (fd < 0)
		return -1;
	errno = ENOMEM; /* when there is room for a part only */
	if (pwrite(fd, first_line, start, 0) == (ssize_t)start &&
	    pwrite(fd, script->data, length, (off_t)start) == (ssize_t)length)
		return slot_fill(SLOT_SCRIPT, fd);
	close(fd);
	return -1;
}

/* Descriptors of clients, which the program finds in their slots unless they are lowered at the end (steps.c). */
static int place_files(void) {
	int slot = SLOT_FILES, flags = spec_field(TAG_FILES_FROM) ? O_CLOEXEC : 0;
	for (const struct field *field = spec.fields; field->tag && slot < SLOT_READY; field++) {
		slot += slot == SCRIPT_FD;
		if (field->tag == TAG_FILE && dup3(file_of((uint64_t)field_number(field)), slot++, flags) < 0)
			return -1;
	}
	return 0;
}

/* The error pipe, whose reading end is watched. */
static int open_errors(struct process *process) {
	int ends[2];
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	if (slot_fill(SLOT_ERROR, ends[1]) == 0)
		return spawn_attach(process, ends[0]);
	close(ends[0]);
	return -1;
}

/* ---- the clone: OWN_DESCRIPTORS or the step that has failed, with the reason in errno ---- */

/* For a child that shares the descriptors, which must not change until its first step. One that is killed is reaped later. */
static int wait_for_first_step(pid_t pid, int pidfd, int errors) {
	struct child_message message = {.step = OWN_DESCRIPTORS};
	struct pollfd ready[] = {{.fd = errors, .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};
	/* No signal interrupts this: all are blocked. */
	if (poll(ready, 2, FIRST_STEP_PATIENCE) == 0)
		kill(pid, SIGKILL);
	else if (read(errors, &message, sizeof message) == sizeof message)
		errno = message.number;
	return message.step;
}

/* Where the heap begins that comes after this. */
static char *heap;
/* The limit of open files that the supervisor was started with. */
static struct rlimit original;

void spawn_open(void) {
	long page = sysconf(_SC_PAGESIZE);
	heap = (char *)(((uintptr_t)sbrk(0) + (uintptr_t)page - 1) & ~((uintptr_t)page - 1));
	slots_clear(SLOTS_END);
	/* Changes nothing, as nobody shares the table yet. */
	slots_suffice = close_range(~0u, ~0u, CLOSE_RANGE_UNSHARE) == 0;
	getrlimit(RLIMIT_NOFILE, &original);
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){original.rlim_max, original.rlim_max});
}

void child_restore_limits(void) {
	setrlimit(RLIMIT_NOFILE, &original);
}

void limits_keep(struct state_file *state) {
	keep(state, "limit-files", original.rlim_cur);
	keep(state, "limit-files-hard", original.rlim_max);
}

/* Whether a child gets a copy of the heap. It needs none, and with thousands of jobs that copy is most of a clone. */
static void copy_heap(bool wanted) {
	size_t size = (size_t)((char *)sbrk(0) - heap);
	if (size > 0)
		madvise(heap, size, wanted ? MADV_DOFORK : MADV_DONTFORK);
}

/* Not by vfork: whatever comes before its program runs may take long, and must not hold the supervisor. */
static int clone_child(struct process *process) {
	int pidfd = -1;
	bool shares = slots_suffice && process_count > FEW_PROCESSES;
	copy_heap(false);
	long pid = syscall(SYS_clone, (shares ? CLONE_FILES : 0) | CLONE_PIDFD | SIGCHLD, NULL, &pidfd, NULL, NULL);
	if (pid == 0)
		child_run(shares);
	int error = errno;
	copy_heap(true);
	errno = error;
	if (pid < 0)
		return STEP_FORK;
	int step = shares ? wait_for_first_step((pid_t)pid, pidfd, process->exec_pipe.fd) : OWN_DESCRIPTORS;
	if (pidfd >= 0)
		close(pidfd);
	process_set_pid(process, (pid_t)pid);
	return step;
}

static int start(struct process *process) {
	const struct field *script = spec_field(TAG_SCRIPT);
	errno = (int)spec_number(TAG_IMPOSSIBLE, spec.arguments[0] ? 0 : EINVAL);
	if (errno)
		return STEP_EXEC;
	if (spec.console == CONSOLE_LOG && !logs_are_possible()) {
		report_add(REPORT_LOG_DISABLED, NUMBER(PROCESS, process->id), NUMBER(ERRNO, EAGAIN));
		spec.console = CONSOLE_NONE;
	}
	if (place_files() < 0)
		return STEP_SCRIPT_FD;
	if ((spec.console == CONSOLE_LOG && open_output(process) < 0) || (script && open_script(script) < 0) ||
	    notify_open(process) < 0 || open_errors(process) < 0)
		return STEP_FORK;
	return clone_child(process);
}

void spawn(const struct frame *frame) {
	spec_read(frame);
	struct process *process = process_new(frame->id);
	int step = process ? start(process) : STEP_FORK, error = errno;
	slots_clear(spec_slots_end());
	if (step != OWN_DESCRIPTORS) {
		forget(frame->id, process, step, error, "");
		return;
	}
	notify_begin(process);
	process->forks_wanted = (int)spec_number(TAG_TRACE_FORKS, 0);
	process->takes_group = (int)spec_number(TAG_WHOLE_GROUP, 0);
	process->trace = process->forks_wanted ? TRACE_NEW : TRACE_NONE;
	report_add(REPORT_SPAWNED, NUMBER(PROCESS, process->id), NUMBER(PID, process->pid));
	if (spec_field(TAG_DUE))
		process_set_deadline(process, spec_number(TAG_DUE, 0));
	if (spec_number(TAG_ORDERABLE, 0))
		order_keep(process, frame);
}
