/*
 * Receives the messages of processes about themselves: datagrams of sd_notify(3), or a newline on a pipe. Each such
 * process has its own socket or pipe, so a message belongs to one job, and a full queue blocks only its senders. The
 * daemon interprets the messages, except MAINPID.
 */
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "spawn/spawn.h"

/* Reading stops for PAUSE milliseconds when messages that cost BUDGET have been read. */
#define PAUSE 250
#define BUDGET 512
#define COST 16
#define COST_REFUSED 1
/* The cost of messages that are still read when the process has ended: more than a queue holds. */
#define BUDGET_LAST 1024
/* The part of a process's list of control groups that is compared, in bytes. */
#define GROUPS_MAX 4096
/* Bits of the field `notify`. The last one is ours: a refused message has been reported. */
#define MAY_ALL 2
#define OWN_GROUPS 4
#define HAS_REFUSED 8

void notify_close(struct process *process) {
	struct notify *notify = &process->notify;
	watch_stop(&notify->watch);
	timer_stop(&notify->pause);
	if (notify->fd >= 0)
		close(notify->fd);
	notify->fd = -1;
}

/* Binds it to an abstract name that the kernel chooses: no name can be taken before, every user and chroot can reach it. */
static int open_socket(void) {
	static char variable[] = "NOTIFY_SOCKET=@01234";
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t length = sizeof address;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof address.sun_family) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &length) < 0) {
		close(fd);
		return -1;
	}
	/* The name is a NUL and five digits. */
	memcpy(strchr(variable, '@') + 1, address.sun_path + 1, 5);
	spec_enter("NOTIFY_SOCKET=@", variable);
	return fd;
}

int notify_open(struct process *process) {
	int access = (int)spec_number(TAG_NOTIFY, 0), ends[2] = {-1, -1};
	if (!access && !spec_field(TAG_DESCRIPTOR))
		return 0;
	if (access)
		ends[0] = open_socket();
	else if (pipe2(ends, O_CLOEXEC) == 0)
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
	process->notify.fd = ends[0];
	process->notify.access = access;
	return ends[0] < 0 || (!access && slot_fill(SLOT_READY, ends[1]) < 0) ? -1 : 0;
}

static void report(const struct process *process, pid_t pid, int error, const char *text) {
	report_add(REPORT_NOTIFIED, NUMBER(PROCESS, process->id), NUMBER(PID, pid), NUMBER(ERRNO, error),
	           TEXT(DETAIL, error ? "" : text));
}

static bool share_groups(pid_t one, pid_t other) {
	char groups[2][GROUPS_MAX];
	return proc_text(one, "cgroup", groups[0], GROUPS_MAX) && proc_text(other, "cgroup", groups[1], GROUPS_MAX) &&
	       strcmp(groups[0], groups[1]) == 0;
}

/* Whether a process is of the job's session, or of control groups that only the job has. */
static bool is_of_job(const struct process *process, pid_t pid) {
	pid_t session = pid > 0 ? getsid(pid) : -1, main = process->pid;
	if (session > 0 && (session == process->notify.session || session == getsid(main)))
		return true;
	/* A main process that could not enter its groups is still in ours, as many others are. */
	return pid > 0 && process->notify.access & OWN_GROUPS && share_groups(pid, main) && !share_groups(main, getpid());
}

/* Makes the process that the message names the main process, as if it had been followed: its pidfd, or -1. */
static int take_over(struct process *process, const char *message) {
	static const char key[] = "\nMAINPID=";
	const char *line = strstr(message, key);
	pid_t pid = line ? atoi(line + strlen(key)) : 0;
	if (pid <= 1 || process->trace != TRACE_NONE || process_by_pid(pid))
		return -1;
	struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
	/* Without a pidfd it is no process, or only a thread. If it lives after the check, the pid has not been reused. */
	if (end.fd < 0 || !is_of_job(process, pid) || poll(&end, 1, 0) != 0) {
		close(end.fd);
		return -1;
	}
	report_add(REPORT_FORKED, NUMBER(PROCESS, process->id), NUMBER(PID, pid), NUMBER(OLD_PID, process->pid));
	process_set_pid(process, pid);
	process->notify.session = getsid(pid);
	return end.fd;
}

