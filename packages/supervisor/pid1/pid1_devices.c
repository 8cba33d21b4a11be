/* The file systems and devices that nothing works without (reference: system 2, steps 5 to 10). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include "pid1/pid1.h"
#include "loop/say.h"

#define DEFAULTS (MS_NOEXEC | MS_NOSUID)

struct file_system {
	const char *type, *path;
	unsigned long flags;
	const char *options;
};

static const struct file_system devtmpfs = {"devtmpfs", "/dev", DEFAULTS, NULL};
static const struct file_system devpts = {"devpts", "/dev/pts", DEFAULTS, "gid=5,mode=0620"};
/* On /run there are the sockets and the state of the daemon: a tmpfs that came later would hide them. */
static const struct file_system kernel_file_systems[] = {
	{"proc", "/proc", DEFAULTS | MS_NODEV, NULL},
	{"sysfs", "/sys", DEFAULTS | MS_NODEV, NULL},
	{"tmpfs", "/run", MS_NODEV | MS_NOSUID, "mode=0755"},
};

struct device {
	const char *path;
	unsigned major, minor;
	mode_t mode;
};

static const struct device ptmx = {"/dev/ptmx", 5, 2, 0666};
static const struct device devices[] = {
	{"/dev/null", 1, 3, 0666},
	{"/dev/tty", 5, 0, 0666},
	{"/dev/console", 5, 1, 0600},
	{"/dev/kmsg", 1, 11, 0600},
};

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

static void make(const struct device *device) {
	if (mknod(device->path, S_IFCHR | device->mode, makedev(device->major, device->minor)) < 0 && errno != EEXIST)
		say("Unable to create device: %s", device->path);
}

static bool terminals_are_there(void) {
	struct stat found;
	return stat(ptmx.path, &found) == 0 && S_ISCHR(found.st_mode) &&
	       found.st_rdev == makedev(ptmx.major, ptmx.minor) && stat(devpts.path, &found) == 0 && S_ISDIR(found.st_mode);
}

void pid1_mount_device_file_systems(void) {
	if (!terminals_are_there()) {
		mount_one(&devtmpfs);
		make(&ptmx);
		if (mkdir(devpts.path, 0755) < 0 && errno != EEXIST)
			say("Cannot create directory: %s", devpts.path);
	}
	mount_one(&devpts);
}

void pid1_make_devices(void) {
	for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
		make(&devices[i]);
}

void pid1_mount_kernel_file_systems(void) {
	for (size_t i = 0; i < sizeof kernel_file_systems / sizeof *kernel_file_systems; i++)
		mount_one(&kernel_file_systems[i]);
}

/* A terminal as a login expects it, whatever the kernel or an init before this one has left it as. */
static void make_sane(int fd) {
	struct termios modes;
	if (tcgetattr(fd, &modes) < 0)
		return;
	modes.c_cflag &= CBAUD | CBAUDEX | CSIZE | CSTOPB | PARENB | PARODD;
	modes.c_cflag |= HUPCL | CLOCAL | CREAD;
	modes.c_iflag = IGNPAR | ICRNL | IXON | IXANY;
	modes.c_oflag = OPOST | ONLCR;
	modes.c_lflag = ISIG | ICANON | ECHO | ECHOCTL | ECHOPRT | ECHOKE;
	static const struct {
		int which;
		cc_t character;
	} keys[] = {{VINTR, 3}, {VQUIT, 28}, {VERASE, 127}, {VKILL, 21}, {VEOF, 4}, {VSTART, 17}, {VSTOP, 19}, {VSUSP, 26}};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		modes.c_cc[keys[i].which] = keys[i].character;
	tcsetattr(fd, TCSANOW, &modes);
}

/*
 * Descriptors 0 to 2 become the console. Without one they stay what they are: in a container they lead to whoever runs it.
 */
void pid1_open_console(void) {
	int fd = open("/dev/console", O_RDWR | O_NOCTTY);
	if (fd < 0 && fcntl(STDERR_FILENO, F_GETFD) >= 0) {
		if (errno != ENOENT)
			say("Unable to initialize console: %s", strerror(errno));
		return;
	}
	if (fd < 0 && (fd = open("/dev/null", O_RDWR)) < 0)
		return;
	make_sane(fd);
	for (int standard = 0; standard <= STDERR_FILENO; standard++)
		if (fd != standard)
			dup2(fd, standard);
	if (fd > STDERR_FILENO)
		close(fd);
}
