#define _GNU_SOURCE
#include "spawn/cgroup_path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VERSION_1 "cgroup"
#define VERSION_2 "cgroup2"

/* A line of /proc/self/mountinfo, cut up. */
struct mount {
	char *root, *point, *type, *options;
};

/* Undoes the \040 of mountinfo, in place. */
static void decode(char *text) {
	char *out = text;
	for (const char *in = text; *in; in++) {
		unsigned code;
		if (*in == '\\' && sscanf(in, "\\%3o", &code) == 1) {
			*out++ = (char)code;
			in += 3;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
}

/* 36 35 98:0 ROOT POINT OPTIONS... - TYPE SOURCE SUPER-OPTIONS */
static bool cut_mount(char *line, struct mount *mount) {
	char *rest = strstr(line, " - "), *source;
	if (!rest)
		return false;
	*rest = '\0';
	char *word = strtok(line, " ");
	for (int i = 0; i < 3 && word; i++)
		word = strtok(NULL, " ");
	mount->root = word;
	mount->point = word ? strtok(NULL, " ") : NULL;
	mount->type = strtok(rest + 3, " \n");
	source = strtok(NULL, " \n");
	mount->options = strtok(NULL, " \n");
	if (!mount->point || !source || !mount->options)
		return false;
	decode(mount->root);
	decode(mount->point);
	return true;
}

/* Whether `word` is among the words of `list`. */
static bool has_word(const char *list, const char *separators, const char *word) {
	size_t length = strlen(word);
	while (*list) {
		size_t size = strcspn(list, separators);
		if (size == length && memcmp(list, word, size) == 0)
			return true;
		list += size + strspn(list + size, separators);
	}
	return false;
}

static bool version_2_has(const struct mount *mount, const char *controller) {
	char path[PATH_MAX], controllers[1024] = "";
	snprintf(path, sizeof path, "%s/cgroup.controllers", mount->point);
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(controllers, sizeof controllers, file))
		controllers[0] = '\0';
	fclose(file);
	return has_word(controllers, " \n", controller);
}

/* Stand for a controller: version 2, which can kill a whole group at once, and a hierarchy without controllers. */
#define ANY_VERSION_2 ""
#define ANY_NAMED "name="

static bool is_wanted(const struct mount *mount, const char *controller) {
	bool second = strcmp(mount->type, VERSION_2) == 0;
	if (!second && strcmp(mount->type, VERSION_1) != 0)
		return false;
	if (strcmp(controller, ANY_VERSION_2) == 0)
		return second;
	if (strcmp(controller, ANY_NAMED) == 0)
		return !second && strstr(mount->options, ANY_NAMED) != NULL;
	return second ? version_2_has(mount, controller) : has_word(mount->options, ",", controller);
}

/* The group that this process is in, by /proc/self/cgroup: NUMBER:CONTROLLERS:PATH. */
static void own_group(const struct mount *mount, char *path, size_t size) {
	char line[PATH_MAX + 256];
	bool second = strcmp(mount->type, VERSION_2) == 0;
	FILE *file = fopen("/proc/self/cgroup", "re");
	path[0] = '\0';
	while (file && fgets(line, sizeof line, file)) {
		char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!group)
			continue;
		*group++ = '\0';
		group[strcspn(group, "\n")] = '\0';
		controllers++;
		/* The first of its controllers names a hierarchy of version 1. */
		char first[256];
		snprintf(first, sizeof first, "%.*s", (int)strcspn(controllers, ","), controllers);
		if (second ? *controllers == '\0' : *first && has_word(mount->options, ",", first))
			snprintf(path, size, "%s", group);
	}
	if (file)
		fclose(file);
}

static void write_base(const struct mount *mount, char path[PATH_MAX]) {
	char group[PATH_MAX] = "";
	if (getpid() != 1)
		own_group(mount, group, sizeof group);
	/* What is mounted may be a part of the hierarchy only. */
	size_t root = strcmp(mount->root, "/") == 0 ? 0 : strlen(mount->root);
	const char *below = strncmp(group, mount->root, root) == 0 ? group + root : group;
	int length = snprintf(path, PATH_MAX, "%s%s", mount->point, below);
	while (length > 1 && length < PATH_MAX && path[length - 1] == '/')
		path[--length] = '\0';
}

static int find_base(const char *controller, char path[PATH_MAX]) {
	char *line = NULL;
	size_t size = 0;
	int error = ENOENT;
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	if (!mounts)
		return errno;
	while (error && getline(&line, &size, mounts) > 0) {
		struct mount mount;
		if (!cut_mount(line, &mount) || !is_wanted(&mount, controller))
			continue;
		write_base(&mount, path);
		error = access(path, W_OK) < 0 ? errno : 0;
	}
	free(line);
	fclose(mounts);
	return error;
}

int cgroup_base(const char *controller, char path[PATH_MAX]) {
	if (controller)
		return *controller ? find_base(controller, path) : EINVAL;
	int error = find_base(ANY_VERSION_2, path);
	return error ? find_base(ANY_NAMED, path) : 0;
}
