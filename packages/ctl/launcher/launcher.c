/*
 * The program behind initctl, start, stop, ...: hands its command line to the init daemon, which runs it, and copies
 * out what comes back. It knows no command; what the daemon cannot do is done by ctl.js under Node.
 * The frames are described in packages/protocol/README.md.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PROTOCOL_VERSION 1
#define MAX_REQUEST (1024u * 1024u) /* bytes of a frame's body, as the daemon has it */
#define MAX_REPLY (16u * 1024u * 1024u)
#define RETRY_MS 30000 /* how long a daemon that restarts is waited for, all in all */
#define RETRY_PAUSE_MS 50
#define REFUSED_MS 5000 /* how long a socket without a daemon behind it is tried: one that restarts is back by then */
#define HELLO_ID 0
#define RUN_ID 1
#define RUN_LOCALLY 256 /* the result of a command that only a process of the caller's can run */
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* What commands may want to know of the environment. */
static const char *const passed_on[] = {"UPSTART_JOB", "UPSTART_INSTANCE", "UPSTART_SESSION", "XDG_RUNTIME_DIR", "HOME",
                                        "COLUMNS", "NO_COLOR", "TERM", "LC_ALL", "LC_COLLATE", "LANG"};

static const char *program; /* argv[0] without its folders */

/* A negative length means all of the text. */
static _Noreturn void fail(const char *text, int length) {
    dprintf(2, "%s: %.*s\n", program, length, text);
    exit(1);
}

struct buffer {
    uint8_t *bytes;
    size_t length, size;
};

static void reserve(struct buffer *b, size_t size) {
    if (size > b->size && !(b->bytes = realloc(b->bytes, b->size = size * 2)))
        fail("Cannot allocate memory", -1);
}

static void put(struct buffer *b, const void *bytes, size_t length) {
    reserve(b, b->length + length);
    memcpy(b->bytes + b->length, bytes, length);
    b->length += length;
}

