/* What the launcher sends: msgpack, as packages/protocol/README.md describes it. */
#define _GNU_SOURCE
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "launcher.h"

#define PROTOCOL_VERSION 1
#define MAX_REQUEST (1024u * 1024u) /* bytes of a frame's body, as the daemon has it */
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* What commands may want to know of the environment. */
static const char *const passed_on[] = {"UPSTART_JOB", "UPSTART_INSTANCE", "UPSTART_SESSION", "XDG_RUNTIME_DIR", "HOME",
                                        "COLUMNS", "NO_COLOR", "TERM", "LC_ALL", "LC_COLLATE", "LANG"};

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

bool encode_requests(struct buffer *b, int argc, char **argv) {
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
