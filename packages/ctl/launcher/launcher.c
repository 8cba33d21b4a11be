/*
 * The program behind initctl, start, stop, ...: hands its command line to the init daemon, which runs it, and copies
 * out what comes back. It knows no command; what the daemon cannot do is done by ctl.js under Node.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "launcher.h"

#define MAX_REPLY (16u * 1024u * 1024u)
#define RETRY_MS 30000 /* how long a daemon that restarts is waited for, all in all */
#define RETRY_PAUSE_MS 50
#define REFUSED_MS 5000 /* how long a socket without a daemon behind it is tried: one that restarts is back by then */
#define RUN_LOCALLY 256 /* the result of a command that only a process of the caller's can run */

static const char *program;    /* argv[0] without its folders */
static char socket_path[4096]; /* where the daemon was looked for last; empty if the environment names no path */
static int connect_error;      /* why it was not reached; 0: it was */

_Noreturn void fail(const char *text, int length) {
    dprintf(2, "%s: %.*s\n", program, length, text);
    exit(1);
}

static _Noreturn void fail_to_connect(const char *why) {
    dprintf(2, "%s: Unable to connect to Upstart: Failed to connect to socket %s: %s\n", program, socket_path, why);
    exit(1);
}

void reserve(struct buffer *b, size_t size) {
    if (size > b->size && !(b->bytes = realloc(b->bytes, b->size = size * 2)))
        fail("Cannot allocate memory", -1);
}

