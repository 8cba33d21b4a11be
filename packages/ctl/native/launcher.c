/*
 * The program behind initctl, start, stop, ...: hands its command line to the init daemon, which runs it, and copies
 * out what comes back. It knows no command; what the daemon cannot do is done by ctl.cjs under Node.
 */
#include <endian.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "native.h"

#define PROTOCOL_VERSION 1
#define MAX_REQUEST (1024u * 1024u) /* bytes of a frame's body, as the daemon has it */
#define MAX_REPLY (16u * 1024u * 1024u)
#define RETRY_MS 30000 /* how long a daemon that restarts is waited for, all in all */
#define RETRY_PAUSE_MS 50
#ifndef REFUSED_MS
#define REFUSED_MS 5000 /* the same for a first connection: Node then waits as long as an init may start a daemon */
#endif

/* What commands may want to know of the environment. */
static const char *const passed_on[] = {
	"UPSTART_JOB", "UPSTART_INSTANCE", "UPSTART_SESSION", "XDG_RUNTIME_DIR", "HOME", "COLUMNS",
	"NO_COLOR",    "TERM",             "LC_ALL",          "LC_COLLATE",      "LANG",
};
/* The first byte of a frame from the daemon; the others belong to it. */
enum answer { ON_OUTPUT = 1, ON_ERROR, STATUS, RUN_LOCALLY, FAILED };

char socket_path[4096];
static int connect_error; /* why it was not reached; 0: it was */

static int connect_to(const char *path) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	connect_error = ENAMETOOLONG;
	if (path[0] == '/' && strlen(path) < sizeof address.sun_path) {
		strcpy(address.sun_path, path);
		connect_error = connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ? errno : 0;
	}
	if (!connect_error)
		return fd;
	close(fd);
	return -1;
}

/* Connects to the daemon that the environment names: to its control socket, else to the query socket beside it. */
static int connect_daemon(enum session found) {
	const char *session = getenv("UPSTART_SESSION"), *dir = getenv("UPSTART_SYSTEM_SOCKET_DIR"), *prefix = "unix:path=";
	if (found == NONE && (!session || !*session))
		snprintf(socket_path, sizeof socket_path, "%s/control.sock", dir && *dir ? dir : "/run/upstart");
	else if (found == NONE && strncmp(session, prefix, strlen(prefix)) == 0)
		snprintf(socket_path, sizeof socket_path, "%s", session + strlen(prefix));
	int fd = connect_to(socket_path);
	if (connect_error != EACCES)
		return fd;
	strcpy(strrchr(socket_path, '/'), "/query.sock");
	return connect_to(socket_path);
}

static bool receive(int fd, void *bytes, size_t length) {
	return length == 0 || recv(fd, bytes, length, MSG_WAITALL) == (ssize_t)length;
}

/* Reads a frame's body, of which it returns the length. 0 if the connection is over. */
static size_t read_frame(int fd, uint8_t **body) {
	uint32_t length;
	if (!receive(fd, &length, sizeof length))
		return 0;
	length = le32toh(length);
	if (length > MAX_REPLY)
		fail("The init daemon sent a frame that is too long");
	if (!(*body = realloc(*body, length + 1u)))
		fail("Cannot allocate memory");
	**body = 0; /* an empty frame is no answer */
	return receive(fd, *body, length) ? length + !length : 0;
}

static void write_output(int fd, const uint8_t *bytes, size_t length) {
	for (ssize_t n; length > 0; bytes += n, length -= (size_t)n)
		while ((n = write(fd, bytes, length)) < 0)
			if (errno != EAGAIN || poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1) < 0)
				exit(1);
}

