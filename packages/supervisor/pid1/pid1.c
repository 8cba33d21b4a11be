#define _GNU_SOURCE
#include "pid1/pid1.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loop/place.h"
#include "loop/say.h"

#define SAFE_PATH "/usr/local/sbin:/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin"

static bool attached, keyboard;

/* Arguments that make an init of a session or a container, or that only ask for a text: nothing is done to the machine. */
static const char *const harmless[] = {"--user", "--container", "--help", "--version"};

static bool has_argument(int argc, char **argv, const char *wanted) {
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], wanted) == 0)
			return true;
	return false;
}

static bool is_harmless(int argc, char **argv) {
	for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
		if (has_argument(argc, argv, harmless[i]))
			return true;
	return false;
}

bool pid1_is_of_container(int argc, char **argv) {
	return has_argument(argc, argv, "--container");
}

/* `init 3` has always been another way to say `telinit 3`. */
static _Noreturn void become_telinit(char **argv) {
	static char path[PLACE_MAX];
	place_beside(path, "telinit");
	argv[0] = path;
	execv(path, argv);
	say("Not being executed as init");
	_exit(1);
}

bool pid1_is_ours(int argc, char **argv) {
	const char *other_daemon = getenv("UPSTART_DAEMON");
	if (is_harmless(argc, argv))
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
	become_telinit(argv);
}

void pid1_start_up(void) {
	setsid();
	umask(0);
	pid1_mount_device_file_systems();
	pid1_make_devices();
	pid1_open_console();
	setenv("PATH", SAFE_PATH, 1);
	if (chdir("/") < 0)
		say("Unable to set root directory: %s", strerror(errno));
	pid1_mount_kernel_file_systems();
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
