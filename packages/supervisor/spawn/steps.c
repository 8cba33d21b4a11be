/*
 * What a new process does before its program: the steps of reference: jobs 8.2, as a table. Any of them may take
 * long, which holds nobody else. In a child nothing may allocate (child.c).
 */
#include <grp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>

#include "spawn/spawn.h"

/* Of a terminal of root's that others may write to. Nobody needs to read from one. */
#define SHARED_MODE 0622
/* A user or group that the frame does not name: as the supervisor. The kernel takes this for "leave it". */
#define NO_ID (-1)

bool terminals_are_shared;

/* Below zero: -1 if it cannot be opened, else -2. */
static int write_file(const char *path, const char *text) {
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	return write(fd, text, strlen(text)) < 0 ? -2 : close(fd);
}

static int place_script(void) {
	return spec_field(TAG_SCRIPT) ? dup2(SLOT_SCRIPT, SCRIPT_FD) : 0;
}

/* Descriptors 0, 1 and 2 (reference: jobs 8.3). Behind the script: it needs no slot any more. */
static int open_console(void) {
	bool is_owner = spec.console == CONSOLE_OWNER;
	int fd = -1;
	if (is_owner || spec.console == CONSOLE_OUTPUT) {
		fd = open("/dev/console", O_RDWR | O_NOCTTY);
		if (fd < 0 && is_owner)
			return -1;
		if (fd < 0)
			say("Failed to open system console: %s", strerror(errno));
	}
	if (fd < 0)
		fd = open("/dev/null", O_RDWR | O_NOCTTY);
	int output = spec.console == CONSOLE_LOG ? (int)SLOT_OUTPUT : fd;
	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
		return -1;
	close(SLOT_OUTPUT);
	close(SLOT_SCRIPT);
	close(fd);
	return is_owner ? ioctl(STDIN_FILENO, TIOCSCTTY, 1) : 0;
}

static int switch_apparmor(const char *profile) {
	char text[4096];
	errno = ENAMETOOLONG;
	if (snprintf(text, sizeof text, "exec %s", profile) >= (int)sizeof text)
		return -1;
	return write_file("/proc/self/attr/exec", text);
}

/* Before those that the job asks for. It only serves to find processes again. */
static int enter_job_group(const char *file) {
	return write_file(file, "0");
}

/* Before the root changes. */
static int enter_group(const char *file) {
	int result = write_file(file, "0");
	if (result == -1)
		child_gives_up(STEP_CGROUP_SETUP, errno, "");
	return result;
}

/* Three numbers: the resource, its soft and its hard limit. */
static int set_limit(const char *numbers) {
	int64_t number[3];
	char resource[16];
	for (int i = 0; i < 3; i++)
		number[i] = field_number(&(struct field){.data = (const uint8_t *)numbers + 8 * i});
	struct rlimit limit = {(rlim_t)number[1], (rlim_t)number[2]};
	if (setrlimit((unsigned)number[0], &limit) == 0)
		return 0;
	int error = errno;
	snprintf(resource, sizeof resource, "%d", (int)number[0]);
	child_gives_up(STEP_LIMIT, error, resource);
}

static int set_umask(unsigned mask) {
	umask(mask);
	return 0;
}

static int set_nice(unsigned nice) {
	return setpriority(PRIO_PROCESS, 0, (int)nice);
}

static int set_oom_score(unsigned score) {
	char text[16];
	snprintf(text, sizeof text, "%d\n", (int)score);
	return write_file("/proc/self/oom_score_adj", text);
}

/* The shell opens its script once more by its name under /proc, as the user that it runs as. */
static int hand_over_script(void) {
	uid_t uid = (uid_t)spec_number(TAG_UID, NO_ID);
	return spec_field(TAG_SCRIPT) ? fchown(SCRIPT_FD, uid, (gid_t)spec_number(TAG_GID, NO_ID)) : 0;
}

/*
 * /dev/stdout and /dev/stderr open the terminal again by its name, which asks for permission: it becomes the user's.
 * Where terminals are shared, one of root's can be written to by every user: a root job may become another one (`su`).
 * Where that cannot be had the job runs all the same: what it has open works.
 */
static int hand_over_output(void) {
	uid_t owner = (uid_t)spec_number(TAG_UID, geteuid());
	if (spec.console != CONSOLE_LOG || (owner == 0 && !terminals_are_shared))
		return 0;
	return owner == 0 ? fchmod(STDOUT_FILENO, SHARED_MODE) : fchown(STDOUT_FILENO, owner, (gid_t)-1);
}

static int print_notice(const char *notice) {
	return geteuid() == 0 ? (int)write(STDERR_FILENO, notice, strlen(notice)) : 0;
}