/* The command line as a frame of texts (packages/protocol/README.md). False if it is longer than the daemon takes. */
static bool encode_request(char **frame, size_t *length, int argc, char **argv) {
	struct winsize window = {0};
	struct timespec now;
	char cwd[4096];
	uint32_t body_length = 0;
	FILE *out = open_memstream(frame, length);
	if (!out)
		fail("Cannot allocate memory");
	clock_gettime(CLOCK_REALTIME, &now);
	(void)(ioctl(1, TIOCGWINSZ, &window) == 0 || ioctl(2, TIOCGWINSZ, &window));
	/* A place for the length, and a NUL, which is no msgpack. */
	fwrite(&body_length, sizeof body_length, 1, out);
	fprintf(out, "%c%d%c", 0, PROTOCOL_VERSION, 0);
	/* A key, used once; the history names these two processes. */
	fprintf(out, "%d-%d-%lld.%09ld%c", getpid(), getppid(), (long long)now.tv_sec, now.tv_nsec, 0);
	fprintf(out, "%s%c%d%c%d%c", getcwd(cwd, sizeof cwd) ? cwd : "/", 0, isatty(1), 0, isatty(2), 0);
	fprintf(out, "%d%c%d%c", window.ws_col, 0, argc, 0);
	for (int i = 0; i < argc; i++)
		fprintf(out, "%s%c", argv[i], 0);
	for (size_t i = 0; i < COUNT(passed_on); i++)
		if (getenv(passed_on[i]))
			fprintf(out, "%s=%s%c", passed_on[i], getenv(passed_on[i]), 0);
	if (fclose(out) != 0)
		fail("Cannot allocate memory");
	body_length = htole32((uint32_t)(*length - sizeof body_length));
	memcpy(*frame, &body_length, sizeof body_length);
	return *length - sizeof body_length <= MAX_REQUEST;
}

enum outcome { LOCAL, LOST, REFUSED };

/* Sends the request and copies output until the result is there, with which it exits. What an earlier connection has
   brought already is not printed again: the same request with the same key has the same output. */
static enum outcome exchange(int connection, const char *request, size_t length) {
	static size_t printed[3];
	static uint8_t *body;
	size_t seen[3] = {0};
	bool is_understood = false;

	/* A daemon that closes before it has read everything has perhaps said why. */
	for (ssize_t n; length > 0 && (n = send(connection, request, length, MSG_NOSIGNAL)) >= 0; length -= (size_t)n)
		request += n;
	while ((length = read_frame(connection, &body)) > 0) {
		const uint8_t *bytes = body + 1;
		size_t fd = body[0], known;
		length--;
		switch (body[0]) {
		case ON_OUTPUT:
		case ON_ERROR:
			is_understood = true;
			known = printed[fd] - seen[fd] < length ? printed[fd] - seen[fd] : length;
			write_output((int)fd, bytes + known, length - known);
			printed[fd] += length - known;
			seen[fd] += length;
			continue;
		case STATUS:
			exit(length > 0 ? bytes[0] : 1);
		case RUN_LOCALLY:
			return LOCAL;
		case FAILED:
			fail("%.*s", (int)length, (const char *)bytes);
		}
		/* A daemon of before knows no such requests, and says so in another form. */
		if (!is_understood)
			return REFUSED;
		fail("The init daemon sent something else than an answer");
	}
	return LOST;
}

/* Becomes ctl.cjs, which does by itself what the daemon cannot, or says why it cannot be done. */
static _Noreturn void become_ctl(char **argv) {
	run_under_node("ctl.cjs", argv);
	/* In a chroot there is often neither an init nor Node. Only the first one is of interest. */
	if (connect_error && socket_path[0] == '/')
		fail("Unable to connect to Upstart: Failed to connect to socket %s: %s", socket_path, strerror(connect_error));
	if (connect_error)
		fail("Unable to connect to Upstart: UPSTART_SESSION is not of the form unix:path=/PATH");
	fail("The init daemon leaves this to ctl.cjs, and there is no Node to run it");
}

_Noreturn void launch(int argc, char **argv) {
	/* A standard descriptor that is closed must not become the socket's. */
	int spare = 0;
	while (spare >= 0 && spare <= 2)
		spare = open("/dev/null", O_RDWR);
	close(spare);

	char *request;
	size_t length;
	enum session session = find_session();
	bool was_connected = false, is_for_node = session == UNCLEAR || !encode_request(&request, &length, argc, argv);
	for (int waited_ms = 0; !is_for_node; waited_ms += RETRY_PAUSE_MS) {
		int fd = connect_daemon(session);
		enum outcome outcome = fd < 0 ? LOST : exchange(fd, request, length);
		close(fd);
		/* The socket of a daemon that is being replaced is there and refuses. */
		bool may_come = connect_error == ECONNREFUSED && waited_ms < REFUSED_MS;
		if (outcome == LOCAL || (!was_connected && (outcome == REFUSED || (fd < 0 && !may_come))))
			break;
		if (outcome == REFUSED || waited_ms >= RETRY_MS)
			fail("Connection was disconnected before a reply was received");
		/* One that was restarted knows the request by its key and continues with it. */
		was_connected |= fd >= 0;
		poll(NULL, 0, RETRY_PAUSE_MS);
	}
	become_ctl(argv);
}
