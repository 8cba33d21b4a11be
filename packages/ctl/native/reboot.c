/*
 * reboot, halt and poweroff as far as they tell the kernel: with force, or for a job of a system on its way down
 * (reference: system 4.5). Nothing else may be left to run then. The rest is shutdown.js's, which has the system
 * brought down in order.
 */
#include <getopt.h>
#include <linux/reboot.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <utmpx.h>

#include "native.h"

#define UTMP_FILE "/run/utmp"
#define WTMP_FILE "/var/log/wtmp"

static const struct {
	unsigned command;
	const char *doing;
} modes[] = {
	[REBOOT] = {LINUX_REBOOT_CMD_RESTART, "Rebooting"},
	[HALT] = {LINUX_REBOOT_CMD_HALT, "Halting"},
	[POWEROFF] = {LINUX_REBOOT_CMD_POWER_OFF, "Powering off"},
};

/* Options by their letters, of which `d`, `h` and `i` are ignored. Capitals are of shutdown.js, which gives `N` and `U` when it calls again. */
static const char letters[] = "fnpqvwdhiNU";
static const struct option names[] = {
	{"force", 0, NULL, 'f'},
	{"no-sync", 0, NULL, 'n'},
	{"poweroff", 0, NULL, 'p'},
	{"quiet", 0, NULL, 'q'},
	{"verbose", 0, NULL, 'v'},
	{"wtmp-only", 0, NULL, 'w'},
	{"clean", 0, NULL, 'C'},
	{"debug", 0, NULL, 'D'},
	{0},
};
static bool given[UCHAR_MAX + 1];

/* Failures are of no interest any more. */
static void record_shutdown(void) {
	struct utmpx record = {.ut_type = RUN_LVL, .ut_line = "~", .ut_id = "~~", .ut_user = "shutdown"};
	struct utsname kernel;
	struct timeval now;
	gettimeofday(&now, NULL);
	record.ut_tv.tv_sec = (int32_t)now.tv_sec;
	record.ut_tv.tv_usec = (int32_t)now.tv_usec;
	if (uname(&kernel) == 0)
		snprintf(record.ut_host, sizeof record.ut_host, "%s", kernel.release);
	utmpxname(UTMP_FILE);
	setutxent();
	pututxline(&record);
	endutxent();
	updwtmpx(WTMP_FILE, &record);
}

/* Unmounts the file systems that are named; what is in use becomes read-only. */
static void unmount(char **paths) {
	for (; *paths; paths++) {
		/* By force only what the network has taken away: elsewhere the kernel does not heed it. */
		if (umount2(*paths, 0) == 0 || umount2(*paths, MNT_FORCE) == 0)
			continue;
		if (mount(NULL, *paths, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0)
			fprintf(stderr, "%s stays writable: %m\n", *paths);
	}
}

static _Noreturn void tell_kernel(enum mode mode, const char *command) {
	/* A kernel that stays in a loop after this can still be rebooted by hand. */
	reboot(RB_ENABLE_CAD);
	command = mode == REBOOT ? command : NULL;
	if (given['v'] || given['D'])
		dprintf(1, "%s%s\n", command ? "Rebooting with " : modes[mode].doing, command ? command : "");
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
	        command ? LINUX_REBOOT_CMD_RESTART2 : modes[mode].command, command);
	fail("Unable to tell the kernel: %s", strerror(errno));
}

_Noreturn void end_system(enum mode mode, int count, char **words) {
	const char *level = getenv("RUNLEVEL");
	bool is_going_down = level && (*level == '0' || *level == '6');
	opterr = 0;
	for (int option; (option = getopt_long(count, words, letters, names, NULL)) >= 0;)
		given[option] = true;
	/* What is wrong, or only to be answered, is left to Node. */
	bool is_ours = !given['?'] && (given['f'] || given['w'] || given['U'] || is_going_down);
	bool is_clean = given['C'] && !given['w'] && !given['U'];
	if (!is_ours || (is_clean && getuid() == 0))
		run_under_node("shutdown.js", words);
	/* What was to be done by force is done even where there is no Node to clean up. */
	if (!is_ours)
		fail("Unable to execute shutdown: %s", strerror(errno));
	if (getuid() != 0)
		fail("Need to be root");
	if (mode == HALT && given['p'])
		mode = POWEROFF;
	if (!given['U'] && !given['N'])
		record_shutdown();
	if (!given['w'] && !given['n'])
		sync();
	if (given['U'])
		unmount(words + optind);
	if (given['w'] || given['U'])
		exit(0);
	/* The first word, if there is one. */
	tell_kernel(mode, words[optind]);
}
