#define _GNU_SOURCE
#include "user_database.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "getent.h"

static const char passwd_file[] = "/etc/passwd", group_file[] = "/etc/group", switch_file[] = "/etc/nsswitch.conf";

/* A file that is not there lists nobody. NULL: `*error` is set, or there is no file. */
static FILE *open_database(const char *path, int *error) {
	FILE *file = fopen(path, "re");
	*error = file || errno == ENOENT || errno == ENOTDIR ? 0 : errno;
	return file;
}

/* Whether nsswitch.conf has a line for `database`, and whether it names another service than the files. */
static bool find_services(const char *database, bool *others) {
	char *line = NULL;
	size_t size = 0, length = strlen(database);
	bool found = false;
	FILE *file = fopen(switch_file, "re");
	while (file && !found && getline(&line, &size, file) >= 0) {
		char *text = line + strspn(line, " \t"), *rest;
		if (strncmp(text, database, length) != 0 || text[length] != ':')
			continue;
		found = true;
		text += length + 1;
		text[strcspn(text, "#\n")] = '\0';
		for (char *word = strtok_r(text, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest))
			/* In brackets stands what to do about an answer. */
			if (word[0] != '[' && word[0] != '!' && word[strlen(word) - 1] != ']' && strcmp(word, "files") != 0)
				*others = true;
	}
	free(line);
	if (file)
		fclose(file);
	return found;
}

static bool has_other_services(const char *database) {
	bool others = false;
	find_services(database, &others);
	return others;
}

static int user_in_files(const char *name, struct user *user) {
	int error;
	const struct passwd *entry = NULL;
	FILE *file = open_database(passwd_file, &error);
	errno = error;
	if (!file)
		return error ? -1 : 0;
	while ((entry = fgetpwent(file)) && strcmp(entry->pw_name, name) != 0)
		;
	if (entry)
		*user = (struct user){entry->pw_uid, entry->pw_gid};
	fclose(file);
	return entry != NULL;
}

/* Numbers are no names, though they would be taken for ids. */
static bool may_be_elsewhere(const char *database, const char *name) {
	return name[strspn(name, "0123456789")] != '\0' && has_other_services(database);
}

/* The number in field `index` of a line `name:…` that another service has given. */
static bool number_in(const char *line, const char *name, int index, unsigned *number) {
	size_t length = strlen(name);
	if (strncmp(line, name, length) != 0 || line[length] != ':')
		return false;
	for (int i = 0; i < index && line; i++)
		line = (line = strchr(line, ':')) ? line + 1 : NULL;
	return line && sscanf(line, "%u", number) == 1;
}

/* Lines of the files that begin so are no users and no groups: they stand for what other services know. */
static bool stands_for_others(const char *name) {
	return name[0] == '+' || name[0] == '-';
}

int user_find(const char *name, struct user *user) {
	if (stands_for_others(name))
		return 0;
	int found = user_in_files(name, user);
	if (found || !may_be_elsewhere("passwd", name))
		return found;
	char line[GETENT_LINE];
	unsigned uid, gid;
	found = getent("passwd", name, line);
	if (found <= 0 || !number_in(line, name, 2, &uid) || !number_in(line, name, 3, &gid))
		return found < 0 ? -1 : 0;
	*user = (struct user){uid, gid};
	return 1;
}

int group_find(const char *name, gid_t *gid) {
	if (stands_for_others(name))
		return 0;
	int error;
	const struct group *entry = NULL;
	FILE *file = open_database(group_file, &error);
	errno = error;
	if (!file && error)
		return -1;
	while (file && (entry = fgetgrent(file)) && strcmp(entry->gr_name, name) != 0)
		;
	if (entry)
		*gid = entry->gr_gid;
	if (file)
		fclose(file);
	if (entry || !may_be_elsewhere("group", name))
		return entry != NULL;
	char line[GETENT_LINE];
	unsigned number;
	int found = getent("group", name, line);
	if (found <= 0 || !number_in(line, name, 2, &number))
		return found < 0 ? -1 : 0;
	*gid = number;
	return 1;
}

static bool add_group(struct group_list *groups, gid_t gid) {
	for (size_t i = 0; i < groups->count; i++)
		if (groups->ids[i] == gid)
			return true;
	gid_t *larger = realloc(groups->ids, (groups->count + 1) * sizeof *larger);
	if (!larger)
		return false;
	groups->ids = larger;
	groups->ids[groups->count++] = gid;
	return true;
}

static bool is_member(const struct group *entry, const char *name) {
	char **member = entry->gr_mem;
	while (*member && strcmp(*member, name) != 0)
		member++;
	return *member != NULL;
}

static bool add_from_files(const char *name, struct group_list *groups) {
	int error;
	bool good = true;
	const struct group *entry;
	FILE *file = open_database(group_file, &error);
	errno = error;
	if (!file)
		return error == 0;
	while (good && (entry = fgetgrent(file)))
		if (is_member(entry, name))
			good = add_group(groups, entry->gr_gid);
	fclose(file);
	return good;
}

/* `NAME  ID ID …`. */
static bool add_from_line(char *line, const char *name, struct group_list *groups) {
	size_t length = strlen(name);
	char *rest, *end;
	if (strncmp(line, name, length) != 0 || (line[length] != ' ' && line[length] != '\0')) {
		errno = EINVAL;
		return false;
	}
	bool good = true;
	for (char *word = strtok_r(line + length, " ", &rest); good && word; word = strtok_r(NULL, " ", &rest)) {
		unsigned long gid = strtoul(word, &end, 10);
		errno = EINVAL;
		good = word[0] >= '0' && word[0] <= '9' && *end == '\0' && gid < (gid_t)-1 && add_group(groups, (gid_t)gid);
	}
	return good;
}

bool groups_of_user(const char *name, gid_t first, struct group_list *groups) {
	bool others = false;
	char line[GETENT_LINE];
	*groups = (struct group_list){0};
	if (!add_group(groups, first) || !add_from_files(name, groups))
		return false;
	if (!find_services("initgroups", &others))
		others = has_other_services("group");
	if (!others)
		return true;
	int found = getent("initgroups", name, line);
	return found < 0 ? false : !found || add_from_line(line, name, groups);
}

bool groups_of_root(gid_t first, struct group_list *groups) {
	int error;
	const struct passwd *entry = NULL;
	FILE *file = open_database(passwd_file, &error);
	*groups = (struct group_list){0};
	while (file && (entry = fgetpwent(file)) && (entry->pw_uid != 0 || stands_for_others(entry->pw_name)))
		;
	bool good = add_group(groups, first) && (!entry || add_from_files(entry->pw_name, groups));
	if (file)
		fclose(file);
	return good;
}
