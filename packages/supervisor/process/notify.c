/*
 * What a process says of itself: in datagrams of sd_notify(3), or by a newline on a pipe. Each process that may has a
 * socket of its own, so it is clear which job a message is about. Its queue holds up those who fill it, while
 * there is no daemon, too, and nobody else. The daemon knows what messages mean, but for who is the main process.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include "spawn/spawn.h"

/* What is spent between two pauses, in milliseconds: a message costs so much, or when it is refused. */
#define PAUSE 250
#define BUDGET 512
#define COST 16
#define COST_REFUSED 1
/* Messages that are still read when the process has ended. */
#define LAST_WORDS 64
/* Bytes that are compared of the list of a process's control groups. */
#define GROUPS_MAX 4096
/* Bits of the field `notify`, and another one. */
#define MAY_ALL 2
#define OWN_GROUPS 4
#define HAS_REFUSED 8

struct notify {
	struct garbage garbage;
	struct watch watch;
	/* Nothing is read meanwhile: the budget is spent, or the daemon lags behind. */
	struct timer pause;
	/* NULL when it is closed. */
	struct process *process;
	/* The bits above; 0: it is a pipe. */
	int fd, access;
	/* That of the process, which leads it. */
	pid_t session;
	/* Since the last pause. */
	int spent;
};

/* For the child that is about to be made, which has no heap. */
static int pipe_end = -1;
static char socket_variable[] = "NOTIFY_SOCKET=@01234", pid_variable[32];

void notify_enter_environment(char **variable) {
	snprintf(pid_variable, sizeof pid_variable, "WATCHDOG_PID=%d", getpid());
	for (; *variable; variable++)
		if (strcmp(*variable, "NOTIFY_SOCKET=@") == 0)
			*variable = socket_variable;
		else if (strcmp(*variable, "WATCHDOG_PID=0") == 0)
			*variable = pid_variable;
}

int notify_take_end(int above) {
	return fcntl(pipe_end, F_DUPFD_CLOEXEC, above);
}

static bool add(struct process *process, int fd, int access) {
	process->notify = calloc(1, sizeof *process->notify);
	if (process->notify)
		*process->notify = (struct notify){.watch.fd = -1, .process = process, .fd = fd, .access = access};
	return process->notify;
}

void notify_close(struct process *process) {
	struct notify *notify = process->notify;
	if (!notify)
		return;
	watch_stop(&notify->watch);
	timer_stop(&notify->pause);
	process->notify = NULL;
	notify->process = NULL;
	/* Another event of this turn may point to it. */
	free_later(&notify->garbage, notify->fd);
}

/* At a name that the kernel chooses: nobody has it before, and the user and the root of the job do not matter. */
static int open_socket(void) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t length = sizeof address;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
	if (fd >= 0 && (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0 ||
	                bind(fd, (struct sockaddr *)&address, sizeof address.sun_family) < 0 ||
	                getsockname(fd, (struct sockaddr *)&address, &length) < 0)) {
		int error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	/* Behind a NUL there are five digits. */
	memcpy(strchr(socket_variable, '@') + 1, address.sun_path + 1, 5);
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
	pipe_end = ends[1];
	if (ends[0] >= 0 && add(process, ends[0], access))
		return 0;
	if (ends[0] >= 0)
		close(ends[0]);
	return -1;
}

static void report(struct notify *notify, pid_t pid, int error, const char *text) {
	report_add(REPORT_NOTIFIED, NUMBER(PROCESS, notify->process->id), NUMBER(PID, pid), NUMBER(ERRNO, error),
	           TEXT(DETAIL, error ? "" : text));
}

static ssize_t read_groups(pid_t pid, char groups[GROUPS_MAX]) {
	snprintf(groups, GROUPS_MAX, "/proc/%d/cgroup", pid);
	int fd = open(groups, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, groups, GROUPS_MAX);
	if (fd >= 0)
		close(fd);
	return length;
}

/* Whether it is a process of the job: of its session or, where only the job has such, of its control groups. */
static bool is_of_job(const struct notify *notify, pid_t pid) {
	char groups[GROUPS_MAX], own[GROUPS_MAX];
	pid_t session = pid > 0 ? getsid(pid) : -1, main = notify->process->pid;
	if (session > 0 && (session == notify->session || session == getsid(main)))
		return true;
	ssize_t length = pid > 0 && notify->access & OWN_GROUPS ? read_groups(pid, groups) : 0;
	return length > 0 && read_groups(main, own) == length && memcmp(groups, own, (size_t)length) == 0;
}

