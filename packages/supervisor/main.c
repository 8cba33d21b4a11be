/* The supervisor: parent of the daemon and of every process of a job. It decides nothing (PROTOCOL.md). */
#include <sys/prctl.h>

#include "daemon/daemon.h"
#include "upgrade/upgrade.h"
#include "log/logs.h"
#include "pid1/pid1.h"
#include "spawn/spawn.h"

/* How long the end waits for logs to be written. */
#define CLOSE_PATIENCE 1000

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
