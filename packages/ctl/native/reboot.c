/*
 * reboot, halt and poweroff as far as they tell the kernel: with force, or where the system is on its way down (reference:
 * system 4.5). Nothing else may be left to run then. The rest, mistakes among it, is shutdown.js's, which has the system
 * brought down in order.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/reboot.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <utmpx.h>

#include "program.h"
#include "reboot.h"

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

static struct { bool no_sync, force, clean, unmount, poweroff, wtmp_only, no_wtmp, verbose, debug, ignored; } given;

static const struct {
	char letter;
	const char *name;
	bool *flag;
} options[] = {
	{'n', "--no-sync", &given.no_sync},
	{'f', "--force", &given.force},
	{'\0', "--clean", &given.clean},
	{'p', "--poweroff", &given.poweroff},
	{'w', "--wtmp-only", &given.wtmp_only},
	{'v', "--verbose", &given.verbose},
	{'\0', "--debug", &given.debug},
	{'q', "--quiet", &given.ignored},
	{'d', "", &given.ignored},
	{'i', "", &given.ignored},
	{'h', "", &given.ignored},
	/* Of shutdown.js, which ends processes before it calls again. */
	{'\0', "--unmount", &given.unmount},
	{'\0', "--no-wtmp", &given.no_wtmp},
};

/* Takes the options of a word. False if one is not known, or is one that only Node answers. */
static bool take_options(const char *word) {
	bool is_long = word[1] == '-';
	for (const char *letter = word + 1; *letter; letter = is_long ? "" : letter + 1) {
		size_t i = 0;
		while (i < COUNT(options) && (is_long ? strcmp(options[i].name, word) != 0 : options[i].letter != *letter))
			i++;
		if (i == COUNT(options))
			return false;
		*options[i].flag = true;
	}
	return true;
}

/* Takes all words, and the first that is no option as the command for the kernel. False if there is a mistake in them. */
static bool take_words(char **words, const char **command) {
	bool ended = false;
	for (int i = 1; words[i]; i++) {
		if (ended || words[i][0] != '-' || words[i][1] == '\0')
			*command = *command ? *command : words[i];
		else if (strcmp(words[i], "--") == 0)
			ended = true;
		else if (!take_options(words[i]))
			return false;
	}
	return true;
}

static void say(const char *text, const char *more) {
	if (given.verbose || given.debug)
		printf("%s%s\n", text, more);
	fflush(stdout);
}

/* A system on its way down has called us to end it. */
static bool is_going_down(void) {
	struct utmpx wanted = {.ut_type = RUN_LVL};
	const struct utmpx *found;
	const char *level = getenv("RUNLEVEL");
	if (level)
		return *level == '0' || *level == '6';
	utmpxname(UTMP_FILE);
	setutxent();
	found = getutxid(&wanted);
	int now = found ? found->ut_pid % 256 : 0;
	endutxent();
	return now == '0' || now == '6';
}

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
		if (**paths != '/')
			continue;
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
	bool with_command = mode == REBOOT && command;
	say(with_command ? "Rebooting with " : modes[mode].doing, with_command ? command : "");
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
	        with_command ? LINUX_REBOOT_CMD_RESTART2 : modes[mode].command, command);
	fail("Unable to tell the kernel: %s", strerror(errno));
}

_Noreturn void end_system(enum mode mode, char **words) {
	const char *command = NULL;
	bool is_right = take_words(words, &command);
	bool is_ours = is_right && (given.force || given.wtmp_only || given.unmount || is_going_down());
	bool is_clean = given.clean && !given.wtmp_only && !given.unmount;
	if (!is_ours || (is_clean && getuid() == 0))
		run_under_node("shutdown.js", words);
	/* What was to be done by force is done even where there is no Node to clean up. */
	if (!is_ours)
		fail("Unable to execute shutdown: %s", strerror(errno));
	if (getuid() != 0)
		fail("Need to be root");
	if (mode == HALT && given.poweroff)
		mode = POWEROFF;
	if (!given.unmount && !given.no_wtmp)
		record_shutdown();
	if (!given.wtmp_only && !given.no_sync)
		sync();
	if (given.unmount)
		unmount(words + 1);
	if (given.wtmp_only || given.unmount)
		exit(0);
	tell_kernel(mode, command);
}
