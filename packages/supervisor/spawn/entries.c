#define _GNU_SOURCE
#include "spawn/entries.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct database users = {"passwd", "/etc/passwd", true}, groups = {"group", "/etc/group", false};

/* Name, password, id, and the group of a user or the members of a group. */
#define FIELDS 4

bool id_parse(const char *text, uint32_t *id) {
	size_t digits = strspn(text, "0123456789");
	errno = 0;
	unsigned long number = strtoul(text, NULL, 10);
	*id = (uint32_t)number;
	return digits > 0 && text[digits] == '\0' && errno == 0 && number == *id;
}

/* Those that begin so are no users and no groups: they stand for what other services know. */
static bool stands_for_others(const char *name) {
	return name[0] == '+' || name[0] == '-';
}

bool entry_parse(const struct database *database, char *line, struct entry *entry) {
	static char none[] = "";
	char *fields[FIELDS], *rest = line + strspn(line, " \t");
	rest[strcspn(rest, "\n")] = '\0';
	for (size_t i = 0; i < FIELDS; i++)
		fields[i] = rest ? strsep(&rest, ":") : none;
	*entry = (struct entry){.name = fields[0], .members = fields[3]};
	return fields[0][0] != '\0' && !stands_for_others(fields[0]) && id_parse(fields[2], &entry->id) &&
	       (!database->of_users || id_parse(fields[3], &entry->group));
}

bool entries_open(struct entries *entries, const struct database *database) {
	*entries = (struct entries){.database = database, .file = fopen(database->path, "re")};
	return entries->file || errno == ENOENT || errno == ENOTDIR;
}

int entries_next(struct entries *entries, struct entry *entry) {
	while (entries->file) {
		if (getline(&entries->line, &entries->size, entries->file) < 0)
			return feof(entries->file) ? 0 : -1;
		if (entry_parse(entries->database, entries->line, entry))
			return 1;
	}
	return 0;
}

void entries_close(struct entries *entries) {
	int error = errno;
	if (entries->file)
		fclose(entries->file);
	free(entries->line);
	errno = error;
}
