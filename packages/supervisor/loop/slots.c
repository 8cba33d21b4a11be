/* Keeps the slots taken while there is no spawn, so that no other descriptor of the supervisor gets their numbers. */
#define _GNU_SOURCE
#include "loop/slots.h"

#include <fcntl.h>
#include <unistd.h>

/* What is in a slot meanwhile. */
static int placeholder = -1;
static bool suffice;

static bool is_open(int fd) {
	return fcntl(fd, F_GETFD) >= 0;
}

void slots_open(void) {
	int fd = open("/", O_PATH | O_CLOEXEC);
	placeholder = fcntl(fd, F_DUPFD_CLOEXEC, SLOTS_END);
	for (int slot = SLOT_ERROR; slot < SLOTS_END; slot++)
		if (!is_open(slot))
			dup3(placeholder, slot, O_CLOEXEC);
	if (fd >= SLOTS_END)
		close(fd);
	/* Changes nothing, as nobody shares the table yet. */
	suffice = close_range(~0u, ~0u, CLOSE_RANGE_UNSHARE) == 0;
}

bool slots_suffice(void) {
	return suffice;
}

bool slot_fill(enum slot slot, int fd) {
	return fd < 0 || dup3(fd, (int)slot, O_CLOEXEC) >= 0;
}

void slots_clear(void) {
	for (int slot = SLOT_ERROR; slot < SLOTS_END; slot++)
		dup3(placeholder, slot, O_CLOEXEC);
}

int slots_leave(int fd) {
	return fd < SLOT_ERROR || fd >= SLOTS_END ? fd : fcntl(fd, F_DUPFD_CLOEXEC, SLOTS_END);
}
