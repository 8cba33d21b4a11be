#include "upgrade/rest.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

static atomic_bool fault;
/* Threads that are not at rest, and whether this one is. */
static atomic_int active;
static _Thread_local bool resting = true;

void rest_begin(void) {
	resting = true;
	active--;
}

void rest_end(void) {
	active++;
	resting = false;
	stand_still();
}

void stand_still(void) {
	if (!fault)
		return;
	rest_begin();
	for (;;)
		pause();
}

void rest_all(int64_t patience) {
	fault = true;
	while (active > (resting ? 0 : 1) && patience-- > 0)
		nanosleep(&(struct timespec){.tv_nsec = 1000 * 1000}, NULL);
}
