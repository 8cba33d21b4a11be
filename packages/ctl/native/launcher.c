/*
 * The program behind initctl, start, stop, ...: hands its command line to the init daemon, which runs it, and copies
 * out what comes back. It knows no command; what the daemon cannot do is done by ctl.js under Node.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "parts.h"
#include "program.h"

#define MAX_REPLY (16u * 1024u * 1024u)
#define RETRY_MS 30000 /* how long a daemon that restarts is waited for, all in all */
#define RETRY_PAUSE_MS 50
#ifndef REFUSED_MS
#define REFUSED_MS 5000 /* the same where no init is seen that would start it */
#endif
#define RUN_LOCALLY 256 /* the result of a command that only a process of the caller's can run */

static char socket_path[4096]; /* where the daemon was looked for last; empty if the environment names no path */
static int connect_error;      /* why it was not reached; 0: it was */

void reserve(struct buffer *b, size_t size) {
	if (size > b->size && !(b->bytes = realloc(b->bytes, b->size = size * 2)))
		fail("Cannot allocate memory");
}

static int connect_to(const char *path) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool fits = path[0] == '/' && strlen(path) < sizeof address.sun_path;
	errno = ENAMETOOLONG;
	memcpy(address.sun_path, path, strnlen(path, sizeof address.sun_path - 1));
	if (fits && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Whether the init lives whose socket was tried: the number of its process ends the folder's name, or it is process 1.
   It starts a daemon that died again, which takes as long as the machine is slow. */
static bool init_lives(void) {
	char path[64], name[16] = "";
	const char *digits = strrchr(socket_path, '/');
	for (; digits > socket_path && digits[-1] >= '0' && digits[-1] <= '9';)
		digits--;
	unsigned long pid = digits && digits > socket_path && digits[-1] == '-' ? strtoul(digits, NULL, 10) : 0;
	snprintf(path, sizeof path, "/proc/%lu/comm", pid ? pid : 1);
	FILE *comm = fopen(path, "r");
	bool known = comm && fgets(name, sizeof name, comm) && (!strcmp(name, "init\n") || !strcmp(name, "upstart\n"));
	if (comm)
		fclose(comm);
	return known;
}

/* Connects to the daemon that the environment names: to its control socket, else to the query socket beside it. */
static int connect_daemon(void) {
	const char *session = getenv("UPSTART_SESSION"), *dir = getenv("UPSTART_SYSTEM_SOCKET_DIR"), *prefix = "unix:path=";
	char *path = socket_path;
	if (!session || !*session)
		snprintf(path, sizeof socket_path, "%s/control.sock", dir && *dir ? dir : "/run/upstart");
	else
		snprintf(path, sizeof socket_path, "%s",
		         strncmp(session, prefix, strlen(prefix)) ? "" : session + strlen(prefix));
	int fd = connect_to(path);
	if (fd < 0 && errno == EACCES) {
		strcpy(strrchr(path, '/'), "/query.sock");
		fd = connect_to(path);
	}
	connect_error = fd < 0 ? errno : 0;
	return fd;
}

/* Reads a frame's body. False if the connection is over. */
static bool read_frame(FILE *in, struct buffer *b) {
	uint32_t length;
	if (fread(&length, sizeof length, 1, in) != 1)
		return false;
	b->length = le32toh(length);
	if (b->length > MAX_REPLY)
		fail("The init daemon sent a frame that is too long");
	reserve(b, b->length + 1);
	return b->length == 0 || fread(b->bytes, b->length, 1, in) == 1;
}

static void write_output(int fd, const uint8_t *bytes, size_t length) {
	for (ssize_t n; length > 0; bytes += n, length -= (size_t)n)
		while ((n = write(fd, bytes, length)) < 0)
			if (errno != EAGAIN || poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1) < 0)
				exit(1);
}

enum outcome { LOCAL, LOST, REFUSED };

