/*
 * The program behind the commands that Node would be too slow for, or may be gone for: it goes by the name it is called by. Where Node
 * is needed all the same it is found from here.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "native.h"

/* Where this program is installed, if the kernel does not tell. */
#define USUAL_PLACE "/usr/sbin/initctl"
#define SCRIPT_SIZE (PATH_MAX + 64)

const char *program;

void run_under_node(const char *script, char **words) {
	char folder[PATH_MAX] = USUAL_PLACE, called[SCRIPT_SIZE], path[SCRIPT_SIZE], own[SCRIPT_SIZE];
	ssize_t length = readlink("/proc/self/exe", folder, sizeof folder - 1);
	if (length > 0)
		folder[length] = '\0';
	*strrchr(folder, '/') = '\0';
	snprintf(called, sizeof called, "%s/%s", folder, program);
	snprintf(path, sizeof path, "%s/../lib/upstart/%s", folder, script);
	snprintf(own, sizeof own, "%s/../lib/upstart/node", folder);

	char *first[] = {"node", path, "--called-as", called};
	size_t count = 0;
	while (words[count])
		count++;
	char **all = calloc(COUNT(first) + count, sizeof *all);
	if (!all)
		fail("Cannot allocate memory");
	memcpy(all, first, sizeof first);
	memcpy(all + COUNT(first), words + 1, (count - 1) * sizeof *all);
	/* For programs of the user's; they slow Node down. */
	unsetenv("NODE_EXTRA_CA_CERTS");
	unsetenv("NODE_OPTIONS");
	const char *chosen = getenv("UPSTART_NODE");
	const char *const places[] = {chosen ? chosen : own, own, "node", "/usr/local/bin/node", "/usr/bin/node"};
	for (size_t i = 0; i < COUNT(places); i++)
		execvp(places[i], all); /* only `node` is looked for on the PATH */
	free(all);
}

int main(int argc, char **argv) {
	static const char *const names[] = {[REBOOT] = "reboot", [HALT] = "halt", [POWEROFF] = "poweroff"};
	if (argc < 1)
		return 1;
	program = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	program += *program == '-'; /* a login shell's name */
	for (size_t mode = 0; mode < COUNT(names); mode++)
		if (strcmp(program, names[mode]) == 0)
			end_system((enum mode)mode, argv);
	launch(argc, argv);
}
