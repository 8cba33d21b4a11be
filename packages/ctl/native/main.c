/*
 * The program behind the commands that Node would be too slow for, or may be gone for: it goes by its name. Where Node
 * is needed all the same it is found from here.
 */

#include "native.h"

const char *program;

void run_under_node(const char *script, char **words) {
	char called[PLACE_MAX], path[PLACE_MAX], name[PLACE_MAX];
	snprintf(name, sizeof name, "../lib/upstart/%s", script);
	place_open(NULL);
	place_beside(path, name);
	place_beside(called, program);
	/* For programs of the user's; they slow Node down. */
	unsetenv("NODE_EXTRA_CA_CERTS");
	unsetenv("NODE_OPTIONS");
	place_run_node((char *[]){path, "--called-as", called, NULL}, words + 1);
}

int main(int argc, char **argv) {
	static const char *const names[] = {[REBOOT] = "reboot", [HALT] = "halt", [POWEROFF] = "poweroff"};
	if (argc < 1)
		return 1;
	program = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	program += *program == '-'; /* a login shell's name */
	for (size_t mode = 0; mode < COUNT(names); mode++)
		if (strcmp(program, names[mode]) == 0)
			end_system((enum mode)mode, argc, argv);
	launch(argc, argv);
}
