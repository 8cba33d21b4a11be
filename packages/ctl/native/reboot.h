/* reboot, halt and poweroff. */
#ifndef REBOOT_H
#define REBOOT_H

enum mode { REBOOT, HALT, POWEROFF };

/* What the command of this name does; `words` are its command line. */
_Noreturn void end_system(enum mode mode, char **words);

#endif
