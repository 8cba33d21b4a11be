/*
 * Finds the session of a caller who is told nothing, as packages/protocol/src/sessions.ts and locate.ts do: the only live one of this
 * user. Where there are several, ctl.js names them.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher.h"

#define ASSIGNMENT "UPSTART_SESSION="
#define PREFIX "unix:path="
#define SYSTEM_SOCKET "/run/upstart/control.sock"

/* The sessions that were found, and the address of the last one. */
struct found {
    unsigned count;
    char address[4096];
};

static bool is_set;

/* Reads the beginning of a regular file as text. False if there is none. */
static bool read_text(const char *path, char *text, size_t size) {
    struct stat state;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    ssize_t length = fd >= 0 && fstat(fd, &state) == 0 && S_ISREG(state.st_mode) ? read(fd, text, size - 1) : -1;
    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = '\0';
    return length >= 0;
}

/* The number that a name begins with behind `prefix`, if nothing follows but perhaps `-LETTERS`, and then `suffix`; else 0. */
static long pid_in(const char *name, const char *prefix, const char *suffix) {
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    size_t skipped = strlen(prefix), digits;
    if (strncmp(name, prefix, skipped))
        return 0;
    name += skipped;
    digits = strspn(name, "0123456789");
    const char *rest = name + digits;
    if (*rest == '-' && strspn(rest + 1, word) > 0)
        rest += 1 + strspn(rest + 1, word);
    return digits > 0 && digits < 10 && !strcmp(rest, suffix) ? atol(name) : 0;
}

static bool is_own_init(long pid) {
    char path[64], name[32];
    struct stat state;
    snprintf(path, sizeof path, "/proc/%ld", pid);
    if (stat(path, &state) < 0 || state.st_uid != geteuid())
        return false;
    snprintf(path, sizeof path, "/proc/%ld/comm", pid);
    return read_text(path, name, sizeof name) && (!strcmp(name, "init\n") || !strcmp(name, "upstart\n"));
}

/* Whether the folder's file `owner` names another init, as one in another pid namespace is. Older ones have no such file. */
static bool is_of_another(const char *folder, long pid) {
    char path[4200], owner[256], space[128], expected[192];
    snprintf(path, sizeof path, "%s/owner", folder);
    if (!read_text(path, owner, sizeof owner))
        return false;
    ssize_t length = readlink("/proc/self/ns/pid", space, sizeof space - 1);
    space[length > 0 ? length : 0] = '\0';
    snprintf(expected, sizeof expected, "%s %ld ", space, pid);
    return strncmp(owner, expected, strlen(expected)) != 0;
}

/* Takes a session in if it is alive and nobody else's. */
static void consider(struct found *found, long pid, const char *address) {
    char folder[4096];
    struct stat state;
    if (strncmp(address, PREFIX "/", strlen(PREFIX "/")) || !is_own_init(pid))
        return;
    snprintf(folder, sizeof folder, "%s", address + strlen(PREFIX));
    bool is_socket = lstat(folder, &state) == 0 && S_ISSOCK(state.st_mode);
    *strrchr(folder, '/') = '\0';
    if (!is_socket || lstat(folder, &state) < 0 || !S_ISDIR(state.st_mode) || state.st_uid != geteuid() ||
        (state.st_mode & 077) || is_of_another(folder, pid))
        return;
    found->count++;
    snprintf(found->address, sizeof found->address, "%s", address);
}

static void look_at_file(struct found *found, const char *folder, const char *name) {
    char path[4400], text[4096];
    long pid = pid_in(name, "", ".session");
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (!pid || !read_text(path, text, sizeof text) || strncmp(text, ASSIGNMENT, strlen(ASSIGNMENT)))
        return;
    text[strcspn(text, "\n")] = '\0';
    consider(found, pid, text + strlen(ASSIGNMENT));
}

static void look_at_folder(struct found *found, const char *folder, const char *name) {
    char prefix[64], address[4500];
    snprintf(prefix, sizeof prefix, "upstart-%u-", geteuid());
    long pid = pid_in(name, prefix, "");
    snprintf(address, sizeof address, PREFIX "%s/%s/control.sock", folder, name);
    if (pid && strlen(address) < sizeof found->address)
        consider(found, pid, address);
}

static void search(struct found *found, const char *folder,
                   void (*look_at)(struct found *found, const char *folder, const char *name)) {
    DIR *entries = opendir(folder);
    for (struct dirent *entry; entries && (entry = readdir(entries));)
        look_at(found, folder, entry->d_name);
    if (entries)
        closedir(entries);
}

bool find_session(void) {
    struct found found = {0};
    const char *runtime = getenv("XDG_RUNTIME_DIR"), *temporary = getenv("TMPDIR"), *told = getenv("UPSTART_SYSTEM_SOCKET_DIR");
    char folder[4096];
    if (getenv("UPSTART_SESSION") || (told && *told) || (geteuid() == 0 && access(SYSTEM_SOCKET, F_OK) == 0))
        return true;
    if (runtime && runtime[0] == '/')
        snprintf(folder, sizeof folder, "%.4000s/upstart/sessions", runtime);
    else
        snprintf(folder, sizeof folder, "/run/user/%u/upstart/sessions", geteuid());
    search(&found, folder, look_at_file);
    snprintf(folder, sizeof folder, "%s", temporary && *temporary ? temporary : "/tmp");
    if (found.count == 0)
        search(&found, folder, look_at_folder);
    is_set = found.count == 1 && setenv("UPSTART_SESSION", found.address, 1) == 0;
    return found.count < 2;
}

void forget_session(void) {
    if (is_set)
        unsetenv("UPSTART_SESSION");
}
