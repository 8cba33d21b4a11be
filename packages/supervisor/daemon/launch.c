/* Starts the daemon, with its options, environment and descriptors. PROTOCOL.md has the variables. */
#include "daemon/daemon.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "log/logs.h"
#include "spawn/spawn.h"

#define DAEMON_FD 3
#define DOOR_FD 4
#define NO_NODE 127

/* Garbage of a burst is collected often, with one thread's help, and the rest at its end: V8 need not wake up for it. */
static char *const node_options[] = {"--max-semi-space-size=2", "--expose-gc", "--no-memory-reducer",
                                     "--v8-pool-size=1"};

#define SAVED "UPSTART_SAVED_"
/* Beginnings of names that change Node. Jobs get these variables by another name, but for the first two, our own. */
static const char *const not_for_node[] = {
	SAVED,     "UPSTART_STATE_FD=", "NODE_",           "LD_",      "OPENSSL_", "SSL_CERT_", "UV_",
	"MALLOC_", "GCONV_PATH=",       "GLIBC_TUNABLES=", "LOCPATH=",
};
#define DROPPED 2

/* The daemon's standard output and error, which the logger reads, so that the daemon waits for no reader. */
static struct log *streams[2];

/* The listening socket for D-Bus clients; -1: its name is taken. Clients wait there from one daemon to the next. */
static int door = -1;

void launch_listen(bool of_machine) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	/* An abstract name: clients know it by its exact length, which Node 20 cannot bind. */
	char *name = address.sun_path + 1;
	size_t room = sizeof address.sun_path - 1;
	int length = of_machine ? snprintf(name, room, "/com/ubuntu/upstart")
	                        : snprintf(name, room, "/com/ubuntu/upstart-session/%u/%d", getuid(), getpid());
	door = open_listener(SOCK_STREAM, &address, offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length, &(int){0});
}

/* In place of init's environment, of which nobody needs anything any more. */
static void set_environment(unsigned failures) {
	char number[24];
	char **kept = environ;
	for (char **variable = environ; *variable; variable++) {
		size_t i = 0;
		while (i < COUNT(not_for_node) && strncmp(*variable, not_for_node[i], strlen(not_for_node[i])) != 0)
			i++;
		if (i == COUNT(not_for_node))
			*kept++ = *variable;
		else if (i >= DROPPED && asprintf(kept, SAVED "%s", *variable) >= 0)
			kept++;
	}
	*kept = NULL;
	/* Buffers go back to the kernel when they are freed, instead of leaving holes; see v8-settings.ts. */
	setenv("MALLOC_MMAP_THRESHOLD_", "65536", 1);
	setenv("UPSTART_SUPERVISOR_FD", "3", 1);
	/* Here and not in the greeting, in which an older daemon accepts nothing that it does not know. */
	setenv("UPSTART_SUPERVISOR_ORDERS", "11", 1);
	snprintf(number, sizeof number, "%u", failures);
	setenv("UPSTART_DAEMON_FAILURES", number, 1);
	snprintf(number, sizeof number, "%llu", (unsigned long long)reports_acknowledged);
	setenv("UPSTART_SUPERVISOR_ACKNOWLEDGED", number, 1);
	/* Empty the first time: that it is there says that notes are kept. */
	setenv("UPSTART_SUPERVISOR_NOTE", note_kept, 1);
}

/* The option that has Node begin with the daemon loaded. NULL: no snapshot is named after this Node's size and time. */
static char *snapshot_option(const char *node) {
	static char option[PLACE_MAX + 32];
	char path[PLACE_MAX], name[96];
	struct stat found;
	if (stat(node, &found) < 0)
		return NULL;
	snprintf(name, sizeof name, "../lib/upstart/daemon-%lld-%lld.snapshot", (long long)found.st_size,
	         (long long)found.st_mtime);
	place_beside(path, name);
	snprintf(option, sizeof option, "--snapshot-blob=%s", path);
	return access(path, R_OK) == 0 ? option : NULL;
}

static void exec_node(char **arguments, bool plainly) {
	char node[PLACE_MAX], script[PLACE_MAX], *first[COUNT(node_options) + 3];
	size_t count = COUNT(node_options);
	memcpy(first, node_options, sizeof node_options);
	place_of(node, "UPSTART_NODE", OWN_NODE);
	bool is_other = place_of(script, "UPSTART_DAEMON", "../lib/upstart/daemon.js");
	if ((first[count] = plainly || is_other ? NULL : snapshot_option(node)))
		count++;
	first[count++] = script;
	first[count] = NULL;
	place_run_node(first, arguments + 1);
}

/* The writing end of a pipe; -1: the daemon has init's own standard output or error. */
static int open_stream(int stream) {
	int ends[2];
	if (!logs_are_possible() || pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	streams[stream] = log_new("", "", stream == 0 ? LOG_TO_OUTPUT : LOG_TO_ERROR, ends[0]);
	if (streams[stream]) {
		log_start(streams[stream], 0);
		return ends[1];
	}
	close(ends[0]);
	close(ends[1]);
	return -1;
}

void launch_close_output(void) {
	for (int i = 0; i < 2; i++) {
		if (streams[i])
			log_finish(streams[i], NULL, NULL);
		streams[i] = NULL;
	}
}

static _Noreturn void become_daemon(char **arguments, int connection, const int outputs[2], unsigned failures,
                                    bool plainly) {
	char folder[PATH_MAX];
	say_through = NULL;
	/* A group of its own: what a terminal sends (Control-C) is for the supervisor, which forwards it. */
	setpgid(0, 0);
	child_restore_limits();
	child_restore_signals();
	/* Node does not start in a folder that was removed. */
	if (!getcwd(folder, sizeof folder) && chdir("/") < 0)
		say("cannot leave a working folder that is gone: %s", strerror(errno));
	/* The slots are below all that is moved here. What is -1 stays as it is. */
	for (int i = 0; i < 2; i++)
		dup2(outputs[i], STDOUT_FILENO + i);
	dup2(connection, DAEMON_FD);
	close_range((dup2(door, DOOR_FD) < 0 ? DAEMON_FD : DOOR_FD) + 1, ~0u, 0);
	set_environment(failures);
	if (door >= 0)
		setenv("UPSTART_SUPERVISOR_DBUS_FD", "4", 1);
	exec_node(arguments, plainly);
	say("cannot run node: %s", strerror(errno));
	_exit(NO_NODE);
}

pid_t launch(char **arguments, unsigned failures, bool plainly, int *connection) {
	int ends[2] = {-1, -1};
	int output = open_stream(0), outputs[] = {output, streams_are_one() ? output : open_stream(1)};
	pid_t parent = getpid(), pid = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0 ? -1 : fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(NO_NODE);
		become_daemon(arguments, ends[1], outputs, failures, plainly);
	}
	if (pid < 0)
		say("cannot start the daemon: %s", strerror(errno));
	for (int i = 0; i < 2; i++)
		close(outputs[i]);
	close(ends[1]);
	*connection = ends[0];
	if (pid > 0)
		return pid;
	close(ends[0]);
	launch_close_output();
	return 0;
}
