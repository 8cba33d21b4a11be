/* What a new daemon is told before anything else: the supervisor's state and the table of processes. */
#ifndef GREETING_H
#define GREETING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct greeting {
	uint8_t *bytes;
	size_t length, sent;
};

/* False: no memory. */
bool greeting_make(struct greeting *greeting);
void greeting_drop(struct greeting *greeting);
/* The error number with which the kernel refused to make the supervisor a subreaper. */
void greeting_subreaper_failed(int error);

#endif
