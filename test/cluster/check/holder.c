/*
 * The job that only one host may run: writes its first and its last sign of life, in nanoseconds of the machine's monotonic clock,
 * into a file of its own: holder FOLDER HOST TOKEN. Where the clock was moved for its namespace, the kernel says by how much.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t offset;

static void read_offset(void) {
	FILE *file = fopen("/proc/self/timens_offsets", "r");
	int64_t seconds, nanoseconds;
	char name[32];

	if (!file)
		return;
	while (fscanf(file, "%31s %" SCNd64 " %" SCNd64, name, &seconds, &nanoseconds) == 3)
		if (strcmp(name, "monotonic") == 0)
			offset = seconds * 1000000000 + nanoseconds;
	fclose(file);
}

static int64_t now(void) {
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * (int64_t)1000000000 + time.tv_nsec - offset;
}

int main(int argc, char **argv) {
	const struct timespec pause = {.tv_nsec = 10000000};
	char path[4096], text[64];
	int64_t first;
	int fd;

	if (argc != 4)
		return 2;
	read_offset();
	first = now();
	snprintf(path, sizeof path, "%s/%s.%s.%d", argv[1], argv[2], argv[3], (int)getpid());
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return 1;
	for (;;) {
		int length = snprintf(text, sizeof text, "%020" PRId64 " %020" PRId64 "\n", first, now());
		if (pwrite(fd, text, (size_t)length, 0) != length)
			return 1;
		nanosleep(&pause, NULL);
	}
}
