/*
 * The session that the caller means without saying so, by the rules of packages/protocol/src/locate.ts. Where names,
 * owners and modes do not decide, it is UNCLEAR, and that finds out.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "native.h"

#define SYSTEM_SOCKET "/run/upstart/control.sock"
#define TEXT_SIZE 8192
/* Of paths that nobody reads differently: Node changes what is no UTF-8, and leaves out `..`. */
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./"

/* Whether the file begins with this text. */
static bool begins(const char *path, const char *text) {
	char start[TEXT_SIZE];
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, start, sizeof start);
	close(fd);
	return length >= (ssize_t)strlen(text) && memcmp(start, text, strlen(text)) == 0;
}

bool is_init(long pid) {
	char path[64];
	snprintf(path, sizeof path, "/proc/%ld/comm", pid);
	return begins(path, "init\n") || begins(path, "upstart\n");
}

/* Whether this is a private folder that was made by the init which is `pid` in this pid namespace. */
static bool is_folder_of(long pid, const char *folder) {
	char path[TEXT_SIZE], owner[128], space[64];
	struct stat found;
	ssize_t length = readlink("/proc/self/ns/pid", space, sizeof space);
	snprintf(path, sizeof path, "%.4000s/owner", folder);
	snprintf(owner, sizeof owner, "%.*s %ld ", length > 0 ? (int)length : 0, space, pid);
	bool is_plain = folder[0] == '/' && folder[strspn(folder, PLAIN)] == '\0' && !strstr(folder, "..");
	return is_plain && lstat(folder, &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == geteuid() &&
	       !(found.st_mode & 077) && begins(path, owner);
}

/*
 * Looks at the entries BEFORE PID AFTER of a folder: files that announce the session with the folder OWN PID, or,
 * without AFTER, these folders themselves.
 */
static enum session find_in(const char *folder, const char *before, const char *after, const char *own) {
	char path[TEXT_SIZE], text[TEXT_SIZE];
	enum session found = NONE;
	DIR *entries = opendir(folder);
	for (struct dirent *entry; entries && found != UNCLEAR && (entry = readdir(entries));) {
		struct stat process;
		if (strncmp(entry->d_name, before, strlen(before)) != 0 || !strstr(entry->d_name, after))
			continue;
		long pid = strtol(entry->d_name + strlen(before), NULL, 10);
		snprintf(text, sizeof text, "%s%ld%s", before, pid, after);
		bool is_usual = strcmp(entry->d_name, text) == 0;
		snprintf(path, sizeof path, "/proc/%ld", pid);
		if (is_usual && (stat(path, &process) < 0 || process.st_uid != geteuid()))
			continue; /* its init has gone */
		snprintf(path, sizeof path, "%.4000s/%s", folder, entry->d_name);
		snprintf(text, sizeof text, "UPSTART_SESSION=unix:path=%.4000s%ld/control.sock\n", own, pid);
		bool is_announced = !*after || begins(path, text);
		text[strlen(text) - 1] = '\0';
		setenv("UPSTART_SESSION", strchr(text, '=') + 1, 1);
		snprintf(path, sizeof path, "%.4000s%ld", own, pid);
		bool is_certain = is_usual && is_announced && is_init(pid) && is_folder_of(pid, path);
		found = is_certain && found == NONE ? ONE : UNCLEAR;
	}
	if (entries)
		closedir(entries);
	return found;
}

enum session find_session(void) {
	const char *runtime = getenv("XDG_RUNTIME_DIR"), *temporary = getenv("TMPDIR");
	const char *told = getenv("UPSTART_SYSTEM_SOCKET_DIR");
	char folder[TEXT_SIZE], own[TEXT_SIZE], before[64];
	if (getenv("UPSTART_SESSION") || (told && *told) || (geteuid() == 0 && access(SYSTEM_SOCKET, F_OK) == 0))
		return NONE;
	if (runtime && runtime[0] == '/')
		snprintf(own, sizeof own, "%.4000s/upstart/init-", runtime);
	else
		snprintf(own, sizeof own, "/run/user/%u/upstart/init-", geteuid());
	snprintf(folder, sizeof folder, "%.*s/sessions", (int)(strrchr(own, '/') - own), own);
	enum session found = find_in(folder, "", ".session", own);
	if (found != NONE)
		return found;
	temporary = temporary && *temporary ? temporary : "/tmp";
	snprintf(before, sizeof before, "upstart-%u-", geteuid());
	snprintf(own, sizeof own, "%.4000s/%s", temporary, before);
	return find_in(temporary, before, "", own);
}
