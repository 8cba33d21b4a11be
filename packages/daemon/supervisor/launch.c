#define _GNU_SOURCE
#include "launch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "place.h"
#include "say.h"
#include "spawn.h"

#define DAEMON_FD 3
#define NO_NODE 127

static char daemon_script[PLACE_MAX];
static char own_node[PLACE_MAX];

/* Variables that make node start slowly or differently, and the names that their values are handed on by. */
static const struct {
	const char *name;
	const char *saved;
} cleared[] = {
	{"NODE_EXTRA_CA_CERTS", "UPSTART_SAVED_NODE_EXTRA_CA_CERTS"},
	{"NODE_OPTIONS", "UPSTART_SAVED_NODE_OPTIONS"},
};

void launch_open(void) {
	const char *other = getenv("UPSTART_DAEMON");
	place_beside(own_node, "../lib/upstart/node");
	if (other && *other)
		snprintf(daemon_script, sizeof daemon_script, "%s", other);
	else
		place_beside(daemon_script, "../lib/upstart/daemon.js");
}

static void set_environment(unsigned failures) {
	char number[16];
	for (size_t i = 0; i < sizeof cleared / sizeof *cleared; i++) {
		const char *value = getenv(cleared[i].name);
		if (value)
			setenv(cleared[i].saved, value, 1);
		else
			unsetenv(cleared[i].saved);
		unsetenv(cleared[i].name);
	}
	snprintf(number, sizeof number, "%d", DAEMON_FD);
	setenv("UPSTART_SUPERVISOR_FD", number, 1);
	snprintf(number, sizeof number, "%u", failures);
	setenv("UPSTART_DAEMON_FAILURES", number, 1);
}

static void exec_node(char **arguments) {
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

static _Noreturn void run(char **arguments, int fd, unsigned failures, pid_t parent) {
	size_t count = 0;
	while (arguments[count])
		count++;
	char **daemon_arguments = calloc(count + 3, sizeof *daemon_arguments);
	if (!daemon_arguments)
		_exit(NO_NODE);
	daemon_arguments[1] = daemon_script;
	for (size_t i = 1; i < count; i++)
		daemon_arguments[i + 1] = arguments[i];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(NO_NODE);
	/* A group of its own: what a terminal sends (Control-C) is for the supervisor, which forwards it. */
	setpgid(0, 0);
	child_restore_limits();
	child_restore_signals();
	dup2(fd, DAEMON_FD);
	close_range(DAEMON_FD + 1, ~0u, 0);
	set_environment(failures);
	exec_node(daemon_arguments);
	say("cannot run node: %s", strerror(errno));
	_exit(NO_NODE);
}

pid_t launch(char **arguments, int fd, unsigned failures) {
	pid_t parent = getpid();
	pid_t pid = fork();
	if (pid == 0)
		run(arguments, fd, failures, parent);
	return pid;
}
