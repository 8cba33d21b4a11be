/* Where files are, seen from the executable: an installation may be anywhere. The commands use this, too. */

#include "loop/loop.h"

/* When /proc cannot say. */
#define USUAL_PLACE "/sbin/upstart"

char place_executable[PATH_MAX];

void place_open(const char *name) {
	ssize_t length = readlink("/proc/self/exe", place_executable, sizeof place_executable - 1);
	if (length >= 0)
		place_executable[length] = '\0';
	else
		snprintf(place_executable, sizeof place_executable, "%s", name && name[0] == '/' ? name : USUAL_PLACE);
}

void place_beside(char path[PLACE_MAX], const char *relative) {
	const char *slash = strrchr(place_executable, '/');
	snprintf(path, PLACE_MAX, "%.*s/%s", slash ? (int)(slash - place_executable) : 0, place_executable, relative);
}

bool place_of(char path[PLACE_MAX], const char *variable, const char *relative) {
	const char *value = getenv(variable);
	bool is_set = value && *value;
	if (is_set)
		snprintf(path, PLACE_MAX, "%s", value);
	else
		place_beside(path, relative);
	return is_set;
}

void place_run_node(char *const *first, char *const *rest) {
	char own[PLACE_MAX], *nodes[] = {own, "node", "/usr/local/bin/node", "/usr/bin/node", NULL}, **line;
	size_t count = 1, length = 0;
	if (place_of(own, "UPSTART_NODE", OWN_NODE))
		nodes[1] = NULL;
	while (rest[length])
		length++;
	for (; first[count - 1]; count++)
		;
	if (!(line = calloc(count + length + 1, sizeof *line)))
		return;
	memcpy(line + 1, first, (count - 1) * sizeof *line);
	memcpy(line + count, rest, length * sizeof *line);
	for (char **node = nodes; *node; node++)
		execvp(line[0] = *node, line);
	free(line);
}
