/*
 * The supervisor: parent of the daemon and of every process of a job. It decides nothing (PROTOCOL.md). First of all it
 * finds out what it is to be. `upstart` with a command, an option of the tool or nothing is the tool for people; other
 * options, and process 1, mean init. Root who calls init with another pid wants telinit; others get an error.
 */
#include <sys/prctl.h>

#include "daemon/daemon.h"
#include "upgrade/upgrade.h"
#include "log/logs.h"
#include "pid1/pid1.h"
#include "spawn/spawn.h"

/* How long the end waits for logs to be written. */
#define CLOSE_PATIENCE 1000
/* The exit status where the tool for people cannot be executed. */
#define NOT_EXECUTED 126

/* The init of a machine is process 1 and never ends. */
enum role { OF_SESSION, OF_CONTAINER, OF_MACHINE };

/* Options that are the tool's when they come first: its help is about init, too, and init has no `--system`. */
static const char *const of_tool[] = {"--help", "-h", "--version", "--system", NULL};
/* Arguments that make an init of a session or a container, or only ask for a text: the machine is left alone. */
static const char *const harmless[] = {"--user", "--container", "--help", "--version", NULL};

static bool is_among(const char *word, const char *const *words) {
	while (*words && strcmp(word, *words) != 0)
		words++;
	return *words != NULL;
}

static bool is_for_tool(char **argv) {
	/* Process 1 gets what is left over of the kernel's command line, which may be words. */
	if (getpid() == 1 || strcmp(program_invocation_short_name, "upstart") != 0)
		return false;
	/* `upstart --user` is init, `upstart --user ps` is not: init has no words. */
	char **first = argv + 1;
	while (*first && strcmp(*first, "--user") == 0)
		first++;
	return (*first ? **first != '-' : first == argv + 1) || is_among(argv[1], of_tool);
}

/* By name, arguments, pid and user. Does not return where another program is meant, which it becomes. */
static enum role front_door(char **argv) {
	static char path[PLACE_MAX];
	if (is_for_tool(argv)) {
		place_beside(path, "initctl");
		execv(path, argv);
		say("cannot execute %s: %s", path, strerror(errno));
		_exit(NOT_EXECUTED);
	}
	if (is_among("--container", (const char *const *)argv))
		return OF_CONTAINER;
	for (char **argument = argv; *argument; argument++)
		if (is_among(*argument, harmless))
			return OF_SESSION;
	if (getpid() == 1 && getuid() == 0)
		return OF_MACHINE;
	place_beside(path, "telinit");
	argv[0] = path;
	if (getuid() == 0)
		execv(path, argv);
	say(getuid() == 0 ? "Not being executed as init" : "Need to be root");
	_exit(1);
}

/* Descriptors 0 to 2 exist from here on, so that nothing else becomes one of them; others are not for our children. */
static void open_standard_descriptors(void) {
	int fd;
	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	close_range(STDERR_FILENO + 1, ~0u, 0);
}

int main(int unused, char **argv) {
	(void)unused;
	bool left = state_open(argv);
	if (!left)
		open_standard_descriptors();
	place_open(argv[0]);
	enum role role = front_door(argv);
	/* After a re-execution, which is by the path of the file, the kernel has the name of that. */
	prctl(PR_SET_NAME, program_invocation_short_name);
	spawn_open();
	loop_open();
	if (role == OF_MACHINE) {
		pid1_open(left);
		place_open(argv[0]); /* there was no /proc before */
	}
	signals_open();
	crashes_survive();
	terminals_are_shared = role == OF_CONTAINER;
	if (left)
		take_over();
	launch_listen(role == OF_MACHINE);
	daemon_open(argv, hand_over);
	/* While Node starts. What the daemon prints waits in its pipes. */
	logs_open();
	say_through = logs_say;
	while (exit_status < 0) {
		link_turn();
		/* After the report of its end: closing a terminal takes longer than all else about it. */
		loop_sweep();
		loop_turn(reap_is_due());
		reap_turn();
		/* Behind all that changes what it looks at: nothing else wakes the loop for it. */
		signals_turn();
	}
	logs_close(CLOSE_PATIENCE);
	_exit(exit_status);
}
