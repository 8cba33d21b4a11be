/*
 * The name `upstart`, by which people call the command-line tool as well as init. The tool is meant with a command, an option of
 * its own or nothing at all; with other options, and as process 1, it is init.
 */
#include "pid1/front_door.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/launch.h"
#include "loop/place.h"
#include "loop/say.h"

#define NOT_EXECUTED 126

/* Options that are the tool's when they come first: its help is about init, too, and init has no `--system`. */
static const char *const its_own[] = {"--help", "-h", "--version", "--system"};

static bool is_for_tool(char **argv) {
	/* Process 1 gets what is left over of the kernel's command line, which may be words. */
	if (getpid() == 1 || strcmp(place_name(argv[0]), "upstart") != 0)
		return false;
	/* `upstart --user` is init, `upstart --user ps` is not: init has no words. */
	size_t first = 1;
	while (argv[first] && strcmp(argv[first], "--user") == 0)
		first++;
	if (argv[first] ? argv[first][0] != '-' : first == 1)
		return true;
	for (size_t i = 0; i < sizeof its_own / sizeof *its_own; i++)
		if (strcmp(argv[1], its_own[i]) == 0)
			return true;
	return false;
}

void front_door(char **argv) {
	static char script[PLACE_MAX];
	if (!is_for_tool(argv))
		return;
	place_beside(script, "../lib/upstart/upstart.js");
	/* For programs of the user's; they slow Node down. */
	unsetenv("NODE_EXTRA_CA_CERTS");
	unsetenv("NODE_OPTIONS");
	exec_node(NULL, 0, script, argv);
	say("there is no Node to run %s: %s", script, strerror(errno));
	_exit(NOT_EXECUTED);
}
