/* Keeps the slots taken while there is no spawn, so that no other descriptor of the supervisor gets their numbers. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>

#include "loop/loop.h"

bool slots_suffice;

void slots_open(void) {
	for (int slot = SLOT_ERROR; slot < SLOTS_END; slot++)
		if (fcntl(slot, F_GETFD) < 0)
			slot_fill((enum slot)slot, STDIN_FILENO);
	/* Changes nothing, as nobody shares the table yet. */
	slots_suffice = close_range(~0u, ~0u, CLOSE_RANGE_UNSHARE) == 0;
}

bool slot_fill(enum slot slot, int fd) {
	return dup3(fd, (int)slot, O_CLOEXEC) >= 0;
}

/* Descriptor 0 is always there to stand in for what is closed. */
void slots_clear(void) {
	for (int slot = SLOT_ERROR; slot < SLOTS_END; slot++)
		slot_fill((enum slot)slot, STDIN_FILENO);
}

int slots_leave(int fd) {
	return fd < SLOT_ERROR || fd >= SLOTS_END ? fd : fcntl(fd, F_DUPFD_CLOEXEC, SLOTS_END);
}
