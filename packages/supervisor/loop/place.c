/* Where files are, seen from the executable. An installation may be anywhere, and is replaced while it runs. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "loop/loop.h"

/* When /proc cannot say. */
#define USUAL_PLACE "/sbin/upstart"

static char executable[PATH_MAX];

void place_open(const char *name) {
	ssize_t length = readlink("/proc/self/exe", executable, sizeof executable - 1);
	if (length >= 0)
		executable[length] = '\0';
	else
		snprintf(executable, sizeof executable, "%s", name && name[0] == '/' ? name : USUAL_PLACE);
}

const char *place_name(const char *name) {
	const char *slash = name ? strrchr(name, '/') : NULL;
	return slash ? slash + 1 : name ? name : "init";
}

const char *place_executable(void) {
	return executable;
}

void place_beside(char path[PLACE_MAX], const char *relative) {
	const char *slash = strrchr(executable, '/');
	snprintf(path, PLACE_MAX, "%.*s/%s", slash ? (int)(slash - executable) : 0, executable, relative);
}
