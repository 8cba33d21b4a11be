/*
 * Whether the caller may mean the daemon of a session without saying so. Which one, and whether it is alive, ctl.js finds
 * out, by packages/protocol/src/locate.ts: this only has to be right when there is no session at all.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parts.h"

#define SYSTEM_SOCKET "/run/upstart/control.sock"

static bool is_session_file(const char *name) {
	return strstr(name, ".session") != NULL;
}

static bool is_session_folder(const char *name) {
	char prefix[64];
	snprintf(prefix, sizeof prefix, "upstart-%u-", geteuid());
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

static bool has_entry(const char *folder, bool (*is_wanted)(const char *name)) {
	bool found = false;
	DIR *entries = opendir(folder);
	for (struct dirent *entry; entries && !found && (entry = readdir(entries));)
		found = is_wanted(entry->d_name);
	if (entries)
		closedir(entries);
	return found;
}

bool may_mean_session(void) {
	const char *runtime = getenv("XDG_RUNTIME_DIR"), *temporary = getenv("TMPDIR");
	const char *told = getenv("UPSTART_SYSTEM_SOCKET_DIR");
	char folder[4096];
	if (getenv("UPSTART_SESSION") || (told && *told) || (geteuid() == 0 && access(SYSTEM_SOCKET, F_OK) == 0))
		return false;
	if (runtime && runtime[0] == '/')
		snprintf(folder, sizeof folder, "%.4000s/upstart/sessions", runtime);
	else
		snprintf(folder, sizeof folder, "/run/user/%u/upstart/sessions", geteuid());
	/* `PID.session` in a run-time folder, or `upstart-UID-PID` among temporary files. */
	return has_entry(folder, is_session_file) ||
	       has_entry(temporary && *temporary ? temporary : "/tmp", is_session_folder);
}
