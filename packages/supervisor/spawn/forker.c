#define _GNU_SOURCE
#include "spawn/forker.h"

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log/logs.h"
#include "log/thread.h"

/* With fewer logs, copying and closing their descriptors takes less than a question to the thread and its answer. */
#define LARGE_TABLE 512
/*
 * Children go on with a copy of it. What they may need most is a pointer for each argument, which execvp puts there for a script
 * without an interpreter: 2 MiB, since a frame has room for 256 Ki of them. Everything else there is fits into 64 KiB. Only what
 * is used takes memory, a few pages in the thread itself.
 */
#define STACK (4u * 1024 * 1024)
/* The thread's end of the connection, the only descriptor that it has besides the standard ones. */
#define OWN_END (STDERR_FILENO + 1)
/* How many descriptors a child starts with at most. */
#define ENDS 4

/*
 * What is to be done, and what came of it. The two share their memory, and the main thread waits in between; only descriptors
 * have to be sent.
 */
static struct {
	const struct spawn_spec *spec;
	/* Numbers of the main thread's first, then the thread's. */
	struct child_ends ends;
	/* Of the child; -1: there is none; 0: it cannot be forked there. */
	pid_t pid;
	int error;
} request;
static sem_t done;
#define READY 1

union control {
	char space[CMSG_SPACE(ENDS * sizeof(int))];
	struct cmsghdr header;
};

/* The main thread's end, and the other one until the thread has it. */
static int connection = -1, given = -1;
static _Thread_local bool is_forker;

bool forker_is_caller(void) {
	return is_forker;
}

static pid_t fork_here(const struct spawn_spec *spec, const struct child_ends *ends) {
	pid_t pid = fork();
	if (pid == 0)
		child_run(spec, ends);
	return pid;
}

/* Which descriptors of the request there are. */
static size_t find_ends(int *found[ENDS]) {
	int *const all[ENDS] = {&request.ends.error, &request.ends.script, &request.ends.master, &request.ends.output};
	size_t count = 0;
	for (size_t i = 0; i < ENDS; i++)
		if (*all[i] >= 0)
			found[count++] = all[i];
	return count;
}

/* ---- the thread ---- */

/* Before an answer: whoever reads from the pipe of a child that has ended has to find its end. */
static bool close_copies(void) {
	return close_range(OWN_END + 1, ~0u, 0) == 0;
}

/* From here on its descriptors are its own. False: they cannot be, and nothing of the main thread's has been closed. */
static bool leave_table(void) {
	return close_range((unsigned)given + 1, ~0u, CLOSE_RANGE_UNSHARE) == 0 && dup3(given, OWN_END, O_CLOEXEC) >= 0 &&
	       close_copies();
}

/* False: its descriptors have not all come along. */
static bool next_request(void) {
	union control control;
	char byte;
	struct iovec bytes = {&byte, sizeof byte};
	struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
	int *found[ENDS];
	ssize_t n;
	do
		n = recvmsg(OWN_END, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	size_t count = find_ends(found);
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_len != CMSG_LEN(count * sizeof(int)))
		return false;
	for (size_t i = 0; i < count; i++)
		memcpy(found[i], CMSG_DATA(header) + i * sizeof(int), sizeof(int));
	return true;
}

/* It is always at rest (rest.h): whatever it does, the main thread waits for, which is not. */
static void *fork_for_main(void *unused) {
	(void)unused;
	is_forker = true;
	if (leave_table()) {
		request.pid = READY;
		sem_post(&done);
		while (next_request()) {
			request.pid = fork_here(request.spec, &request.ends);
			request.error = errno;
			close_copies();
			sem_post(&done);
		}
		close_copies();
	}
	request.pid = 0;
	sem_post(&done);
	return NULL;
}

/* ---- the main thread ---- */

static void wait_until_done(void) {
	while (sem_wait(&done) < 0 && errno == EINTR)
		;
}

static void disconnect(void) {
	close(connection);
	connection = -1;
}

/* Tried once: where it cannot be had, forks take longer. */
static bool has_thread(void) {
	static bool tried;
	int pair[2];
	if (tried)
		return connection >= 0;
	tried = true;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return false;
	connection = pair[0];
	given = pair[1];
	sem_init(&done, 0, 0);
	if (thread_start(fork_for_main, NULL, STACK))
		wait_until_done();
	close(given);
	if (request.pid != READY)
		disconnect();
	return connection >= 0;
}

static bool send_request(void) {
	union control control = {.header = {.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
	int *found[ENDS];
	size_t count = find_ends(found);
	char byte = 0;
	struct iovec bytes = {&byte, sizeof byte};
	struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control};
	message.msg_controllen = CMSG_SPACE(count * sizeof(int));
	control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
	for (size_t i = 0; i < count; i++)
		memcpy(CMSG_DATA(&control.header) + i * sizeof(int), found[i], sizeof(int));
	return sendmsg(connection, &message, MSG_NOSIGNAL) >= 0;
}

/* What fork returns; 0: it cannot be done there. */
static pid_t fork_there(const struct spawn_spec *spec, const struct child_ends *ends) {
	request.spec = spec;
	request.ends = *ends;
	if (!send_request())
		return 0;
	wait_until_done();
	if (request.pid == 0)
		disconnect();
	errno = request.error;
	return request.pid;
}

static bool is_for_thread(const struct spawn_spec *spec) {
	/* One that asks to be traced is traced by the thread that has forked it, and only the main thread follows processes. */
	return logs_count() >= LARGE_TABLE && !spec->trace_forks && has_thread();
}

pid_t fork_child(const struct spawn_spec *spec, const struct child_ends *ends) {
	pid_t pid = is_for_thread(spec) ? fork_there(spec, ends) : 0;
	return pid ? pid : fork_here(spec, ends);
}
