#define _GNU_SOURCE
#include "spawn/terminals.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Nobody's yet, or -1; and the file system that its other end is in. */
static int spare = -1;
static dev_t spare_device;
static bool was_asked;
static bool shared;

/* Of a terminal of root's that others may write to. Nobody needs to read from one. */
#define SHARED_MODE 0622

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

void terminals_are_shared(void) {
	shared = true;
}

void terminal_hand_over(int fd, uid_t user) {
	uid_t owner = user == (uid_t)-1 ? geteuid() : user;
	int result = owner == 0 ? 0 : fchown(fd, owner, (gid_t)-1);
	if (owner == 0 && shared)
		result = fchmod(fd, SHARED_MODE);
	(void)result;
}
