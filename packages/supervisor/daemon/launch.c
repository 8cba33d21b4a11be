/*
 * Starting the daemon: where Node and the daemon's program are, and with which options, environment and descriptors it runs.
 * PROTOCOL.md has the variables.
 */
#define _GNU_SOURCE
#include "daemon/launch.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "link/note.h"
#include "loop/place.h"
#include "loop/say.h"
#include "spawn/child.h"

#define DAEMON_FD 3
#define NO_NODE 127
#define COUNT(array) (sizeof(array) / sizeof *(array))

/*
 * What a burst of events leaves is collected often, rather than kept in much memory until later; the daemon has the rest
 * collected when a burst is over, and V8 need not wake up for that later.
 */
static const char *const node_options[] = {"--max-semi-space-size=2", "--expose-gc", "--no-memory-reducer"};

#define SAVED "UPSTART_SAVED_"
/* How variables begin that only we give, or that are for the next image of the supervisor. */
static const char *const dropped[] = {SAVED, "UPSTART_STATE_FD=", NULL};
/* How variables begin that change how node starts, or what is loaded into its process. Its jobs may get them all the same. */
static const char *const put_aside[] = {
	"NODE_", "LD_", "OPENSSL_", "SSL_CERT_", "UV_", "MALLOC_", "GCONV_PATH=", "GLIBC_TUNABLES=", "LOCPATH=", NULL,
};

/* Told here and not in the greeting, in which an older daemon accepts nothing that it does not know. */
static const char *const told[][2] = {
	{"UPSTART_SUPERVISOR_FD", "3"},
	{"UPSTART_SUPERVISOR_ORDERS", "2"},
	{"UPSTART_SUPERVISOR_BEGUN", "1"},
	{"UPSTART_SUPERVISOR_LOG_FOLDER", "1"},
	{"UPSTART_SUPERVISOR_NUMBERS", "1"},
	/* Buffers go back to the kernel when they are freed, instead of leaving holes; see v8-settings.ts. */
	{"MALLOC_MMAP_THRESHOLD_", "65536"},
};

static bool begins_like(const char *variable, const char *const *beginnings) {
	while (*beginnings && strncmp(variable, *beginnings, strlen(*beginnings)) != 0)
		beginnings++;
	return *beginnings != NULL;
}

/* In place of init's environment, of which nobody needs anything any more. */
static void set_environment(unsigned failures) {
	char number[16];
	size_t kept = 0;
	for (char **variable = environ; *variable; variable++) {
		char *name = *variable;
		if (begins_like(name, dropped) || (begins_like(name, put_aside) && asprintf(&name, SAVED "%s", *variable) < 0))
			continue;
		environ[kept++] = name;
	}
	environ[kept] = NULL;
	for (size_t i = 0; i < COUNT(told); i++)
		setenv(told[i][0], told[i][1], 1);
	snprintf(number, sizeof number, "%u", failures);
	setenv("UPSTART_DAEMON_FAILURES", number, 1);
	/* Empty the first time: that it is there says that notes are kept. */
	setenv("UPSTART_SUPERVISOR_NOTE", note_kept(), 1);
}

static size_t length_of(const char *const *list) {
	size_t length = 0;
	while (list[length])
		length++;
	return length;
}

void exec_node(const char *const *options, const char *script, char **arguments) {
	static char own_node[PLACE_MAX];
	const char *chosen = getenv("UPSTART_NODE");
	const char *nodes[] = {own_node, "node", "/usr/local/bin/node", "/usr/bin/node"};
	const char **line = calloc(length_of(options) + length_of((const char **)arguments) + 2, sizeof *line);
	if (!line)
		return;
	const char **end = line + 1;
	while (*options)
		*end++ = *options++;
	*end++ = script;
	while (*++arguments)
		*end++ = *arguments;
	place_beside(own_node, "../lib/upstart/node");
	bool is_chosen = chosen && *chosen;
	for (size_t i = 0; i < (is_chosen ? 1 : COUNT(nodes)); i++) {
		line[0] = is_chosen ? chosen : nodes[i];
		(strchr(line[0], '/') ? execv : execvp)(line[0], (char **)line);
	}
}

/*
 * The option that makes Node begin with the daemon already loaded; NULL where there is no snapshot for this very file of Node, whose
 * size and time are in the name of the snapshot (scripts/snapshot.mjs).
 */
static const char *snapshot_option(void) {
	static char option[PLACE_MAX + 32];
	char path[PLACE_MAX], name[96];
	const char *node = getenv("UPSTART_NODE");
	struct stat found;
	place_beside(path, "../lib/upstart/node");
	if (stat(node && *node ? node : path, &found) < 0)
		return NULL;
	snprintf(name, sizeof name, "../lib/upstart/daemon-%lld-%lld.snapshot", (long long)found.st_size,
	         (long long)found.st_mtime);
	place_beside(path, name);
	snprintf(option, sizeof option, "--snapshot-blob=%s", path);
	return access(path, R_OK) == 0 ? option : NULL;
}

pid_t launch(char **arguments, int fd, const int outputs[2], unsigned failures, bool plainly) {
	static char script[PLACE_MAX];
	char folder[PATH_MAX];
	pid_t parent = getpid(), pid = fork();
	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(NO_NODE);
	say_through(NULL);
	/* A group of its own: what a terminal sends (Control-C) is for the supervisor, which forwards it. */
	setpgid(0, 0);
	child_restore_limits();
	child_restore_signals();
	/* Node does not start in a folder that was removed. */
	if (!getcwd(folder, sizeof folder) && chdir("/") < 0)
		say("cannot leave a working folder that is gone: %s", strerror(errno));
	/* Before the connection, whose number one of them may have. */
	for (int i = 0; i < 2; i++)
		if (outputs[i] >= 0)
			dup2(outputs[i], STDOUT_FILENO + i);
	dup2(fd, DAEMON_FD);
	close_range(DAEMON_FD + 1, ~0u, 0);
	place_beside(script, "../lib/upstart/daemon.js");
	const char *other = getenv("UPSTART_DAEMON");
	bool is_other = other && *other;
	const char *options[COUNT(node_options) + 2] = {NULL};
	memcpy(options, node_options, sizeof node_options);
	if (!plainly && !is_other)
		options[COUNT(node_options)] = snapshot_option();
	set_environment(failures);
	exec_node(options, is_other ? other : script, arguments);
	say("cannot run node: %s", strerror(errno));
	_exit(NO_NODE);
}
