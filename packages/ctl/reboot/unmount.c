#define _GNU_SOURCE
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "ending.h"

/* The pid namespace that the kernel starts with has this number. Tests name another one. */
#ifndef MACHINE_PIDS
#define MACHINE_PIDS "pid:[4026531836]"
#endif

/* They hold nothing that would have to be written anywhere, and are needed to the end. */
static const char *const without_disk[] = {
	"autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs", "efivarfs", "fusectl",
	"hugetlbfs", "mqueue", "nsfs", "proc", "pstore", "ramfs", "rpc_pipefs", "securityfs", "selinuxfs", "sysfs", "tmpfs", "tracefs",
};

struct mount {
	struct mount *earlier;
	char path[];
};

static bool is_whole_machine(void) {
	char name[sizeof MACHINE_PIDS + 16];
	ssize_t length = readlink("/proc/self/ns/pid", name, sizeof name - 1);
	name[length > 0 ? length : 0] = '\0';
	return strcmp(name, MACHINE_PIDS) == 0;
}

static bool needs_unmounting(const char *path, const char *type) {
	for (size_t i = 0; i < sizeof without_disk / sizeof *without_disk; i++)
		if (strcmp(type, without_disk[i]) == 0)
			return false;
	return strcmp(path, "/") != 0;
}

/* Blanks and others stand as `\040`. */
static void unescape(char *path) {
	char *to = path;
	for (const char *from = path; *from; to++) {
		char *end;
		char octal[4] = {0};
		if (*from == '\\')
			memcpy(octal, from + 1, strnlen(from + 1, 3));
		long value = *from == '\\' ? strtol(octal, &end, 8) : 0;
		*to = value > 0 && end == octal + 3 ? (char)value : *from;
		from += value > 0 && end == octal + 3 ? 4 : 1;
	}
	*to = '\0';
}

/* The mounts of this process, the last one first. */
static struct mount *read_mounts(void) {
	struct mount *last = NULL;
	char *line = NULL;
	size_t size = 0;
	FILE *file = fopen("/proc/self/mountinfo", "re");
	while (file && getline(&line, &size, file) > 0) {
		char *path = NULL, *type = strstr(line, " - ");
		if (!type || sscanf(line, "%*s %*s %*s %*s %ms", &path) != 1)
			continue;
		type += strlen(" - ");
		type[strcspn(type, " \n")] = '\0';
		unescape(path);
		struct mount *mount = needs_unmounting(path, type) ? malloc(sizeof *mount + strlen(path) + 1) : NULL;
		if (mount) {
			mount->earlier = last;
			strcpy(mount->path, path);
			last = mount;
		}
		free(path);
	}
	free(line);
	if (file)
		fclose(file);
	return last;
}

static void make_read_only(const char *path) {
	if (mount(NULL, path, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0)
		fprintf(stderr, "%s stays writable: %m\n", path);
}

void unmount_all(void) {
	if (!is_whole_machine())
		return;
	for (struct mount *mount = read_mounts(), *next; mount; mount = next) {
		next = mount->earlier;
		/* By force only what the network has taken away: elsewhere the kernel does not heed it. */
		if (umount2(mount->path, 0) < 0 && umount2(mount->path, MNT_FORCE) < 0)
			make_read_only(mount->path);
		free(mount);
	}
	make_read_only("/");
}