/* The group that the process will have is also the first of its groups: none of root's is left. */
static int set_groups(void) {
	gid_t own = (gid_t)spec_number(TAG_GID, getegid());
	struct field only_own = {.data = (const uint8_t *)&own, .length = sizeof own};
	const struct field *list = spec_field(TAG_GROUPS);
	if (!list || list->length == 0)
		list = &only_own;
	if (geteuid() != 0 || setgroups(list->length / sizeof own, (const gid_t *)list->data) == 0)
		return 0;
	/* In a container root may not be allowed to: one who stays root has the groups that init has. */
	return errno == EPERM && !spec_field(TAG_UID) && !spec_field(TAG_GID) ? 0 : -1;
}

/* What the daemon knows to fail, in its place among what may fail here. */
static int refuse(unsigned step) {
	const char *detail = spec_text(TAG_DETAIL);
	child_gives_up((int)step, (int)spec_number(TAG_ERRNO, 0), detail ? detail : "");
}

static int stop_for_debugger(unsigned wanted) {
	if (!wanted)
		return 0;
	/* As far as the supervisor is concerned the program runs; what fails from here on is not reported. */
	close(SLOT_ERROR);
	return kill(getpid(), SIGSTOP);
}

static int ask_for_trace(unsigned forks) {
	return forks ? (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL) : 0;
}

/* Nobody would keep its deadline. Behind the steps that change the user: they would take it back. */
static int end_with_parent(unsigned due) {
	(void)due;
	return prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* Descriptors of clients take their last places, each below its slot. */
static int lower_files(unsigned first) {
	int from = SLOT_FILES, to = (int)first, result = 0;
	for (const struct field *field = spec.fields; field->tag && from < SLOT_READY; field++) {
		from += from == SCRIPT_FD;
		to += to == SCRIPT_FD;
		child_make_room(to);
		if (field->tag == TAG_FILE && dup2(from++, to++) < 0)
			result = -1;
	}
	return result;
}

static int place_ready_end(unsigned number) {
	child_make_room((int)number);
	return dup2(SLOT_READY, (int)number);
}

/* A step is done once, or with each field that has its tag. Below zero: it failed, by errno. MAY_FAIL is no name. */
#define MAY_FAIL STEP_FORK
static const struct step {
	enum spawn_step name;
	int (*once)(void);
	enum field_tag tag;
	int (*with_text)(const char *text);
	int (*with_number)(unsigned number);
} steps[] = {
	{STEP_SCRIPT_FD, .once = place_script},
	{STEP_CONSOLE, .once = open_console},
	{STEP_APPARMOR, .tag = TAG_APPARMOR, .with_text = switch_apparmor},
	{MAY_FAIL, .tag = TAG_JOB_CGROUP_FILE, .with_text = enter_job_group},
	{STEP_CGROUP_ENTER, .tag = TAG_CGROUP_FILE, .with_text = enter_group},
	{STEP_LIMIT, .tag = TAG_LIMIT, .with_text = set_limit},
	{MAY_FAIL, .tag = TAG_UMASK, .with_number = set_umask},
	{STEP_NICE, .tag = TAG_NICE, .with_number = set_nice},
	{STEP_OOM, .tag = TAG_OOM_SCORE, .with_number = set_oom_score},
	{STEP_CHROOT, .tag = TAG_CHROOT, .with_text = chroot},
	{STEP_CHDIR, .tag = TAG_CHDIR, .with_text = chdir},
	{STEP_CHOWN, .once = hand_over_script},
	{MAY_FAIL, .once = hand_over_output},
	{MAY_FAIL, .tag = TAG_NOTICE, .with_text = print_notice},
	{STEP_INITGROUPS, .once = set_groups},
	{MAY_FAIL, .tag = TAG_STEP, .with_number = refuse},
	{STEP_SETGID, .tag = TAG_GID, .with_number = setgid},
	{STEP_SETUID, .tag = TAG_UID, .with_number = setuid},
	{MAY_FAIL, .once = child_restore_signals},
	{MAY_FAIL, .tag = TAG_DEBUG_STOP, .with_number = stop_for_debugger},
	{STEP_SCRIPT_FD, .tag = TAG_FILES_FROM, .with_number = lower_files},
	{STEP_READY_FD, .tag = TAG_DESCRIPTOR, .with_number = place_ready_end},
	{MAY_FAIL, .tag = TAG_DUE, .with_number = end_with_parent},
	{STEP_TRACE, .tag = TAG_TRACE_FORKS, .with_number = ask_for_trace},
};

static void take(const struct step *step, const struct field *field) {
	int result = step->once        ? step->once()
	             : step->with_text ? step->with_text((const char *)field->data)
	                               : step->with_number((unsigned)field_number(field));
	if (result < 0 && step->name != MAY_FAIL)
		child_gives_up(step->name, errno, "");
}

void steps_run(void) {
	for (const struct step *step = steps; step < steps + COUNT(steps); step++)
		if (step->once)
			take(step, NULL);
		else
			for (const struct field *field = spec.fields; field->tag; field++)
				if (field->tag == step->tag)
					take(step, field);
	/* The PATH that is searched is the job's own. */
	execvp(spec.arguments[0], spec.arguments);
	child_gives_up(STEP_EXEC, errno, "");
}
