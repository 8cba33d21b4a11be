/* Entries of /etc/passwd and /etc/group, and of answers in their form. */
#ifndef ENTRIES_H
#define ENTRIES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct database {
	/* As nsswitch.conf and getent call it. */
	const char *name;
	const char *path;
	/* Users have a group; groups have members. */
	bool of_users;
};

extern const struct database users, groups;

struct entry {
	const char *name;
	uint32_t id;
	/* Of users. */
	uint32_t group;
	/* Of groups: names, with commas between them. */
	char *members;
};

/* Where the reading of a database is. */
struct entries {
	const struct database *database;
	FILE *file;
	char *line;
	size_t size;
};

/* A file that is not there lists nobody. False, with errno: it cannot be read. */
bool entries_open(struct entries *entries, const struct database *database);
/* 1: the next entry, until the one after it is asked for; 0: there is none; -1 with errno: it cannot be read. Other lines are passed over. */
int entries_next(struct entries *entries, struct entry *entry);
void entries_close(struct entries *entries);

/* Takes a line of a database apart, and changes it. False: it is no entry. */
bool entry_parse(const struct database *database, char *line, struct entry *entry);
/* A user or group id in decimal digits. */
bool id_parse(const char *text, uint32_t *id);

#endif