/* This and take_from_pipe() read once. They return the cost; 0: there was nothing. The process may be gone after this. */
static int take_message(struct process *process) {
	/* The newline in front makes all lines alike. */
	char message[1 + NOTIFY_MAX + 1] = "\n", *text = message + 1;
	/* Has room for the credentials only, so the kernel does not open descriptors that come along. */
	_Alignas(struct cmsghdr) char control[CMSG_LEN(sizeof(struct ucred))];
	struct msghdr header = {NULL, 0, &(struct iovec){text, NOTIFY_MAX}, 1, control, sizeof control, 0};
	struct ucred sender = {0};
	struct notify *notify = &process->notify;
	ssize_t length = recvmsg(notify->fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (length < 0)
		return 0;
	const struct cmsghdr *first = CMSG_FIRSTHDR(&header);
	if (first && first->cmsg_type == SCM_CREDENTIALS)
		memcpy(&sender, CMSG_DATA(first), sizeof sender);
	bool is_heard = sender.pid == process->pid || (notify->access & MAY_ALL && is_of_job(process, sender.pid));
	/* Closing its descriptor, which has been done, is all that BARRIER=1 asks for, whoever sends it. */
	if (!is_heard && (notify->access & HAS_REFUSED || strcmp(text, "BARRIER=1") == 0))
		return COST_REFUSED;
	int error = !is_heard ? EPERM : header.msg_flags & MSG_TRUNC ? EMSGSIZE : 0;
	bool is_alive = error == 0 && strcmp(text, "WATCHDOG=1") == 0;
	/* While one of these waits for the daemon, another adds nothing, and would only fill the reports. */
	if (is_alive && notify->fed > reports_acknowledged)
		return COST;
	int pidfd = error ? -1 : take_over(process, message);
	report(process, sender.pid, error, text);
	if (is_alive)
		notify->fed = reports_last;
	if (!is_heard)
		notify->access |= HAS_REFUSED;
	if (pidfd >= 0)
		follow_begin(process, pidfd);
	return is_heard ? COST : COST_REFUSED;
}

static int take_from_pipe(struct process *process) {
	char bytes[512];
	ssize_t length = read(process->notify.fd, bytes, sizeof bytes);
	bool is_ready = length > 0 && memchr(bytes, '\n', (size_t)length);
	if (is_ready || length == 0) {
		report(process, process->pid, is_ready ? 0 : EPIPE, "READY=1");
		notify_close(process);
	}
	return length > 0 ? COST : 0;
}

static int take(struct process *process) {
	return process->notify.access ? take_message(process) : take_from_pipe(process);
}

static void ready(struct watch *watch);

static void resume(struct timer *pause) {
	struct notify *notify = CONTAINER_OF(pause, struct notify, pause);
	notify->spent = 0;
	if (notify->fd >= 0 && watch_start(&notify->watch, notify->fd, EPOLLIN, ready) < 0)
		timer_start(pause, PAUSE, resume);
}

/* Reads once, so that other descriptors have their turn. */
static void ready(struct watch *watch) {
	struct process *process = CONTAINER_OF(watch, struct process, notify.watch);
	struct notify *notify = &process->notify;
	/* The report that its program runs comes first. */
	if (!spawn_settle(process))
		return;
	if (!reports_are_many())
		notify->spent += take(process);
	if (notify->fd >= 0 && (notify->spent >= BUDGET || reports_are_many())) {
		watch_stop(watch);
		timer_start(&notify->pause, PAUSE, resume);
	}
}

void notify_begin(struct process *process) {
	if (process->notify.session == 0)
		process->notify.session = process->pid;
	resume(&process->notify.pause);
}

bool notify_end(struct process *process) {
	pid_t before = process->pid;
	for (int cost = 1, left = BUDGET_LAST; cost > 0 && left > 0 && process->notify.fd >= 0 && reports_have_room();
	     left -= cost)
		cost = take(process);
	if (process->pid != before)
		return false;
	notify_close(process);
	return true;
}
