/* Ends a process with what it has started: its process group, and its children, theirs and so on, whose groups are others. */
#include "process/process.h"

/* The most processes that are found, of which the text of the kernel for one parent is read up to so many bytes. */
#define FAMILY_MAX 512
#define CHILDREN_SIZE 4096

static size_t children_of(pid_t parent, pid_t *children, size_t room) {
	char text[CHILDREN_SIZE], path[64], *at = text, *end;
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", parent, parent);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = read(fd, text, sizeof text - 1); /* -1 if it is not open */
	size_t count = 0;
	close(fd);
	text[length > 0 ? length : 0] = '\0';
	/* Each pid ends with a blank. */
	for (long pid; count < room && (pid = strtol(at, &end, 10)) > 1 && *end == ' '; at = end)
		children[count++] = (pid_t)pid;
	return count;
}

void family_kill(pid_t leader, pid_t target) {
	pid_t family[FAMILY_MAX] = {leader};
	size_t count = 1;
	for (size_t i = 0; i < count; i++)
		count += children_of(family[i], family + count, FAMILY_MAX - count);
	/* It is the first: it is not to see the others end, and continue. */
	family[0] = target;
	for (size_t i = 0; i < count; i++)
		kill(family[i], SIGKILL);
}
