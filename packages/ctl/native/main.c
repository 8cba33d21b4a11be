/* The program behind the commands that Node would be too slow for, or may be gone for: it goes by the name it is called by. */
#include <string.h>

#include "parts.h"
#include "program.h"
#include "reboot.h"

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