/* A type byte and a big-endian u32 behind it. */
static void put_number(struct buffer *b, uint8_t type, size_t n) {
    put(b, (uint8_t[]){type, (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n}, 5);
}
static void put_uint(struct buffer *b, uint32_t number) { put_number(b, 0xce, number); }
static void put_map(struct buffer *b, uint32_t fields) { put_number(b, 0xdf, fields); }
static void put_bool(struct buffer *b, bool value) { put(b, value ? "\xc3" : "\xc2", 1); }
/* Text of our own is a str (0xdb); the user's, which may be no UTF-8, is a bin (0xc6). */
static void put_string(struct buffer *b, uint8_t type, const char *text) {
    put_number(b, type, strlen(text));
    put(b, text, strlen(text));
}
static void put_name(struct buffer *b, const char *name) { put_string(b, 0xdb, name); }
static void put_text(struct buffer *b, const char *text) { put_string(b, 0xc6, text); }

/* Starts a frame with what all requests have; returns where its body begins. */
static size_t begin_request(struct buffer *b, uint32_t id, const char *method, uint32_t fields) {
    put(b, "\0\0\0\0", 4);
    size_t start = b->length;
    put_map(b, fields);
    put_name(b, "id"), put_uint(b, id);
    put_name(b, "method"), put_name(b, method);
    return start;
}

/* Writes the frame's length; false if it is longer than the daemon takes. */
static bool end_request(struct buffer *b, size_t start) {
    uint32_t length = htole32((uint32_t)(b->length - start));
    memcpy(b->bytes + start - sizeof length, &length, sizeof length);
    return b->length - start <= MAX_REQUEST;
}

/* The hello and the run request. False if they are too long. */
static bool encode_requests(struct buffer *b, int argc, char **argv) {
    struct winsize window = {0};
    struct timespec now;
    char key[64], cwd[4096];
    uint32_t variables = 0;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(key, sizeof key, "%d-%lld.%09ld", (int)getpid(), (long long)now.tv_sec, now.tv_nsec); /* used once */
    for (size_t i = 0; i < COUNT(passed_on); i++)
        variables += getenv(passed_on[i]) != NULL;
    (void)(ioctl(1, TIOCGWINSZ, &window) == 0 || ioctl(2, TIOCGWINSZ, &window));

    size_t start = begin_request(b, HELLO_ID, "hello", 3);
    put_name(b, "params"), put_map(b, 2);
    put_name(b, "version"), put_uint(b, PROTOCOL_VERSION);
    put_name(b, "client"), put_name(b, "initctl");
    end_request(b, start);

    start = begin_request(b, RUN_ID, "run", 4);
    put_name(b, "key"), put_name(b, key);
    put_name(b, "params"), put_map(b, 4);
    put_name(b, "argv"), put_number(b, 0xdd, (size_t)argc);
    for (int i = 0; i < argc; i++)
        put_text(b, argv[i]);
    put_name(b, "cwd"), put_text(b, getcwd(cwd, sizeof cwd) ? cwd : "/");
    put_name(b, "env"), put_map(b, variables);
    for (size_t i = 0; i < COUNT(passed_on); i++)
        if (getenv(passed_on[i]))
            put_name(b, passed_on[i]), put_text(b, getenv(passed_on[i]));
    put_name(b, "terminal"), put_map(b, 3);
    put_name(b, "out"), put_bool(b, isatty(1));
    put_name(b, "err"), put_bool(b, isatty(2));
    put_name(b, "columns"), put_uint(b, window.ws_col);
    return end_request(b, start);
}

enum kind { BAD, OTHER, INTEGER, BYTES, MAP };
struct value {
    enum kind kind;
    int64_t number; /* an INTEGER, the length of BYTES, the fields of a MAP */
    const uint8_t *bytes;
};
/* Reads values up to `end`; after the first bad one all are bad. */
struct cursor {
    const uint8_t *at, *end;
    bool bad;
};

/* The types 0xc0-0xdf: what they are, and the size of the number behind them (signed: negative). A launcher gets no
   arrays and no extensions. */
static const enum kind kinds[32] = {OTHER, BAD, OTHER, OTHER, BYTES, BYTES, BYTES, BAD, BAD, BAD, OTHER, OTHER, INTEGER,
                                    INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, BAD, BAD, BAD, BAD,
                                    BAD, BYTES, BYTES, BYTES, BAD, BAD, MAP, MAP};
static const int sizes[32] = {0, 0, 0, 0, 1, 2, 4, 0, 0, 0, 4, 8, 1, 2, 4, 8, -1, -2, -4, -8, 0, 0, 0, 0, 0, 1, 2, 4, 0, 0, 2, 4};

static const uint8_t *take(struct cursor *c, uint64_t length) {
    c->bad |= length > (uint64_t)(c->end - c->at);
    return c->bad ? NULL : (c->at += length) - length;
}

static int64_t take_number(struct cursor *c, int size) {
    const uint8_t *at = take(c, (uint64_t)abs(size));
    uint64_t number = at && size < 0 && (at[0] & 0x80) ? UINT64_MAX : 0;
    for (int i = 0; at && i < abs(size); i++)
        number = number << 8 | at[i];
    return (int64_t)number;
}

/* The next value; of a map only its size. */
static struct value next(struct cursor *c) {
    const uint8_t *first = take(c, 1);
    uint8_t type = first ? *first : 0xc1;
    struct value v = {INTEGER, (int8_t)type, NULL};
    if (type >= 0xc0 && type < 0xe0)
        v = (struct value){kinds[type - 0xc0], take_number(c, sizes[type - 0xc0]), NULL};
    else if (type >= 0x80 && type < 0xc0)
        v = (struct value){type < 0x90 ? MAP : type < 0xa0 ? BAD : BYTES, type & (type < 0xa0 ? 0x0f : 0x1f), NULL};
    if (v.kind == BYTES)
        v.bytes = take(c, (uint64_t)v.number);
    c->bad |= v.kind == BAD;
    return v;
}

static bool is_name(struct value v, const char *name) {
    return v.bytes && (size_t)v.number == strlen(name) && !memcmp(v.bytes, name, strlen(name));
}

/* What a launcher can get from the daemon: the fields of a frame. Those of maps within it are read as if they were its
   own, since no two share a name. */
enum field { ID, FD, DATA, RESULT, ERROR, TEXT, FIELDS };

static bool decode_frame(const struct buffer *b, struct value fields[FIELDS]) {
    static const char *const names[FIELDS] = {"id", "fd", "data", "result", "error", "text"};
    struct cursor c = {b->bytes, b->bytes + b->length, false};
    struct value map = next(&c);
    memset(fields, 0, FIELDS * sizeof *fields);
    for (int64_t left = map.kind == MAP ? map.number : 0; left > 0 && !c.bad; left--) {
        struct value name = next(&c), v = next(&c);
        for (size_t i = 0; i < FIELDS; i++)
            if (is_name(name, names[i]))
                fields[i] = v;
        left += v.kind == MAP ? v.number : 0;
    }
    return !c.bad && fields[ID].kind == INTEGER;
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
    char path[4096];
    if (!session || !*session)
        snprintf(path, sizeof path, "%s/control.sock", dir && *dir ? dir : "/run/upstart");
    else
        snprintf(path, sizeof path, "%s", strncmp(session, prefix, strlen(prefix)) ? "" : session + strlen(prefix));
    int fd = connect_to(path);
    if (fd >= 0 || errno != EACCES)
        return fd;
    strcpy(strrchr(path, '/'), "/query.sock");
    return connect_to(path);
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
    fail("The init daemon cannot be asked, and there is no Node to run ctl.js", -1);
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
    int fd = encode_requests(&requests, argc, argv) ? reach_daemon() : -1;
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
