/* Which services know names, as nsswitch.conf says. */
#ifndef NAME_SERVICES_H
#define NAME_SERVICES_H

#include <stdbool.h>

/* Whether there is a line for the database, and whether it names another service than the files. */
bool services_find(const char *database, bool *others);

#endif
