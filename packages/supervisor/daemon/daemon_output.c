/*
 * The pipes that are the daemon's standard output and error: the logger reads them like the output of jobs and passes on
 * whole lines.
 */
#define _GNU_SOURCE
#include "daemon/daemon_output.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log/logs.h"

static struct log *streams[2];

static bool is_shared(void) {
	struct stat output, error;
	return fstat(STDOUT_FILENO, &output) == 0 && fstat(STDERR_FILENO, &error) == 0 && output.st_dev == error.st_dev &&
	       output.st_ino == error.st_ino;
}

/* The end to write to; -1: there is no pipe. */
static int open_stream(int stream) {
	int ends[2];
	if (!logs_are_possible() || pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	streams[stream] = log_of_stream(STDOUT_FILENO + stream, ends[0]);
	if (streams[stream]) {
		log_start(streams[stream]);
		return ends[1];
	}
	close(ends[0]);
	close(ends[1]);
	return -1;
}

void daemon_output_open(int ends[2]) {
	ends[0] = open_stream(0);
	/* One pipe where both go to the same place, so that lines stay in order. */
	if (is_shared())
		ends[1] = ends[0] < 0 ? -1 : fcntl(ends[0], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	else
		ends[1] = open_stream(1);
}

void daemon_output_close(void) {
	for (int i = 0; i < 2; i++) {
		if (streams[i])
			log_finish(streams[i], NULL, NULL);
		streams[i] = NULL;
	}
}
