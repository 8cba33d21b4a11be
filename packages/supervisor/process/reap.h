/* Reaping every child: processes of jobs, adopted orphans, and the supervisor's own processes. */
#ifndef REAP_H
#define REAP_H

#include <stdbool.h>
#include <sys/types.h>

/* A process of the supervisor's own. */
struct reaped_row {
	pid_t (*pid)(void);
	void (*ended)(int status);
};

/* Who is told about which process, up to a row without a function; and whether there is a daemon that is READY. */
void reap_open(const struct reaped_row *rows, bool (*has_daemon)(void));
void reap_soon(void);
bool reap_is_due(void);
/* After the descriptors of a turn, so that output and exec failures come before exits (reference: jobs 13). */
void reap_turn(void);

#endif
