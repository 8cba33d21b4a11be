/* The parts of the program behind the commands. */
#pragma once

#include "loop/loop.h"

/* main.c. The name that this program was called by, without folders. */
extern const char *program;
/* Says why, in one line, and exits with 1. */
#define fail(format, ...) (dprintf(2, "%s: " format "\n", program, ##__VA_ARGS__), exit(1))
/* Becomes Node with a script of this installation, which gets these words. Returns if there is no Node. */
void run_under_node(const char *script, char **words);

/* reboot.c. Does what the command of this name does, by its command line. */
enum mode { REBOOT, HALT, POWEROFF };
_Noreturn void end_system(enum mode mode, int count, char **words);

/* launcher.c. Has the daemon carry out the command line, and exits as it says. */
_Noreturn void launch(int argc, char **argv);
extern char socket_path[4096]; /* where the daemon was looked for last; empty if the environment names no socket */

/* session.c. The session that is meant where the environment names no path: socket_path gets that of ONE. */
enum session { NONE, ONE, UNCLEAR };
enum session find_session(void);