static int connect_to(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool fits = path[0] == '/' && strlen(path) < sizeof address.sun_path;
    errno = ENAMETOOLONG;
    memcpy(address.sun_path, path, strnlen(path, sizeof address.sun_path - 1));
    if (fits && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

/* Connects to the daemon that the environment names: to its control socket, else to the query socket beside it. */
static int connect_daemon(void) {
    const char *session = getenv("UPSTART_SESSION"), *dir = getenv("UPSTART_SYSTEM_SOCKET_DIR"), *prefix = "unix:path=";
    char *path = socket_path;
    if (!session || !*session)
        snprintf(path, sizeof socket_path, "%s/control.sock", dir && *dir ? dir : "/run/upstart");
    else
        snprintf(path, sizeof socket_path, "%s", strncmp(session, prefix, strlen(prefix)) ? "" : session + strlen(prefix));
    int fd = connect_to(path);
    if (fd < 0 && errno == EACCES) {
        strcpy(strrchr(path, '/'), "/query.sock");
        fd = connect_to(path);
    }
    connect_error = fd < 0 ? errno : 0;
    return fd;
}

/* As connect_daemon, but a daemon that is being replaced is waited for: its socket is there and refuses. */
static int reach_daemon(void) {
    for (int waited = 0;; waited += RETRY_PAUSE_MS) {
        int fd = connect_daemon();
        if (fd >= 0 || errno != ECONNREFUSED || waited >= REFUSED_MS)
            return fd;
        poll(NULL, 0, RETRY_PAUSE_MS);
    }
}

/* Reads a frame's body. False if the connection is over. */
static bool read_frame(FILE *in, struct buffer *b) {
    uint32_t length;
    if (fread(&length, sizeof length, 1, in) != 1)
        return false;
    b->length = le32toh(length);
    if (b->length > MAX_REPLY)
        fail("The init daemon sent a frame that is too long", -1);
    reserve(b, b->length + 1);
    return b->length == 0 || fread(b->bytes, b->length, 1, in) == 1;
}

static void write_output(int fd, const uint8_t *bytes, size_t length) {
    for (ssize_t n; length > 0; bytes += n, length -= (size_t)n)
        while ((n = write(fd, bytes, length)) < 0)
            if (errno != EAGAIN || poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1) < 0)
                exit(1);
}

enum outcome { DONE, LOST, REFUSED };

/* Sends the requests and copies output until the result is there. What an earlier connection has brought already is not
   printed again: the same request with the same key has the same output. */
static enum outcome exchange(FILE *in, const struct buffer *requests, int *status) {
    static size_t printed[3];
    static struct buffer reply;
    size_t seen[3] = {0};
    struct value f[FIELDS];
    bool greeted = false;

    /* A daemon that closes before it has read everything has perhaps said why. */
    for (ssize_t n, sent = 0; (size_t)sent < requests->length; sent += n)
        if ((n = send(fileno(in), requests->bytes + sent, requests->length - (size_t)sent, MSG_NOSIGNAL)) < 0)
            break;
    while (read_frame(in, &reply)) {
        if (!decode_frame(&reply, f))
            fail("The init daemon sent something else than an answer", -1);
        if (f[ERROR].kind == MAP && !greeted)
            return REFUSED;
        if (f[ERROR].kind == MAP)
            fail(f[TEXT].bytes ? (const char *)f[TEXT].bytes : "", f[TEXT].bytes ? (int)f[TEXT].number : 0);
        greeted |= f[ID].number == HELLO_ID;
        if (f[DATA].bytes && (f[FD].number == 1 || f[FD].number == 2)) {
            size_t fd = (size_t)f[FD].number, length = (size_t)f[DATA].number;
            size_t known = printed[fd] - seen[fd] < length ? printed[fd] - seen[fd] : length;
            write_output((int)fd, f[DATA].bytes + known, length - known);
            printed[fd] += length - known;
            seen[fd] += length;
        } else if (f[ID].number == RUN_ID && f[RESULT].kind == INTEGER) {
            *status = (int)f[RESULT].number;
            return DONE;
        }
    }
    return LOST;
}

/* Becomes ctl.js, which does by itself what the daemon cannot, or says why it cannot be done. */
static _Noreturn void run_under_node(int argc, char **argv) {
    char dir[4096], script[sizeof dir + 32], own[sizeof dir + 32];
    ssize_t length = readlink("/proc/self/exe", dir, sizeof dir - 32);
    dir[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(dir, '/');
    strcpy(slash ? slash : dir, slash ? "/../lib/upstart" : "/usr/lib/upstart");
    snprintf(script, sizeof script, "%s/ctl.js", dir);
    snprintf(own, sizeof own, "%s/node", dir);

    forget_session();
    static char **words;
    if (!(words = calloc((size_t)argc + 4, sizeof *words)))
        fail("Cannot allocate memory", -1);
    words[0] = "node", words[1] = script, words[2] = "--called-as";
    memcpy(words + 3, argv, (size_t)argc * sizeof *words);
    unsetenv("NODE_EXTRA_CA_CERTS"), unsetenv("NODE_OPTIONS"); /* for programs of the user's; they slow Node down */
    execv(getenv("UPSTART_NODE") ? getenv("UPSTART_NODE") : own, words);
    execv(own, words);
    execvp("node", words);
    execv("/usr/local/bin/node", words), execv("/usr/bin/node", words);
    /* In a chroot there is often neither an init nor Node. Only the first one is of interest. */
    if (connect_error && socket_path[0] == '/')
        fail_to_connect(strerror(connect_error));
    if (connect_error)
        fail("Unable to connect to Upstart: UPSTART_SESSION is not of the form unix:path=/PATH", -1);
    fail("The init daemon leaves this to ctl.js, and there is no Node to run it", -1);
}

int main(int argc, char **argv) {
    if (argc < 1)
        return 1;
    program = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
    program += *program == '-';

    /* A standard descriptor that is closed must not become the socket's. */
    int spare = 0;
    while (spare >= 0 && spare <= 2)
        spare = open("/dev/null", O_RDWR);
    close(spare);

    static struct buffer requests;
    int fd = find_session() && encode_requests(&requests, argc, argv) ? reach_daemon() : -1;
    if (fd < 0)
        run_under_node(argc, argv);
    for (int waited = 0;;) {
        int status = 1;
        FILE *in = fdopen(fd, "r");
        if (!in)
            fail("Cannot allocate memory", -1);
        enum outcome outcome = exchange(in, &requests, &status);
        if (outcome == DONE && status != RUN_LOCALLY)
            return status;
        if (outcome == DONE || (outcome == REFUSED && waited == 0))
            run_under_node(argc, argv);
        fclose(in);
        /* The daemon was restarted: it knows the request by its key and goes on with it. */
        do {
            if (outcome == REFUSED || (waited += RETRY_PAUSE_MS) > RETRY_MS)
                fail("Connection was disconnected before a reply was received", -1);
            poll(NULL, 0, RETRY_PAUSE_MS);
        } while ((fd = connect_daemon()) < 0);
    }
}
