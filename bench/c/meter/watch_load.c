/*
 * The limit of noticing files: writes every file of a directory anew, with an inotify watch on it, and reads each as soon
 * as it is notified of. Prints the nanoseconds from the first write until the last file was read.
 */
#include "meter.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

static char content[65536];

static ssize_t read_file(int directory, const char *name) {
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, content, sizeof content);
	close(fd);
	return length;
}

static void write_again(int directory, const char *name) {
	ssize_t length = read_file(directory, name);
	int fd = openat(directory, name, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (length < 0 || fd < 0 || write(fd, content, (size_t)length) != length)
		give_up(name);
	close(fd);
}

/* Returns how many files there are; has each of them written again if `directory` is one. */
static int each_file(const char *path, int directory) {
	int count = 0;
	DIR *entries = opendir(path);
	if (!entries)
		give_up(path);
	for (struct dirent *entry; (entry = readdir(entries));) {
		if (entry->d_name[0] == '.')
			continue;
		count++;
		if (directory >= 0)
			write_again(directory, entry->d_name);
	}
	closedir(entries);
	return count;
}

int watch_load(int argc, char **argv) {
	static char events[1 << 16] __attribute__((aligned(8)));
	if (argc != 2)
		return 2;
	int directory = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = inotify_init1(IN_CLOEXEC);
	if (directory < 0 || fd < 0 || inotify_add_watch(fd, argv[1], IN_CLOSE_WRITE) < 0)
		give_up(argv[1]);
	int left = each_file(argv[1], -1);
	int64_t began = now_ns();
	pid_t writer = fork();
	if (writer == 0)
		_exit(each_file(argv[1], directory) < 0);
	while (left > 0) {
		ssize_t length = read(fd, events, sizeof events);
		for (char *at = events; at < events + length;) {
			struct inotify_event *event = (struct inotify_event *)at;
			if (event->len > 0 && read_file(directory, event->name) >= 0)
				left--;
			at += sizeof *event + event->len;
		}
	}
	printf("%lld\n", (long long)(now_ns() - began));
	waitpid(writer, NULL, 0);
	return 0;
}
