#define _GNU_SOURCE
#include "spawn/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spawn/cgroup_path.h"
#include "process/process.h"
#include "loop/say.h"
#include "spawn/spec.h"

/* How often a group is looked at that processes are left in. */
#define RETRY 1000
/* How often the processes of a group of version 1 are gone through: some may fork meanwhile. */
#define ROUNDS 20

/* Groups of processes that have ended, which were not empty then. */
static struct cgroup_use *leftover;
static struct timer retry;

/* Relative, and not a way out of where it is relative to. */
static bool is_good_name(const char *name) {
	if (*name == '/' || *name == '\0')
		return false;
	for (const char *at = name; at; at = strchr(at, '/')) {
		at += *at == '/';
		size_t length = strcspn(at, "/");
		if (length == 0 || (length <= 2 && strncmp(at, "..", length) == 0))
			return false;
	}
	return true;
}

void cgroup_note(struct process *process, const char *path, size_t length, size_t base) {
	struct cgroup_use *use = malloc(sizeof *use + length + 1);
	if (!use)
		return;
	memcpy(use->path, path, length);
	use->path[length] = '\0';
	use->base = base;
	use->next = process->cgroups;
	process->cgroups = use;
}

static const char *noted(const struct process *process, const char *path) {
	for (const struct cgroup_use *use = process->cgroups; use; use = use->next)
		if (strcmp(use->path, path) == 0)
			return use->path;
	return NULL;
}

/* Finds the path of a group; NULL with an error number. It is the process's to keep. */
static const char *find(struct process *process, const char *controller, const char *name, int *error) {
	char path[PATH_MAX];
	*error = is_good_name(name) ? cgroup_base(controller, path) : EINVAL;
	if (*error)
		return NULL;
	size_t base = strlen(path);
	if (base + 1 + strlen(name) >= sizeof path) {
		*error = ENAMETOOLONG;
		return NULL;
	}
	snprintf(path + base, sizeof path - base, "/%s", name);
	if (!noted(process, path))
		cgroup_note(process, path, strlen(path), base);
	const char *kept = noted(process, path);
	*error = kept ? 0 : ENOMEM;
	return kept;
}

/* Groups of jobs: those of several inits must not meet. */
static void job_group_name(const char *name, char *out, size_t size) {
	if (getpid() == 1)
		snprintf(out, size, "%s", name);
	else
		snprintf(out, size, "upstart-%d%s", getpid(), strchr(name, '/') ? strchr(name, '/') : "/");
}

void cgroups_prepare(struct process *process, struct spawn_spec *spec) {
	for (size_t i = 0; i < spec->cgroup_count; i++) {
		struct cgroup_setting *setting = &spec->cgroups[i];
		setting->path = find(process, setting->controller, setting->name, &setting->error);
	}
	if (!spec->job_cgroup)
		return;
	static bool said;
	char name[PATH_MAX];
	int error;
	job_group_name(spec->job_cgroup, name, sizeof name);
	spec->job_cgroup = find(process, NULL, name, &error);
	if (error && !said) {
		say("Jobs have no control groups of their own: %s", strerror(error));
		said = true;
	}
}

static void look_for_use(struct process *process, void *data) {
	const char **path = data;
	if (*path && !process->ended && noted(process, *path))
		*path = NULL;
}

/* Removes a group and what was made on the way to it. False: not now. */
static bool remove_group(const struct cgroup_use *use) {
	const char *unused = use->path;
	process_each(look_for_use, &unused);
	if (!unused)
		return true; /* who uses it will remove it */
	if (rmdir(use->path) < 0 && errno == EBUSY)
		return false;
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s", use->path);
	for (char *slash = strrchr(path, '/'); slash > path + use->base; slash = strrchr(path, '/')) {
		*slash = '\0';
		if (rmdir(path) < 0)
			break;
	}
	return true;
}

static void look_at_leftover(struct timer *timer) {
	struct cgroup_use **link = &leftover;
	while (*link) {
		struct cgroup_use *use = *link;
		if (remove_group(use)) {
			*link = use->next;
			free(use);
		} else {
			link = &use->next;
		}
	}
	if (leftover)
		timer_start(timer, RETRY, look_at_leftover);
}

void cgroups_release(struct process *process) {
	process->ended = true;
	while (process->cgroups) {
		struct cgroup_use *use = process->cgroups;
		process->cgroups = use->next;
		if (remove_group(use)) {
			free(use);
			continue;
		}
		use->next = leftover;
		leftover = use;
		if (!timer_is_running(&retry))
			timer_start(&retry, RETRY, look_at_leftover);
	}
}

/* Calls `signal` times kill for each process that is in the group: how many there are. */
static int signal_all(const char *path, int signal) {
	char name[PATH_MAX + 32];
	long pid;
	int count = 0;
	snprintf(name, sizeof name, "%s/cgroup.procs", path);
	FILE *file = fopen(name, "re");
	if (!file)
		return 0;
	while (fscanf(file, "%ld", &pid) == 1) {
		if (pid <= 1)
			continue;
		count++;
		if (signal)
			kill((pid_t)pid, signal);
	}
	fclose(file);
	return count;
}

static bool kill_at_once(const char *path) {
	char name[PATH_MAX + 32];
	snprintf(name, sizeof name, "%s/cgroup.kill", path);
	int fd = open(name, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool done = write(fd, "1", 1) == 1;
	close(fd);
	return done;
}

int cgroup_kill(const char *name) {
	char path[PATH_MAX], own[PATH_MAX];
	job_group_name(name, own, sizeof own);
	if (!is_good_name(own) || cgroup_base(NULL, path) != 0 || strlen(path) + 1 + strlen(own) >= sizeof path)
		return 0;
	strcat(strcat(path, "/"), own);
	int count = signal_all(path, 0);
	if (count > 0 && !kill_at_once(path))
		for (int round = 0; round < ROUNDS && signal_all(path, SIGKILL) > 0; round++)
			usleep(1000);
	return count;
}
