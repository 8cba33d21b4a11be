/*
 * reboot, halt and poweroff, by the name it is called by (reference: system 4.5). Without force it becomes shutdown, which has the
 * system brought down in order; with it, the kernel is told at once. In C because nothing else may be left to run it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <linux/reboot.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <utmpx.h>

#include "ending.h"

#define UTMP_FILE "/run/utmp"
#define WTMP_FILE "/var/log/wtmp"
#define COUNT(array) (sizeof(array) / sizeof *(array))

enum mode { REBOOT, HALT, POWEROFF };

static const struct {
	const char *name;
	unsigned command;
	/* What it is to shutdown, besides `now`. */
	const char *options[2];
	const char *doing;
} modes[] = {
	[REBOOT] = {"reboot", LINUX_REBOOT_CMD_RESTART, {"-r", NULL}, "Rebooting"},
	[HALT] = {"halt", LINUX_REBOOT_CMD_HALT, {"-h", "-H"}, "Halting"},
	[POWEROFF] = {"poweroff", LINUX_REBOOT_CMD_POWER_OFF, {"-h", "-P"}, "Powering off"},
};

static struct {
	bool no_sync, force, clean, poweroff, wtmp_only, ignored, verbose, debug;
} given;

static const struct option {
	char letter;
	const char *name;
	bool *flag;
	const char *help;
} options[] = {
	{'n', "no-sync", &given.no_sync, "do not write buffers to disk first"},
	{'f', "force", &given.force, "tell the kernel at once, without stopping anything"},
	{'\0', "clean", &given.clean, "with force: end all processes and unmount file systems first"},
	{'p', "poweroff", &given.poweroff, "switch the power off when halted"},
	{'w', "wtmp-only", &given.wtmp_only, "only record the shutdown, do not carry it out"},
	{'v', "verbose", &given.verbose, "say what is done"},
	{'d', NULL, &given.ignored, NULL},
	{'i', NULL, &given.ignored, NULL},
	{'h', NULL, &given.ignored, NULL},
	{'q', "quiet", &given.ignored, NULL},
	{'\0', "debug", &given.debug, NULL},
};

static const char *program;

static _Noreturn void fail(const char *format, ...) {
	va_list arguments;
	va_start(arguments, format);
	fprintf(stderr, "%s: ", program);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(1);
}

static _Noreturn void refuse(const char *what, const char *word) {
	fprintf(stderr, "%s: %s: %s\nTry `%s --help' for more information.\n", program, what, word, program);
	exit(1);
}

static void say(const char *text, const char *more) {
	if (given.verbose || given.debug)
		printf("%s%s\n", text, more);
	fflush(stdout);
}

static _Noreturn void help(void) {
	printf("Usage: %s [OPTION]... [COMMAND]\nReboot, halt or power off the system.\n\nOptions:\n", program);
	for (size_t i = 0; i < COUNT(options); i++)
		if (options[i].help)
			printf(options[i].letter ? "  -%c, --%-22s%s\n" : "   %c  --%-22s%s\n", options[i].letter ? options[i].letter : ' ',
			       options[i].name, options[i].help);
	printf("      --%-22s%s\n      --%-22s%s\n\n", "help", "display this help and exit", "version",
	       "output version information and exit");
	printf("Without --force, and unless the system is in runlevel 0 or 6 already, shutdown is called. COMMAND is\n"
	       "handed to the kernel by `reboot --force'.\n");
	exit(0);
}

static void take_long(const char *word) {
	if (strcmp(word, "--help") == 0)
		help();
	if (strcmp(word, "--version") == 0) {
		printf("%s (upstart " UPSTART_VERSION ")\n", program);
		exit(0);
	}
	size_t length = strcspn(word + 2, "=");
	for (size_t i = 0; i < COUNT(options); i++)
		if (options[i].name && strlen(options[i].name) == length && strncmp(word + 2, options[i].name, length) == 0) {
			if (word[2 + length])
				refuse("unexpected argument", word);
			*options[i].flag = true;
			return;
		}
	refuse("invalid option", word);
}

static void take_letter(char letter) {
	const char word[] = {'-', letter, '\0'};
	for (size_t i = 0; i < COUNT(options); i++)
		if (options[i].letter == letter && letter) {
			*options[i].flag = true;
			return;
		}
	refuse("invalid option", word);
}

/* Returns the command for the kernel, if there is one. */
static const char *take_arguments(int argc, char **argv) {
	const char *command = NULL;
	bool ended = false;
	for (int i = 1; i < argc; i++) {
		if (ended || argv[i][0] != '-' || argv[i][1] == '\0')
			command = command ? command : argv[i];
		else if (strcmp(argv[i], "--") == 0)
			ended = true;
		else if (argv[i][1] == '-')
			take_long(argv[i]);
		else
			for (const char *letter = argv[i] + 1; *letter; letter++)
				take_letter(*letter);
	}
	return command;
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

/* The one that was installed with us. */
static _Noreturn void become_shutdown(enum mode mode) {
	char path[PATH_MAX + 16];
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);
	path[length > 0 ? length : 0] = '\0';
	char *slash = strrchr(path, '/');
	strcpy(slash ? slash + 1 : path, slash ? "shutdown" : "/sbin/shutdown");
	const char *const *options = modes[mode].options;
	const char *words[] = {path, options[0], options[1] ? options[1] : "now", options[1] ? "now" : NULL, NULL};
	/* That much only a debugger wants to know. */
	if (given.debug)
		say("Calling shutdown", "");
	execv(path, (char *const *)words);
	fail("Unable to execute shutdown: %s", strerror(errno));
}

static _Noreturn void tell_kernel(enum mode mode, const char *command) {
	if (!given.no_sync)
		sync();
	/* A kernel that stays in a loop after this can still be rebooted by hand. */
	reboot(RB_ENABLE_CAD);
	bool with_command = mode == REBOOT && command;
	if (with_command)
		say("Rebooting with ", command);
	else
		say(modes[mode].doing, "");
	long result = syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
	                      with_command ? LINUX_REBOOT_CMD_RESTART2 : modes[mode].command, command);
	if (result < 0)
		fail("Unable to tell the kernel: %s", strerror(errno));
	exit(0);
}

int main(int argc, char **argv) {
	enum mode mode = REBOOT;
	program = argc > 0 && strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argc > 0 ? argv[0] : "reboot";
	for (size_t i = 0; i < COUNT(modes); i++)
		if (strcmp(program, modes[i].name) == 0)
			mode = (enum mode)i;
	const char *command = take_arguments(argc, argv);
	if (getuid() != 0)
		fail("Need to be root");
	if (mode == HALT && given.poweroff)
		mode = POWEROFF;
	if (!given.force && !given.wtmp_only && !is_going_down())
		become_shutdown(mode);
	record_shutdown();
	if (given.wtmp_only)
		return 0;
	if (given.clean) {
		end_processes();
		if (!given.no_sync)
			sync();
		unmount_all();
	}
	tell_kernel(mode, command);
}