/* Sends the requests and copies output until the result is there, with which it exits. What an earlier connection has
   brought already is not printed again: the same request with the same key has the same output. */
static enum outcome exchange(FILE *in, const struct buffer *requests) {
	static size_t printed[3];
	static struct buffer reply;
	size_t seen[3] = {0};
	struct value f[FIELDS];
	bool greeted = false;

	/* A daemon that closes before it has read everything has perhaps said why. */
	for (ssize_t n, sent = 0; (size_t)sent < requests->length; sent += n)
		if ((n = send(fileno(in), requests->bytes + sent, requests->length - (size_t)sent, MSG_NOSIGNAL)) < 0)
			break;
	while (read_frame(in, &reply)) {
		if (!decode_frame(&reply, f))
			fail("The init daemon sent something else than an answer");
		if (f[ERROR].kind == MAP && !greeted)
			return REFUSED;
		if (f[ERROR].kind == MAP)
			fail("%.*s", f[TEXT].bytes ? (int)f[TEXT].number : 0, f[TEXT].bytes ? (const char *)f[TEXT].bytes : "");
		greeted |= f[ID].number == HELLO_ID;
		if (f[DATA].bytes && (f[FD].number == 1 || f[FD].number == 2)) {
			size_t fd = (size_t)f[FD].number, length = (size_t)f[DATA].number;
			size_t known = printed[fd] - seen[fd] < length ? printed[fd] - seen[fd] : length;
			write_output((int)fd, f[DATA].bytes + known, length - known);
			printed[fd] += length - known;
			seen[fd] += length;
		} else if (f[ID].number == RUN_ID && f[RESULT].kind == INTEGER) {
			if (f[RESULT].number == RUN_LOCALLY)
				return LOCAL;
			exit((int)f[RESULT].number);
		}
	}
	return LOST;
}

/* Becomes ctl.js, which does by itself what the daemon cannot, or says why it cannot be done. */
static _Noreturn void become_ctl(char **argv) {
	run_under_node("ctl.js", argv);
	/* In a chroot there is often neither an init nor Node. Only the first one is of interest. */
	if (connect_error && socket_path[0] == '/')
		fail("Unable to connect to Upstart: Failed to connect to socket %s: %s", socket_path, strerror(connect_error));
	if (connect_error)
		fail("Unable to connect to Upstart: UPSTART_SESSION is not of the form unix:path=/PATH");
	fail("The init daemon leaves this to ctl.js, and there is no Node to run it");
}

_Noreturn void launch(int argc, char **argv) {
	/* A standard descriptor that is closed must not become the socket's. */
	int spare = 0;
	while (spare >= 0 && spare <= 2)
		spare = open("/dev/null", O_RDWR);
	close(spare);

	static struct buffer requests;
	if (may_mean_session() || !encode_requests(&requests, argc, argv))
		become_ctl(argv);
	bool was_connected = false;
	for (int waited_ms = 0;; waited_ms += RETRY_PAUSE_MS) {
		int fd = connect_daemon();
		FILE *in = fd < 0 ? NULL : fdopen(fd, "r");
		if (fd >= 0 && !in)
			fail("Cannot allocate memory");
		enum outcome outcome = in ? exchange(in, &requests) : LOST;
		if (in)
			fclose(in);
		/* The socket of a daemon that is being replaced is there and refuses. */
		bool may_come = connect_error == ECONNREFUSED && waited_ms < (init_lives() ? RETRY_MS : REFUSED_MS);
		if (outcome == LOCAL || (!was_connected && (outcome == REFUSED || (!in && !may_come))))
			become_ctl(argv);
		if (outcome == REFUSED || waited_ms >= RETRY_MS)
			fail("Connection was disconnected before a reply was received");
		/* One that was restarted knows the request by its key and continues with it. */
		was_connected |= fd >= 0;
		poll(NULL, 0, RETRY_PAUSE_MS);
	}
}
