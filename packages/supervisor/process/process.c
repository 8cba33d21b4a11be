/*
 * The table of processes, by id and by pid, and signals to them, or to a process with all that it has started. It does not know how they
 * begin and end.
 */
#include "process/process.h"

/* Chained; a machine has a few thousand processes of jobs at most. */
#define BUCKETS 4096

/* The most processes that are found, of which the text of the kernel for one parent is read up to so many bytes. */
#define FAMILY_MAX 512
#define CHILDREN_SIZE 4096

static struct process *with_id[BUCKETS], *with_pid[BUCKETS];
size_t process_count;

struct process *process_new(uint64_t id) {
	struct process *process = calloc(1, sizeof *process);
	if (!process)
		return NULL;
	process->id = id;
	process->exec_pipe.fd = process->pidfd.fd = process->notify.watch.fd = process->notify.fd = -1;
	process->status = NOT_KNOWN;
	process->next_with_id = with_id[id % BUCKETS];
	with_id[id % BUCKETS] = process;
	process_count++;
	return process;
}

static void forget_pid(struct process *process) {
	struct process **link = &with_pid[(size_t)process->pid % BUCKETS];
	while (*link && *link != process)
		link = &(*link)->next_with_pid;
	if (*link)
		*link = process->next_with_pid;
}

void process_set_pid(struct process *process, pid_t pid) {
	struct process **bucket = &with_pid[(size_t)pid % BUCKETS];
	forget_pid(process);
	process->pid = pid;
	process->next_with_pid = *bucket;
	*bucket = process;
}

void process_free(struct process *process) {
	forget_pid(process);
	struct process **link = &with_id[process->id % BUCKETS];
	while (*link != process)
		link = &(*link)->next_with_id;
	*link = process->next_with_id;
	process_count--;
	watch_close(&process->exec_pipe);
	watch_close(&process->pidfd);
	timer_stop(&process->timer);
	timer_stop(&process->deadline);
	notify_close(process);
	free(process->order);
	free_later(&process->garbage, -1);
}

void order_keep(struct process *process, const struct frame *frame) {
	size_t length = frame->length;
	struct frame *order = length > ORDER_MAX ? NULL : malloc(sizeof *order + length);
	free(process->order);
	process->order = order;
	if (!order)
		return;
	*order = *frame;
	order->id = 0;
	order->body = memcpy(order + 1, frame->body, length);
}

struct process *process_by_id(uint64_t id) {
	struct process *process = with_id[id % BUCKETS];
	while (process && process->id != id)
		process = process->next_with_id;
	return process;
}

struct process *process_by_pid(pid_t pid) {
	struct process *process = with_pid[(size_t)pid % BUCKETS];
	while (process && (process->pid != pid || process->ended))
		process = process->next_with_pid;
	return process;
}

void process_each(void (*visit)(struct process *process, void *data), void *data) {
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct process *process = with_id[i]; process; process = process->next_with_id)
			visit(process, data);
}

bool proc_text(pid_t pid, const char *name, char *text, size_t room) {
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = read(fd, text, room - 1); /* -1 if it is not open */
	close(fd);
	text[length > 0 ? length : 0] = '\0';
	return length > 0;
}

static size_t children_of(pid_t parent, pid_t *children, size_t room) {
	char text[2][CHILDREN_SIZE] = {"", ""}, name[32], *at = text[0], *end;
	size_t count = 0, readings = 0;
	snprintf(name, sizeof name, "task/%d/children", parent);
	/* The kernel leaves a child out when the one before it is reaped during a reading: two readings have to agree. */
	do
		proc_text(parent, name, text[readings % 2], CHILDREN_SIZE);
	while (strcmp(text[0], text[1]) && ++readings < 16);
	/* Each pid ends with a blank. */
	for (long pid; count < room && (pid = strtol(at, &end, 10)) > 1 && *end == ' '; at = end)
		children[count++] = (pid_t)pid;
	return count;
}

/* Kills a process by its pid or its group, `target`, and then its children, theirs and so on, whose groups are others. */
static void family_kill(pid_t leader, pid_t target) {
	pid_t family[FAMILY_MAX] = {leader};
	size_t count = 1;
	for (size_t i = 0; i < count; i++)
		count += children_of(family[i], family + count, FAMILY_MAX - count);
	/* It is the first: it is not to see the others end, and continue. */
	family[0] = target;
	for (size_t i = 0; i < count; i++)
		kill(family[i], SIGKILL);
}

int process_signal(struct process *process, int signal, bool group) {
	/* Our own child keeps its pid until we reap it. */
	struct pollfd end = {.fd = process->pidfd.fd, .events = POLLIN};
	/* It has ended, which will be reported; its pid may be another's by now, who is not to be signalled in its place. */
	if (process->ended || (end.fd >= 0 && poll(&end, 1, 0) == 1))
		return 0;
	pid_t target = process->pid;
	/* A child that has not reached setsid yet is in our own group, one of another pid namespace in "0". */
	pid_t leader = group ? getpgid(target) : 0;
	if (leader > 1 && leader != getpgrp())
		target = -leader;
	if (process->takes_group && signal == SIGKILL)
		family_kill(process->pid, target);
	return kill(target, signal) < 0 ? errno : 0;
}

static void deadline_passed(struct timer *timer) {
	struct process *process = CONTAINER_OF(timer, struct process, deadline);
	if (!process->ended)
		process_signal(process, SIGKILL, true);
}

void process_set_deadline(struct process *process, int64_t due) {
	int64_t left = due - loop_now();
	timer_start(&process->deadline, left < 0 ? 0 : left > INT_MAX ? INT_MAX : left, deadline_passed);
}
