/* The measuring programs of the benchmarks, and the limits that the kernel sets: one program, a subcommand each. */
#include "meter.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage;
} subcommands[] = {
	{"stopwatch", stopwatch, "(command lines come on standard input)"},
	{"first-answer", first_answer, "SESSION-FILE PATIENCE-MS END-SIGNAL PROBE... -- DAEMON..."},
	{"spawn", spawn_loop, "vfork|fork|pty COUNT run|hold PROGRAM..."},
	{"respawn", respawn, "SOCKET SETTLE-MS [PROGRAM...]"},
	{"watch", watch_load, "DIRECTORY"},
	{"echo", echo, "SOCKET"},
	{"clients", clients, "SOCKET COUNT SECONDS HELLO-HEX REQUEST-HEX"},
	{"pty-copy", pty_copy, "FILE PROGRAM..."},
};

int main(int argc, char **argv) {
	for (size_t i = 0; argc > 1 && i < sizeof subcommands / sizeof *subcommands; i++)
		if (strcmp(argv[1], subcommands[i].name) == 0)
			return subcommands[i].run(argc - 1, argv + 1);
	for (size_t i = 0; i < sizeof subcommands / sizeof *subcommands; i++)
		fprintf(stderr, "meter %s %s\n", subcommands[i].name, subcommands[i].usage);
	return 2;
}
