#include "spawn/user_database.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spawn/entries.h"
#include "spawn/getent.h"
#include "spawn/name_services.h"
#include "loop/say.h"

/* What getent has said last. */
static char answer[GETENT_LINE];

static bool has_other_services(const char *database) {
	bool others = false;
	services_find(database, &others);
	return others;
}

/* Of what is found only the numbers are good afterwards. */
static int find_in_file(const struct database *database, const char *name, struct entry *entry) {
	struct entries entries;
	int found = -1;
	if (entries_open(&entries, database))
		while ((found = entries_next(&entries, entry)) > 0 && strcmp(entry->name, name) != 0)
			;
	entries_close(&entries);
	return found;
}

static int find_elsewhere(const struct database *database, const char *name, struct entry *entry) {
	/* Numbers are no names, though they would be taken for ids. */
	if (name[strspn(name, "0123456789")] == '\0' || !has_other_services(database->name))
		return 0;
	int found = getent(database->name, name, answer);
	return found <= 0 ? found : entry_parse(database, answer, entry) && strcmp(entry->name, name) == 0;
}

static int find(const struct database *database, const char *name, struct entry *entry) {
	int found = find_in_file(database, name, entry);
	return found ? found : find_elsewhere(database, name, entry);
}

int user_find(const char *name, struct user *user) {
	struct entry entry;
	int found = find(&users, name, &entry);
	if (found > 0)
		*user = (struct user){entry.id, entry.group};
	return found;
}

int group_find(const char *name, gid_t *gid) {
	struct entry entry;
	int found = find(&groups, name, &entry);
	if (found > 0)
		*gid = entry.id;
	return found;
}

static bool add_group(struct group_list *list, gid_t gid) {
	for (size_t i = 0; i < list->count; i++)
		if (list->ids[i] == gid)
			return true;
	gid_t *larger = realloc(list->ids, (list->count + 1) * sizeof *larger);
	if (!larger)
		return false;
	list->ids = larger;
	list->ids[list->count++] = gid;
	return true;
}

static bool is_member(const struct entry *entry, const char *name) {
	char *rest = entry->members;
	while (rest) {
		const char *member = strsep(&rest, ",");
		if (strcmp(member + strspn(member, " \t"), name) == 0)
			return true;
	}
	return false;
}

static bool add_from_file(const char *name, struct group_list *list) {
	struct entries entries;
	struct entry entry;
	int found = -1;
	if (entries_open(&entries, &groups))
		while ((found = entries_next(&entries, &entry)) > 0)
			if (is_member(&entry, name) && !add_group(list, entry.id))
				break;
	entries_close(&entries);
	return found == 0;
}

/* `NAME  ID ID …`. */
static bool add_from_line(char *line, const char *name, struct group_list *list) {
	size_t length = strlen(name);
	char *rest;
	bool good = strncmp(line, name, length) == 0 && (line[length] == ' ' || line[length] == '\0');
	for (char *word = strtok_r(line + length, " ", &rest); good && word; word = strtok_r(NULL, " ", &rest)) {
		uint32_t gid;
		good = id_parse(word, &gid) && gid != (gid_t)-1;
		if (good && !add_group(list, gid))
			return false;
	}
	errno = EINVAL;
	return good;
}

/* Such a user's job starts all the same, as with libc where a directory is not to be had. */
static bool is_in_file(const char *name) {
	struct entry entry;
	int found = find_in_file(&users, name, &entry);
	errno = ETIMEDOUT;
	return found > 0;
}

bool groups_of_user(const char *name, gid_t first, struct group_list *list) {
	bool others = false;
	*list = (struct group_list){0};
	if (!add_group(list, first) || !add_from_file(name, list))
		return false;
	if (!services_find("initgroups", &others))
		others = has_other_services(groups.name);
	if (!others)
		return true;
	int found = getent("initgroups", name, answer);
	if (found < 0 && errno == ETIMEDOUT && is_in_file(name)) {
		static const char notice[] = "init: getent initgroups does not answer: only groups of /etc/group count\n";
		say_at_once(STDERR_FILENO, notice, sizeof notice - 1);
		return true;
	}
	return found == 0 || (found > 0 && add_from_line(answer, name, list));
}

bool groups_of_root(gid_t first, struct group_list *list) {
	struct entries entries;
	struct entry entry;
	int found = -1;
	*list = (struct group_list){0};
	if (entries_open(&entries, &users))
		while ((found = entries_next(&entries, &entry)) > 0 && entry.id != 0)
			;
	/* Where nobody can tell its name, it has the one group: an init has to start things all the same. */
	bool good = add_group(list, first) && (found <= 0 || add_from_file(entry.name, list));
	entries_close(&entries);
	return good;
}
