/*
 * What the supervisor does besides as process 1 of a machine: the file systems and devices without which nothing works, the console,
 * and the keys that the kernel reports (reference: system 2). What is there already stays as it is.
 */
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
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include "loop/loop.h"

#define SAFE_PATH "/usr/local/sbin:/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin"
#define DEFAULTS (MS_NOEXEC | MS_NOSUID)
#define COUNT(array) (sizeof(array) / sizeof *(array))

struct file_system {
	const char *type, *path;
	unsigned long flags;
	const char *options;
};

static const struct file_system devtmpfs = {"devtmpfs", "/dev", DEFAULTS, NULL};
static const struct file_system file_systems[] = {
	{"devpts", "/dev/pts", DEFAULTS, "gid=5,mode=0620"},
	{"proc", "/proc", DEFAULTS | MS_NODEV, NULL},
	{"sysfs", "/sys", DEFAULTS | MS_NODEV, NULL},
	/* With the daemon's sockets and state: a tmpfs that came later would hide them. */
	{"tmpfs", "/run", MS_NODEV | MS_NOSUID, "mode=0755"},
};

static const struct {
	const char *path;
	unsigned major, minor;
	mode_t mode;
} devices[] = {
	{"/dev/ptmx", 5, 2, 0666},    {"/dev/null", 1, 3, 0666},  {"/dev/tty", 5, 0, 0666},
	{"/dev/console", 5, 1, 0600}, {"/dev/kmsg", 1, 11, 0600},
};

static bool is_system, keyboard;

/* A mount point is on another device than the folder that it lies in. */
static bool is_mounted(const char *path) {
	char parent[64];
	struct stat inside, outside;
	snprintf(parent, sizeof parent, "%s/..", path);
	return stat(path, &inside) == 0 && stat(parent, &outside) == 0 && inside.st_dev != outside.st_dev;
}

static void mount_one(const struct file_system *fs) {
	if (is_mounted(fs->path) || mount(fs->type, fs->path, fs->type, fs->flags, fs->options) == 0 || errno == EBUSY)
		return;
	/* A root without such a folder does not want it. */
	if (errno != ENOENT)
		say("Unable to mount %s filesystem: %s", fs->path, strerror(errno));
}

static bool terminals_are_there(void) {
	struct stat ptmx, pts;
	return stat("/dev/ptmx", &ptmx) == 0 && S_ISCHR(ptmx.st_mode) && ptmx.st_rdev == makedev(5, 2) &&
	       stat("/dev/pts", &pts) == 0 && S_ISDIR(pts.st_mode);
}

static void make_devices(void) {
	if (!terminals_are_there()) {
		mount_one(&devtmpfs);
		if (mkdir("/dev/pts", 0755) < 0 && errno != EEXIST)
			say("Cannot create directory: /dev/pts");
	}
	for (size_t i = 0; i < COUNT(devices); i++) {
		dev_t device = makedev(devices[i].major, devices[i].minor);
		if (mknod(devices[i].path, S_IFCHR | devices[i].mode, device) < 0 && errno != EEXIST)
			say("Unable to create device: %s", devices[i].path);
	}
}

/* A terminal as a login expects it, whatever the kernel or an init before this one has left it as. */
static void make_sane(int fd) {
	static const struct {
		int which;
		cc_t character;
	} keys[] = {{VINTR, 3}, {VQUIT, 28}, {VERASE, 127}, {VKILL, 21}, {VEOF, 4}, {VSTART, 17}, {VSTOP, 19}, {VSUSP, 26}};
	struct termios modes;
	if (tcgetattr(fd, &modes) < 0)
		return;
	modes.c_cflag &= CBAUD | CBAUDEX | CSIZE | CSTOPB | PARENB | PARODD;
	modes.c_cflag |= HUPCL | CLOCAL | CREAD;
	modes.c_iflag = IGNPAR | ICRNL | IXON | IXANY;
	modes.c_oflag = OPOST | ONLCR;
	modes.c_lflag = ISIG | ICANON | ECHO | ECHOCTL | ECHOPRT | ECHOKE;
	for (size_t i = 0; i < COUNT(keys); i++)
		modes.c_cc[keys[i].which] = keys[i].character;
	tcsetattr(fd, TCSANOW, &modes);
}

/* Descriptors 0 to 2 become the console. Without one they stay as they are: in a container they lead to whoever runs it. */
static void open_console(void) {
	int fd = open("/dev/console", O_RDWR | O_NOCTTY);
	if (fd < 0 && errno != ENOENT)
		say("Unable to initialize console: %s", strerror(errno));
	if (fd < 0 && fcntl(STDERR_FILENO, F_GETFD) < 0)
		fd = open("/dev/null", O_RDWR);
	if (fd < 0)
		return;
	make_sane(fd);
	for (int standard = 0; standard <= STDERR_FILENO; standard++)
		dup2(fd, standard);
	if (fd > STDERR_FILENO)
		close(fd);
}

static void start_up(void) {
	setsid();
	umask(0);
	make_devices();
	open_console();
	setenv("PATH", SAFE_PATH, 1);
	if (chdir("/") < 0)
		say("Unable to set root directory: %s", strerror(errno));
	for (size_t i = 0; i < COUNT(file_systems); i++)
		mount_one(&file_systems[i]);
}

void pid1_open(bool again) {
	is_system = true;
	if (!again)
		start_up();
	reboot(RB_DISABLE_CAD);
	int terminal = open("/dev/tty0", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (terminal >= 0) {
		keyboard = ioctl(terminal, KDSIGACCEPT, SIGWINCH) == 0;
		close(terminal);
	}
	say_kernel_log = open("/dev/kmsg", O_WRONLY | O_NOCTTY | O_CLOEXEC);
}

bool pid1_is_system(void) {
	return is_system;
}

bool pid1_ignores(int signal) {
	return is_system && signal == SIGWINCH && !keyboard;
}
