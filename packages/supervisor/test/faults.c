/*
 * System calls that go wrong when a test wants it. Compiled in with -Dcalloc=faulty_calloc and so on; a fault is there as
 * long as the file $FAULTS/NAME is.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[PATH_MAX];
static bool old_table;
static pid_t own;

/* Once: a new process has no copy of what the supervisor makes of its environment. */
__attribute__((constructor)) static void remember(void) {
	const char *faults = getenv("FAULTS");
	snprintf(folder, sizeof folder, "%s", faults ? faults : "");
	old_table = getenv("OLD_TABLE") != NULL;
	own = getpid();
}

static bool has(const char *fault) {
	char path[PATH_MAX + 64];
	snprintf(path, sizeof path, "%s/%s", folder, fault);
	return *folder && access(path, F_OK) == 0;
}

/* stuck-disk: writing to a file takes until the disk is no longer stuck. */
ssize_t faulty_write(int fd, const void *bytes, size_t count);
ssize_t faulty_write(int fd, const void *bytes, size_t count) {
	struct stat state;
	while (fstat(fd, &state) == 0 && S_ISREG(state.st_mode) && has("stuck-disk"))
		usleep(1000);
	return syscall(SYS_write, fd, bytes, count);
}

/* no-pty: there is none left. */
int faulty_openpt(int flags);
int faulty_openpt(int flags) {
	if (!has("no-pty"))
		return open("/dev/ptmx", flags);
	errno = EAGAIN;
	return -1;
}

/* old-kernel: does not tell the status of a process that has been reaped. */
int faulty_ioctl(int fd, unsigned long request, ...);
int faulty_ioctl(int fd, unsigned long request, ...) {
	va_list arguments;
	va_start(arguments, request);
	void *argument = va_arg(arguments, void *);
	va_end(arguments);
	if (!has("old-kernel"))
		return (int)syscall(SYS_ioctl, fd, request, argument);
	errno = ENOTTY;
	return -1;
}

/*
 * $OLD_TABLE: the kernel gives no process a part of a table of descriptors. stopped-child: somebody stops a process before it
 * has descriptors of its own; killed-child: kills it.
 */
int faulty_close_range(unsigned first, unsigned last, int flags);
int faulty_close_range(unsigned first, unsigned last, int flags) {
	bool is_child = getpid() != own;
	if (is_child && has("stopped-child"))
		kill(getpid(), SIGSTOP);
	if (is_child && has("killed-child"))
		kill(getpid(), SIGKILL);
	if (flags != CLOSE_RANGE_UNSHARE || !old_table)
		return (int)syscall(SYS_close_range, first, last, flags);
	errno = EINVAL;
	return -1;
}

/* kill-at-NAME: the supervisor is killed when it comes to this call. Its own process: the check of a handover is a child. */
static void die_at(const char *fault) {
	if (has(fault))
		kill(getpid(), SIGKILL);
}

int deadly_memfd_create(const char *name, unsigned int flags);
int deadly_memfd_create(const char *name, unsigned int flags) {
	die_at("kill-at-memory");
	return (int)syscall(SYS_memfd_create, name, flags);
}

pid_t deadly_waitpid(pid_t pid, int *status, int options);
pid_t deadly_waitpid(pid_t pid, int *status, int options) {
	if (pid > 0 && options == 0)
		die_at("kill-at-check");
	return (pid_t)syscall(SYS_wait4, pid, status, options, NULL);
}

int deadly_execv(const char *path, char *const argv[]);
int deadly_execv(const char *path, char *const argv[]) {
	if (!getenv("UPSTART_STATE_CHECK") && getenv("UPSTART_STATE_FD"))
		die_at("kill-at-exec");
	return (int)syscall(SYS_execve, path, argv, environ);
}

/* no-memory: the supervisor has none left. */
void *faulty_calloc(size_t count, size_t size);
void *faulty_calloc(size_t count, size_t size) {
	void *memory = has("no-memory") ? NULL : malloc(count * size);
	errno = ENOMEM;
	return memory ? memset(memory, 0, count * size) : NULL;
}