/* `MAINPID=`: whether that process is the job's from now on, as when forks are followed. */
static bool takes_over(const struct notify *notify, const char *text) {
	static const char key[] = "\nMAINPID=";
	const char *at = strncmp(text, key + 1, sizeof key - 2) == 0 ? text - 1 : strstr(text, key);
	struct process *process = notify->process;
	pid_t pid = at ? atoi(at + sizeof key - 1) : 0;
	if (pid <= 1 || process->trace != TRACE_NONE || process_by_pid(pid) || !is_of_job(notify, pid))
		return false;
	report_add(REPORT_FORKED, NUMBER(PROCESS, process->id), NUMBER(PID, pid), NUMBER(OLD_PID, process->pid));
	process_set_pid(process, pid);
	return true;
}

/* Both take once: the cost; 0: there was nothing. The process may be gone after this. */
static int take_message(struct notify *notify) {
	char text[NOTIFY_MAX + 1];
	/* Room for the credentials. The kernel does not even open descriptors that come along. */
	_Alignas(struct cmsghdr) char control[CMSG_LEN(sizeof(struct ucred))];
	struct msghdr message = {NULL, 0, &(struct iovec){text, NOTIFY_MAX}, 1, control, sizeof control, 0};
	struct ucred sender = {0};
	struct process *process = notify->process;
	ssize_t length = recvmsg(notify->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = length < 0 ? NULL : CMSG_FIRSTHDR(&message);
	if (length < 0)
		return 0;
	if (header && header->cmsg_type == SCM_CREDENTIALS)
		memcpy(&sender, CMSG_DATA(header), sizeof sender);
	if (sender.pid != process->pid && !(notify->access & MAY_ALL && is_of_job(notify, sender.pid))) {
		if (!(notify->access & HAS_REFUSED))
			report(notify, sender.pid, EPERM, "");
		notify->access |= HAS_REFUSED;
		return COST_REFUSED;
	}
	text[length] = '\0';
	bool is_long = message.msg_flags & MSG_TRUNC, is_followed = !is_long && takes_over(notify, text);
	report(notify, sender.pid, is_long ? EMSGSIZE : 0, text);
	if (is_followed)
		follow_begin(process, -1);
	return COST;
}

static int take_from_pipe(struct notify *notify) {
	char bytes[512];
	struct process *process = notify->process;
	ssize_t length = read(notify->fd, bytes, sizeof bytes);
	bool is_ready = length > 0 && memchr(bytes, '\n', (size_t)length);
	if (is_ready || length == 0) {
		report(notify, process->pid, is_ready ? 0 : EPIPE, "READY=1");
		notify_close(process);
	}
	return length > 0 ? COST : 0;
}

static int take(struct notify *notify) {
	return notify->access ? take_message(notify) : take_from_pipe(notify);
}

static void ready(struct watch *watch, uint32_t events);

static void resume(struct timer *pause) {
	struct notify *notify = CONTAINER_OF(pause, struct notify, pause);
	notify->spent = 0;
	if (notify->fd >= 0 && watch_start(&notify->watch, notify->fd, EPOLLIN, ready) < 0)
		timer_start(pause, PAUSE, resume);
}

/* Takes once, and then others have their turn. */
static void ready(struct watch *watch, uint32_t events) {
	struct notify *notify = CONTAINER_OF(watch, struct notify, watch);
	(void)events;
	/* First comes the report that its program runs. */
	if (!spawn_settle(notify->process))
		return;
	if (!reports_are_many())
		notify->spent += take(notify);
	if (notify->process && (notify->spent >= BUDGET || reports_are_many())) {
		watch_stop(watch);
		timer_start(&notify->pause, PAUSE, resume);
	}
}

void notify_begin(struct process *process) {
	struct notify *notify = process ? process->notify : NULL;
	if (pipe_end >= 0)
		close(pipe_end);
	pipe_end = -1;
	if (notify && notify->session == 0)
		notify->session = process->pid;
	if (notify)
		resume(&notify->pause);
}

bool notify_end(struct process *process) {
	pid_t before = process->pid;
	for (int i = 0; i < LAST_WORDS && process->notify && reports_have_room() && take(process->notify); i++)
		;
	if (process->pid != before)
		return false;
	notify_close(process);
	return true;
}

void notify_keep(struct state_file *state, struct process *process) {
	if (entry_is(state, "process-notify") && !process->notify)
		add(process, -1, 0);
	struct notify *notify = process->notify;
	if (!notify)
		return;
	keep_descriptor(state, "process-notify", &notify->fd);
	keep(state, "process-notify-access", notify->access);
	keep(state, "process-session", notify->session);
}
