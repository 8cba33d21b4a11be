/*
 * The session that the caller means without saying where it listens, by the rules of packages/protocol/src/locate.ts.
 * Where names, owners and modes do not decide, it is UNCLEAR, and that finds out.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "native.h"

#define SYSTEM_SOCKET "/run/upstart/control.sock"
#define TEXT_SIZE 8192
#define DBUS_ADDRESS "unix:abstract=/com/ubuntu/upstart-session/" /* UID/PID */
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

/* Whether this process is called as init is. */
static bool is_init(long pid) {
	char path[64];
	snprintf(path, sizeof path, "/proc/%ld/comm", pid);
	return begins(path, "init\n") || begins(path, "upstart\n");
}

/* Whether OWN PID is a private folder that was made by the init which is `pid` in this pid namespace. */
static bool has_folder(const char *own, long pid) {
	char folder[TEXT_SIZE], path[TEXT_SIZE], owner[128], space[64];
	struct stat found;
	ssize_t length = readlink("/proc/self/ns/pid", space, sizeof space);
	snprintf(folder, sizeof folder, "%.4000s%ld", own, pid);
	snprintf(path, sizeof path, "%.4000s/owner", folder);
	snprintf(socket_path, sizeof socket_path, "%.4000s/control.sock", folder);
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
		bool is_certain = is_usual && is_announced && is_init(pid) && has_folder(own, pid);
		found = is_certain && found == NONE ? ONE : UNCLEAR;
	}
	if (entries)
		closedir(entries);
	return found;
}

enum session find_session(void) {
	const char *runtime = getenv("XDG_RUNTIME_DIR"), *temporary = getenv("TMPDIR");
	const char *told = getenv("UPSTART_SYSTEM_SOCKET_DIR"), *address = getenv("UPSTART_SESSION");
	char folder[TEXT_SIZE], own[TEXT_SIZE], other[TEXT_SIZE], more;
	unsigned user, pid;
	bool is_by_pid = address && sscanf(address, DBUS_ADDRESS "%u/%u%c", &user, &pid, &more) == 2;
	if (!is_by_pid && (address || (told && *told) || (geteuid() == 0 && access(SYSTEM_SOCKET, F_OK) == 0)))
		return NONE;
	if (runtime && runtime[0] == '/')
		snprintf(own, sizeof own, "%.4000s/upstart/init-", runtime);
	else
		snprintf(own, sizeof own, "/run/user/%u/upstart/init-", geteuid());
	temporary = temporary && *temporary ? temporary : "/tmp";
	snprintf(other, sizeof other, "%.4000s/upstart-%u-", temporary, geteuid());
	if (is_by_pid)
		return user == geteuid() && (has_folder(own, pid) || has_folder(other, pid)) ? ONE : UNCLEAR;
	snprintf(folder, sizeof folder, "%.*s/sessions", (int)(strrchr(own, '/') - own), own);
	enum session found = find_in(folder, "", ".session", own);
	return found == NONE ? find_in(temporary, strrchr(other, '/') + 1, "", other) : found;
}
