/*
 * A new process between the clone and its program: the steps of reference: jobs 8.2, in that order, as a table. Any of them may
 * take long, which holds nobody else. It has no heap: nothing here may allocate, or look at what is allocated.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loop/loop.h"
#include "spawn/child.h"

/* Where a script is read from. */
#define SCRIPT_FD 9
/* What a child that gives up exits with; nobody looks at it. */
#define GAVE_UP 255
/* Of a terminal of root's that others may write to. Nobody needs to read from one. */
#define SHARED_MODE 0622
/* A user or group that the frame does not name: as the supervisor. The kernel takes this for "leave it". */
#define NO_ID (-1)

static bool terminals_are_shared;
/* What this child is to become; and the error pipe. */
static struct spec *spec;
static int errors = SLOT_ERROR;

void child_terminals_are_shared(void) {
	terminals_are_shared = true;
}

static void tell(int step, int number, const char *detail) {
	struct child_message message = {.step = step, .number = number};
	snprintf(message.detail, sizeof message.detail, "%s", detail);
	ssize_t written = write(errors, &message, sizeof message);
	(void)written;
}

static _Noreturn void give_up(int step, int number, const char *detail) {
	tell(step, number, detail);
	_exit(GAVE_UP);
}

static const char *text_of(const struct setting *setting) {
	return (const char *)setting->field.data;
}

static int number_of(const struct setting *setting) {
	return (int)field_number(&setting->field);
}

static int write_file(const char *path, const char *text) {
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd < 0 || write(fd, text, strlen(text)) < 0 ? -1 : close(fd);
}

/* ---- the steps: each returns a number below zero when it has failed, as errno says ---- */

static int place_script(struct setting *script) {
	(void)script;
	return dup2(SLOT_SCRIPT, SCRIPT_FD);
}

/* Descriptors 0, 1 and 2 (reference: jobs 8.3). */
static int open_console(struct setting *unused) {
	bool is_owner = spec->console == CONSOLE_OWNER;
	int fd = -1;
	(void)unused;
	if (is_owner || spec->console == CONSOLE_OUTPUT) {
		fd = open("/dev/console", O_RDWR | O_NOCTTY);
		if (fd < 0 && is_owner)
			return -1;
		if (fd < 0)
			say("Failed to open system console: %s", strerror(errno));
	}
	if (fd < 0)
		fd = open("/dev/null", O_RDWR | O_NOCTTY);
	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
		return -1;
	close(fd);
	return is_owner ? ioctl(STDIN_FILENO, TIOCSCTTY, 1) : 0;
}

static int open_output(struct setting *unused) {
	(void)unused;
	if (spec->console == CONSOLE_LOG && (dup2(SLOT_OUTPUT, STDOUT_FILENO) < 0 || dup2(SLOT_OUTPUT, STDERR_FILENO) < 0))
		return -1;
	close(SLOT_OUTPUT);
	close(SLOT_SCRIPT);
	return 0;
}

static int switch_apparmor(struct setting *profile) {
	char text[4096];
	int length = snprintf(text, sizeof text, "exec %s", text_of(profile));
	errno = ENAMETOOLONG;
	return length < (int)sizeof text ? write_file("/proc/self/attr/exec", text) : -1;
}

/* The files of control groups are opened before the root changes (reference: jobs 11). The daemon has made the groups. */
static int open_group(struct setting *file) {
	file->opened = open(text_of(file), O_WRONLY | O_CLOEXEC);
	if (file->opened < 0)
		file->opened = -errno;
	return 0;
}

static int check_group(struct setting *file) {
	errno = -file->opened;
	return file->opened;
}

static int enter_group(struct setting *file) {
	return (int)write(file->opened, "0", 1);
}

/* A group of the job's own only serves to find its processes again. */
static int enter_job_group(struct setting *file) {
	enter_group(file);
	return 0;
}

