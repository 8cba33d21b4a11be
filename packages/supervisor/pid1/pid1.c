/*
 * What the supervisor does besides when it is process 1 of a machine (reference: system 2). It decides that first, and
 * becomes telinit when somebody calls it who is no init.
 */
#define _GNU_SOURCE
#include "pid1/pid1.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loop/place.h"
#include "loop/say.h"
#include "pid1/devices.h"

#define SAFE_PATH "/usr/local/sbin:/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin"

static bool attached, keyboard;

/* Arguments that make an init of a session or a container, or that only ask for a text: nothing is done to the machine. */
static const char *const harmless[] = {"--user", "--container", "--help", "--version"};

static bool has_argument(char **argv, const char *wanted) {
	for (char **argument = argv; *argument; argument++)
		if (argument > argv && strcmp(*argument, wanted) == 0)
			return true;
	return false;
}

bool pid1_is_of_container(char **argv) {
	return has_argument(argv, "--container");
}

bool pid1_is_ours(char **argv) {
	const char *other_daemon = getenv("UPSTART_DAEMON");
	for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
		if (has_argument(argv, harmless[i]))
			return false;
	if (getpid() == 1 && getuid() == 0)
		return true;
	/* Somebody tests the supervisor by itself. */
	if (other_daemon && *other_daemon)
		return false;
	if (getuid() != 0) {
		say("Need to be root");
		_exit(1);
	}
	/* `init 3` has always been another way to say `telinit 3`. */
	static char telinit[PLACE_MAX];
	place_beside(telinit, "telinit");
	argv[0] = telinit;
	execv(telinit, argv);
	say("Not being executed as init");
	_exit(1);
}

void pid1_start_up(void) {
	setsid();
	umask(0);
	devices_open();
	setenv("PATH", SAFE_PATH, 1);
	if (chdir("/") < 0)
		say("Unable to set root directory: %s", strerror(errno));
}

void pid1_attach_to_kernel(void) {
	attached = true;
	reboot(RB_DISABLE_CAD);
	int terminal = open("/dev/tty0", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (terminal >= 0) {
		keyboard = ioctl(terminal, KDSIGACCEPT, SIGWINCH) == 0;
		close(terminal);
	}
	say_to_kernel_log(open("/dev/kmsg", O_WRONLY | O_NOCTTY | O_CLOEXEC));
}

bool pid1_is_system(void) {
	return attached;
}

bool pid1_ignores(int signal) {
	return attached && signal == SIGWINCH && !keyboard;
}
