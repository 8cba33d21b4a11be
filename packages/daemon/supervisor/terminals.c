#define _GNU_SOURCE
#include "terminals.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Nobody's yet, or -1; and the file system that its other end is in. */
static int spare = -1;
static dev_t spare_device;
static bool was_asked;

/* That of the terminals as they are to be found now. */
static dev_t present_device(void) {
	struct stat state;
	return stat("/dev/pts", &state) == 0 ? state.st_dev : 0;
}

static int open_master(void) {
	return posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
}

int terminal_open(void) {
	/* Another one may have been mounted since: the other end is opened by its name. */
	if (spare >= 0 && spare_device != present_device()) {
		close(spare);
		spare = -1;
	}
	int master = spare >= 0 ? spare : open_master();
	spare = -1;
	was_asked = true;
	return master;
}

void terminals_prepare(void) {
	if (was_asked && spare < 0) {
		spare_device = present_device();
		spare = open_master();
	}
	was_asked = false;
}
