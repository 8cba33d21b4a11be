/*
 * reboot, halt and poweroff as far as they tell the kernel: with force, or for a job of a system on its way down
 * (reference: system 4.5). Nothing else may be left to run then. The rest is shutdown.js's, which has the system
 * brought down in order.
 */
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

/* The first ones have a letter, in the order of `letters`; the last ones are of shutdown.js, which calls again. */
enum { FORCE, NO_SYNC, OFF, QUIET, VERBOSE, WTMP_ONLY, CLEAN, DEBUG, NO_WTMP, UNMOUNT, OPTIONS };
static const char letters[] = "fnpqvw", ignored[] = "dhi";
static const char *const names[OPTIONS] = {
	"--force",     "--no-sync", "--poweroff", "--quiet",   "--verbose",
	"--wtmp-only", "--clean",   "--debug",    "--no-wtmp", "--unmount",
};
static bool given[OPTIONS];

/* Takes the options of a word. False if one is not known, or is one that only Node answers. */
static bool take_options(const char *word) {
	bool is_right = true;
	size_t i = 0;
	while (i < OPTIONS && strcmp(names[i], word) != 0)
		i++;
	if (i < OPTIONS)
		return given[i] = true;
	for (const char *letter = word + 1; *letter; letter++) {
		const char *at = strchr(letters, *letter);
		is_right &= at || strchr(ignored, *letter);
		given[at ? at - letters : QUIET] = true;
	}
	return is_right;
}

/* Takes all words, and the first that is no option as the command for the kernel. False if there is a mistake. */
static bool take_words(char **words, const char **command) {
	bool is_right = true, ended = false;
	while (*++words) {
		if (ended || words[0][0] != '-' || words[0][1] == '\0')
			*command = *command ? *command : *words;
		else if (strcmp(*words, "--") == 0)
			ended = true;
		else
			is_right &= take_options(*words);
	}
	return is_right;
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
		/* By force only what the network has taken away: elsewhere the kernel does not heed it. */
		if (**paths != '/' || umount2(*paths, 0) == 0 || umount2(*paths, MNT_FORCE) == 0)
			continue;
		if (mount(NULL, *paths, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0)
			fprintf(stderr, "%s stays writable: %m\n", *paths);
	}
}

static _Noreturn void tell_kernel(enum mode mode, const char *command) {
	/* A kernel that stays in a loop after this can still be rebooted by hand. */
	reboot(RB_ENABLE_CAD);
	command = mode == REBOOT ? command : NULL;
	if (given[VERBOSE] || given[DEBUG])
		dprintf(1, "%s%s\n", command ? "Rebooting with " : modes[mode].doing, command ? command : "");
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
	        command ? LINUX_REBOOT_CMD_RESTART2 : modes[mode].command, command);
	fail("Unable to tell the kernel: %s", strerror(errno));
}

_Noreturn void end_system(enum mode mode, char **words) {
	const char *command = NULL, *level = getenv("RUNLEVEL");
	bool is_going_down = level && (*level == '0' || *level == '6');
	bool is_right = take_words(words, &command);
	bool is_ours = is_right && (given[FORCE] || given[WTMP_ONLY] || given[UNMOUNT] || is_going_down);
	bool is_clean = given[CLEAN] && !given[WTMP_ONLY] && !given[UNMOUNT];
	if (!is_ours || (is_clean && getuid() == 0))
		run_under_node("shutdown.js", words);
	/* What was to be done by force is done even where there is no Node to clean up. */
	if (!is_ours)
		fail("Unable to execute shutdown: %s", strerror(errno));
	if (getuid() != 0)
		fail("Need to be root");
	if (mode == HALT && given[OFF])
		mode = POWEROFF;
	if (!given[UNMOUNT] && !given[NO_WTMP])
		record_shutdown();
	if (!given[WTMP_ONLY] && !given[NO_SYNC])
		sync();
	if (given[UNMOUNT])
		unmount(words + 1);
	if (given[WTMP_ONLY] || given[UNMOUNT])
		exit(0);
	tell_kernel(mode, command);
}
