/*
 * What the supervisor does besides as process 1 of a machine: the file systems and devices that everything needs, the
 * console, and the keys that the kernel reports (reference: system 2). What is there already stays as it is.
 */
#include "pid1/pid1.h"

#include <linux/kd.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>

#define SAFE_PATH "/usr/local/sbin:/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin"
#define DEFAULTS (MS_NOEXEC | MS_NOSUID)

static const struct {
	const char *path;
	unsigned major, minor;
	mode_t mode;
} devices[] = {
	{"/dev/ptmx", 5, 2, 0666},    {"/dev/null", 1, 3, 0666},  {"/dev/tty", 5, 0, 0666},
	{"/dev/console", 5, 1, 0600}, {"/dev/kmsg", 1, 11, 0600},
};

bool pid1_is_system, pid1_has_keys;

static void mount_at(const char *path, const char *type, unsigned long flags, const char *options) {
	char parent[64];
	struct stat inside, outside;
	snprintf(parent, sizeof parent, "%s/..", path);
	/* A mount point is on another device than the folder that it lies in. */
	if (stat(path, &inside) == 0 && stat(parent, &outside) == 0 && inside.st_dev != outside.st_dev)
		return;
	/* A root without such a folder does not want it. */
	if (mount(type, path, type, flags, options) < 0 && errno != EBUSY && errno != ENOENT)
		say("Unable to mount %s filesystem: %s", path, strerror(errno));
}

static void make_devices(void) {
	struct stat ptmx, pts;
	if (stat("/dev/ptmx", &ptmx) < 0 || !S_ISCHR(ptmx.st_mode) || ptmx.st_rdev != makedev(5, 2) ||
	    stat("/dev/pts", &pts) < 0 || !S_ISDIR(pts.st_mode)) {
		mount_at("/dev", "devtmpfs", DEFAULTS, NULL);
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
	static const cc_t keys[NCCS] = {
		[VINTR] = 3, [VQUIT] = 28, [VERASE] = 127, [VKILL] = 21, [VEOF] = 4, [VSTART] = 17, [VSTOP] = 19, [VSUSP] = 26,
	};
	struct termios modes;
	if (tcgetattr(fd, &modes) < 0)
		return;
	modes.c_cflag &= CBAUD | CBAUDEX | CSIZE | CSTOPB | PARENB | PARODD;
	modes.c_cflag |= HUPCL | CLOCAL | CREAD;
	modes.c_iflag = IGNPAR | ICRNL | IXON | IXANY;
	modes.c_oflag = OPOST | ONLCR;
	modes.c_lflag = ISIG | ICANON | ECHO | ECHOCTL | ECHOPRT | ECHOKE;
	for (size_t i = 0; i < NCCS; i++)
		modes.c_cc[i] = keys[i] ? keys[i] : modes.c_cc[i];
	tcsetattr(fd, TCSANOW, &modes);
}

/* Descriptors 0 to 2 become the console. Without one they stay: in a container they lead to whoever runs it. */
static void open_console(void) {
	int fd = open("/dev/console", O_RDWR | O_NOCTTY);
	if (fd < 0 && errno != ENOENT)
		say("Unable to initialize console: %s", strerror(errno));
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
	mount_at("/dev/pts", "devpts", DEFAULTS, "gid=5,mode=0620");
	mount_at("/proc", "proc", DEFAULTS | MS_NODEV, NULL);
	mount_at("/sys", "sysfs", DEFAULTS | MS_NODEV, NULL);
	/* With the daemon's sockets and state: a tmpfs that came later would hide them. */
	mount_at("/run", "tmpfs", MS_NODEV | MS_NOSUID, "mode=0755");
}

void pid1_open(bool again) {
	pid1_is_system = true;
	if (!again)
		start_up();
	reboot(RB_DISABLE_CAD);
	int terminal = open("/dev/tty0", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (terminal >= 0) {
		pid1_has_keys = ioctl(terminal, KDSIGACCEPT, SIGWINCH) == 0;
		close(terminal);
	}
	say_kernel_log = open("/dev/kmsg", O_WRONLY | O_NOCTTY | O_CLOEXEC);
}
