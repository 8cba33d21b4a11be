/*
 * What this process is to be. `upstart` with a command, an option of the tool or nothing is the tool for people; other
 * options, and process 1, mean init. Root who calls init with another pid wants telinit; others get an error.
 */

#include "pid1/pid1.h"

#define NOT_EXECUTED 126

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

enum role front_door(char **argv) {
	static char path[PLACE_MAX];
	const char *other_daemon = getenv("UPSTART_DAEMON");
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
	/* A test of the supervisor by itself. */
	if (other_daemon && *other_daemon)
		return OF_SESSION;
	place_beside(path, "telinit");
	argv[0] = path;
	if (getuid() == 0)
		execv(path, argv);
	say(getuid() == 0 ? "Not being executed as init" : "Need to be root");
	_exit(1);
}
