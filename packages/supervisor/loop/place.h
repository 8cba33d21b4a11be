/* Where the supervisor's own executable is, and what lies around it. */
#ifndef PLACE_H
#define PLACE_H

#include <limits.h>

#define PLACE_MAX (PATH_MAX + 64)

/*
 * Remembers the executable by the path that it was started from, for the time when that is another file. `name` is
 * argv[0].
 */
void place_open(const char *name);
/* The last part of argv[0], which is the name that the program was called by. */
const char *place_name(const char *name);
/* The absolute path of the executable. */
const char *place_executable(void);
/* The path `relative`, seen from the folder of the executable. */
void place_beside(char path[PLACE_MAX], const char *relative);

#endif
