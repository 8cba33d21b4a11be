#define _GNU_SOURCE
#include "daemon/launch.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "link/note.h"
#include "loop/place.h"
#include "loop/say.h"
#include "spawn/spawn.h"

#define DAEMON_FD 3
#define NO_NODE 127

static char daemon_script[PLACE_MAX];
static char own_node[PLACE_MAX];

#define SAVED "UPSTART_SAVED_"
#define SAVED_LENGTH (sizeof SAVED - 1)

/* How variables begin that change how node starts, or what is loaded into its process. Its jobs may get them all the same. */
static const char *const cleared[] = {
	"NODE_", "LD_", "OPENSSL_", "SSL_CERT_", "UV_", "MALLOC_", "GCONV_PATH=", "GLIBC_TUNABLES=", "LOCPATH=",
};

/*
 * Of node itself. What a burst of events leaves is collected often, rather than kept in much memory until later; the daemon
 * has the rest collected when a burst is over, and V8 need not wake up for that later.
 */
static char *const node_options[] = {"--max-semi-space-size=2", "--expose-gc", "--no-memory-reducer"};
#define NODE_OPTIONS (sizeof node_options / sizeof *node_options)

void launch_open(void) {
	const char *other = getenv("UPSTART_DAEMON");
	place_beside(own_node, "../lib/upstart/node");
	if (other && *other)
		snprintf(daemon_script, sizeof daemon_script, "%s", other);
	else
		place_beside(daemon_script, "../lib/upstart/daemon.js");
}

static bool is_saved(const char *variable) {
	return strncmp(variable, SAVED, SAVED_LENGTH) == 0;
}

static bool is_cleared(const char *variable) {
	for (size_t i = 0; i < sizeof cleared / sizeof *cleared; i++)
		if (strncmp(variable, cleared[i], strlen(cleared[i])) == 0)
			return true;
	return false;
}

/* Puts a variable aside under another name, or drops one that has such a name already: only we give them. */
static void put_aside(const char *variable) {
	size_t length = strcspn(variable, "=");
	char *name = malloc(SAVED_LENGTH + length + 1);
	if (!name)
		_exit(NO_NODE);
	memcpy(name, SAVED, SAVED_LENGTH);
	memcpy(name + SAVED_LENGTH, variable, length);
	name[SAVED_LENGTH + length] = '\0';
	if (!is_saved(variable))
		setenv(name, variable + length + 1, 1);
	unsetenv(name + SAVED_LENGTH);
}

static void clear_environment(bool (*is_meant)(const char *variable)) {
	/* From the beginning each time: the table changes. */
	for (char **variable = environ; variable && *variable;) {
		if (strchr(*variable, '=') && is_meant(*variable)) {
			put_aside(*variable);
			variable = environ;
		} else {
			variable++;
		}
	}
}

static void set_environment(unsigned failures) {
	char number[16];
	clear_environment(is_saved);
	clear_environment(is_cleared);
	/* Buffers go back to the kernel when they are freed, instead of leaving holes; see start.ts. */
	setenv("MALLOC_MMAP_THRESHOLD_", "65536", 1);
	snprintf(number, sizeof number, "%d", DAEMON_FD);
	setenv("UPSTART_SUPERVISOR_FD", number, 1);
	snprintf(number, sizeof number, "%u", failures);
	setenv("UPSTART_DAEMON_FAILURES", number, 1);
	/* Not said in the greeting, in which an older daemon accepts nothing that it does not know. */
	setenv("UPSTART_SUPERVISOR_ORDERS", "2", 1);
	/* Empty the first time: that it is there says that notes are kept. */
	setenv("UPSTART_SUPERVISOR_NOTE", note_kept(), 1);
	setenv("UPSTART_SUPERVISOR_BEGUN", "1", 1);
	setenv("UPSTART_SUPERVISOR_LOG_FOLDER", "1", 1);
}

void exec_node(char **arguments) {
	const char *chosen = getenv("UPSTART_NODE");
	if (chosen && *chosen) {
		arguments[0] = (char *)chosen;
		execv(chosen, arguments);
		return;
	}
	arguments[0] = own_node;
	execv(own_node, arguments);
	static char node[] = "node";
	arguments[0] = node;
	execvp(node, arguments);
	static const char *const places[] = {"/usr/local/bin/node", "/usr/bin/node"};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		execv(places[i], arguments);
}

/* Node does not start in a folder that was removed. */
static void leave_lost_folder(void) {
	char folder[PATH_MAX];
	if (!getcwd(folder, sizeof folder) && chdir("/") < 0)
		say("cannot leave a working folder that is gone: %s", strerror(errno));
}

static _Noreturn void run(char **arguments, int fd, const int outputs[2], unsigned failures, pid_t parent) {
	size_t count = 0;
	say_by_thread(false);
	while (arguments[count])
		count++;
	char **daemon_arguments = calloc(NODE_OPTIONS + count + 3, sizeof *daemon_arguments);
	if (!daemon_arguments)
		_exit(NO_NODE);
	memcpy(daemon_arguments + 1, node_options, sizeof node_options);
	daemon_arguments[NODE_OPTIONS + 1] = daemon_script;
	for (size_t i = 1; i < count; i++)
		daemon_arguments[NODE_OPTIONS + 1 + i] = arguments[i];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(NO_NODE);
	/* A group of its own: what a terminal sends (Control-C) is for the supervisor, which forwards it. */
	setpgid(0, 0);
	child_restore_limits();
	child_restore_signals();
	leave_lost_folder();
	/* Before the connection, whose number one of them may have. */
	for (int i = 0; i < 2; i++)
		if (outputs[i] >= 0)
			dup2(outputs[i], STDOUT_FILENO + i);
	dup2(fd, DAEMON_FD);
	close_range(DAEMON_FD + 1, ~0u, 0);
	set_environment(failures);
	exec_node(daemon_arguments);
	say("cannot run node: %s", strerror(errno));
	_exit(NO_NODE);
}

pid_t launch(char **arguments, int fd, const int outputs[2], unsigned failures) {
	pid_t parent = getpid();
	pid_t pid = fork();
	if (pid == 0)
		run(arguments, fd, outputs, failures, parent);
	return pid;
}