static int set_limit(struct setting *limit) {
	struct field numbers[3];
	char resource[16];
	for (int i = 0; i < 3; i++)
		numbers[i].data = limit->field.data + 8 * i;
	struct rlimit values = {(rlim_t)field_number(&numbers[1]), (rlim_t)field_number(&numbers[2])};
	if (setrlimit((unsigned)field_number(&numbers[0]), &values) == 0)
		return 0;
	int error = errno;
	snprintf(resource, sizeof resource, "%d", (int)field_number(&numbers[0]));
	give_up(STEP_LIMIT, error, resource);
}

static int set_umask(struct setting *mask) {
	umask((mode_t)number_of(mask));
	return 0;
}

static int set_nice(struct setting *nice) {
	return setpriority(PRIO_PROCESS, 0, number_of(nice));
}

static int set_oom_score(struct setting *score) {
	char text[16];
	snprintf(text, sizeof text, "%d\n", number_of(score));
	return write_file("/proc/self/oom_score_adj", text);
}

static int change_root(struct setting *root) {
	return chroot(text_of(root));
}

static int change_directory(struct setting *directory) {
	return chdir(text_of(directory));
}

/* The shell opens its script once more by its name under /proc, as the user that it runs as. */
static int hand_over_script(struct setting *script) {
	(void)script;
	return fchown(SCRIPT_FD, (uid_t)spec_number(spec, TAG_UID, NO_ID), (gid_t)spec_number(spec, TAG_GID, NO_ID));
}

/*
 * /dev/stdout and /dev/stderr open the terminal once more by its name, which asks for permission again: it becomes the user's
 * own. Where terminals are shared, one of root's can be written to by every user: a root job may become another one (`su`).
 * Where that cannot be had the job runs all the same: what it has open works.
 */
static int hand_over_output(struct setting *unused) {
	uid_t owner = (uid_t)spec_number(spec, TAG_UID, geteuid());
	int result = 0;
	(void)unused;
	if (spec->console == CONSOLE_LOG && owner != 0)
		result = fchown(STDOUT_FILENO, owner, (gid_t)-1);
	else if (spec->console == CONSOLE_LOG && terminals_are_shared)
		result = fchmod(STDOUT_FILENO, SHARED_MODE);
	(void)result;
	return 0;
}

static int print_notice(struct setting *notice) {
	ssize_t written = geteuid() == 0 ? write(STDERR_FILENO, text_of(notice), notice->field.length) : 0;
	(void)written;
	return 0;
}

/* The group that the process will have is also the first of its groups: none of root's is left. */
static int set_groups(struct setting *unused) {
	const struct field *list = spec_field(spec, TAG_GROUPS);
	gid_t own = (gid_t)spec_number(spec, TAG_GID, getegid());
	struct field only_own = {.data = (const uint8_t *)&own, .length = sizeof own};
	(void)unused;
	if (!list || list->length == 0)
		list = &only_own;
	if (geteuid() != 0 || setgroups(list->length / sizeof own, (const gid_t *)list->data) == 0)
		return 0;
	/* In a container root may not be allowed to: one who stays root has the groups that init has. */
	return errno == EPERM && !spec_field(spec, TAG_UID) && !spec_field(spec, TAG_GID) ? 0 : -1;
}

/* What the daemon knows to fail, in its place among what may fail here. */
static int refuse(struct setting *step) {
	const char *detail = spec_text(spec, TAG_DETAIL);
	give_up(number_of(step), (int)spec_number(spec, TAG_ERRNO, 0), detail ? detail : "");
}

static int set_gid(struct setting *gid) {
	return setgid((gid_t)number_of(gid));
}

static int set_uid(struct setting *uid) {
	return setuid((uid_t)number_of(uid));
}

static int reset_signals(struct setting *unused) {
	(void)unused;
	child_restore_signals();
	return 0;
}

static int stop_for_debugger(struct setting *wanted) {
	if (!number_of(wanted))
		return 0;
	/* As far as the supervisor is concerned the program runs. */
	close(SLOT_ERROR);
	errors = -1;
	return kill(getpid(), SIGSTOP);
}

