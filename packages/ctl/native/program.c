/* What the launcher and reboot share. Nothing of it needs Node, or a system that is more than half there. */
#define _GNU_SOURCE
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program.h"

/* Where this program is installed, if the kernel does not tell. */
#define USUAL_PLACE "/usr/sbin/initctl"

const char *program;

_Noreturn void fail(const char *format, ...) {
	char *text = NULL;
	va_list arguments;
	va_start(arguments, format);
	bool is_written = vasprintf(&text, format, arguments) >= 0;
	dprintf(2, "%s: %s\n", program, is_written ? text : "Cannot allocate memory");
	exit(1);
}

void run_under_node(const char *script, char **words) {
	char folder[PATH_MAX] = USUAL_PLACE, called[PATH_MAX + 64], script_path[PATH_MAX + 64], own[PATH_MAX + 64];
	ssize_t length = readlink("/proc/self/exe", folder, sizeof folder - 1);
	if (length > 0)
		folder[length] = '\0';
	*strrchr(folder, '/') = '\0';
	snprintf(called, sizeof called, "%s/%s", folder, program);
	snprintf(script_path, sizeof script_path, "%s/../lib/upstart/%s", folder, script);
	snprintf(own, sizeof own, "%s/../lib/upstart/node", folder);

	size_t count = 0;
	while (words[count])
		count++;
	char **all = calloc(count + 4, sizeof *all);
	if (!all)
		fail("Cannot allocate memory");
	all[0] = "node", all[1] = script_path, all[2] = "--called-as", all[3] = called;
	memcpy(all + 4, words + 1, (count - 1) * sizeof *all);
	unsetenv("NODE_EXTRA_CA_CERTS"), unsetenv("NODE_OPTIONS"); /* for programs of the user's; they slow Node down */
	const char *chosen = getenv("UPSTART_NODE");
	const char *const places[] = {chosen ? chosen : own, own, "node", "/usr/local/bin/node", "/usr/bin/node"};
	for (size_t i = 0; i < COUNT(places); i++)
		execvp(places[i], all); /* only `node` is looked for on the PATH */
	free(all);
}
