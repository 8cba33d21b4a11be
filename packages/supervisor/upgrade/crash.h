#ifndef CRASH_H
#define CRASH_H

#include <stdbool.h>

/* `argv` is what the next image gets. `lost`: what the image before this one knew is, and the daemon begins anew. */
void crashes_survive(char **argv, bool lost);

#endif