static int ask_for_trace(struct setting *forks) {
	return number_of(forks) ? (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL) : 0;
}

static int run_program(struct setting *unused) {
	(void)unused;
	/* The PATH that is searched is the job's own. */
	return execvp(spec->arguments[0], spec->arguments);
}

#define ALWAYS 0
#define CANNOT_FAIL STEP_FORK

static const struct step {
	/* For each field of this kind; or once, with NULL. */
	enum field_tag tag;
	int (*run)(struct setting *setting);
	/* What is reported when it fails. */
	enum spawn_step name;
} steps[] = {
	{TAG_SCRIPT, place_script, STEP_SCRIPT_FD},
	{ALWAYS, open_console, STEP_CONSOLE},
	{ALWAYS, open_output, STEP_SCRIPT_FD},
	{TAG_APPARMOR, switch_apparmor, STEP_APPARMOR},
	{TAG_JOB_CGROUP_FILE, open_group, CANNOT_FAIL},
	{TAG_CGROUP_FILE, open_group, CANNOT_FAIL},
	{TAG_LIMIT, set_limit, STEP_LIMIT},
	{TAG_UMASK, set_umask, CANNOT_FAIL},
	{TAG_NICE, set_nice, STEP_NICE},
	{TAG_OOM_SCORE, set_oom_score, STEP_OOM},
	{TAG_CHROOT, change_root, STEP_CHROOT},
	{TAG_CHDIR, change_directory, STEP_CHDIR},
	{TAG_SCRIPT, hand_over_script, STEP_CHOWN},
	{ALWAYS, hand_over_output, CANNOT_FAIL},
	{TAG_NOTICE, print_notice, CANNOT_FAIL},
	{ALWAYS, set_groups, STEP_INITGROUPS},
	{TAG_STEP, refuse, CANNOT_FAIL},
	{TAG_CGROUP_FILE, check_group, STEP_CGROUP_SETUP},
	{TAG_GID, set_gid, STEP_SETGID},
	{TAG_UID, set_uid, STEP_SETUID},
	{ALWAYS, reset_signals, CANNOT_FAIL},
	{TAG_DEBUG_STOP, stop_for_debugger, CANNOT_FAIL},
	{TAG_JOB_CGROUP_FILE, enter_job_group, CANNOT_FAIL},
	{TAG_CGROUP_FILE, enter_group, STEP_CGROUP_ENTER},
	{TAG_TRACE_FORKS, ask_for_trace, STEP_TRACE},
	{ALWAYS, run_program, STEP_EXEC},
};

/*
 * Leaves the supervisor all descriptors but the slots. At once rather than by exec, because a child that waits (for a slow file
 * system, or stopped for debugging) would keep the pipes of other processes open.
 */
static void take_descriptors(bool shares) {
	/* Where they are a copy already, the kernel may be too old for this; then exec closes them. */
	if (close_range(SLOTS_END, ~0u, shares ? CLOSE_RANGE_UNSHARE : 0) < 0 && shares)
		give_up(STEP_FORK, errno, "");
	tell(OWN_DESCRIPTORS, 0, "");
}

static void take(const struct step *step, struct setting *setting) {
	if (step->run(setting) < 0)
		give_up(step->name, errno, "");
}

void child_run(struct spec *wanted, bool shares) {
	spec = wanted;
	/* The supervisor's may lie in its heap. */
	environ = spec->environment;
	take_descriptors(shares);
	say_through = NULL;
	child_restore_limits();
	setsid();
	/* The last step does not return. */
	for (const struct step *step = steps;; step++)
		if (step->tag == ALWAYS)
			take(step, NULL);
		else
			for (size_t i = 0; i < spec->count; i++)
				if (spec->settings[i].field.tag == step->tag)
					take(step, &spec->settings[i]);
}
