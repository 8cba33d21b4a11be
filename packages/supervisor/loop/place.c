/* Where files are, seen from the executable. An installation may be anywhere, and is replaced while it runs. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
