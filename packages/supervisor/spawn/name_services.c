#define _GNU_SOURCE
#include "spawn/name_services.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char path[] = "/etc/nsswitch.conf";

/* In brackets stands what to do about an answer. */
static void blank_brackets(char *text) {
	bool inside = false;
	for (; *text; text++) {
		bool bracket = *text == '[' || *text == ']';
		if (bracket)
			inside = *text == '[';
		if (bracket || inside)
			*text = ' ';
	}
}

static bool names_others(char *services) {
	char *rest;
	services[strcspn(services, "#\n")] = '\0';
	blank_brackets(services);
	for (char *word = strtok_r(services, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest))
		if (strcmp(word, "files") != 0)
			return true;
	return false;
}

bool services_find(const char *database, bool *others) {
	char *line = NULL;
	size_t size = 0, length = strlen(database);
	bool found = false;
	FILE *file = fopen(path, "re");
	while (file && !found && getline(&line, &size, file) >= 0) {
		char *text = line + strspn(line, " \t");
		found = strncmp(text, database, length) == 0 && text[length] == ':';
		if (found)
			*others = names_others(text + length + 1);
	}
	free(line);
	if (file)
		fclose(file);
	return found;
}
