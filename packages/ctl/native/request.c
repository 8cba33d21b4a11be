/* What the launcher sends: msgpack, as packages/protocol/README.md describes it. */
#define _GNU_SOURCE
#include <endian.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "parts.h"
#include "program.h"

#define PROTOCOL_VERSION 1
#define MAX_REQUEST (1024u * 1024u) /* bytes of a frame's body, as the daemon has it */

/* What commands may want to know of the environment. */
static const char *const passed_on[] = {"UPSTART_JOB",
                                        "UPSTART_INSTANCE",
                                        "UPSTART_SESSION",
                                        "XDG_RUNTIME_DIR",
                                        "HOME",
                                        "COLUMNS",
                                        "NO_COLOR",
                                        "TERM",
                                        "LC_ALL",
                                        "LC_COLLATE",
                                        "LANG"};

static void put(struct buffer *b, const void *bytes, size_t length) {
	reserve(b, b->length + length);
	memcpy(b->bytes + b->length, bytes, length);
	b->length += length;
}

/* Appends a value for each letter: `s` text of ours, `t` text of the user's, which may be no UTF-8, `m` the fields of a
   map, `a` the elements of an array, `u` a number, `b` a boolean. */
static void pack(struct buffer *b, const char *letters, ...) {
	static const char known[] = "stmaub";
	static const uint8_t types[] = {0xdb, 0xc6, 0xdf, 0xdd, 0xce, 0xc2};
	va_list values;
	va_start(values, letters);
	for (; *letters; letters++) {
		size_t kind = (size_t)(strchr(known, *letters) - known);
		const char *text = kind < 2 ? va_arg(values, const char *) : NULL;
		uint32_t number = htobe32(text ? (uint32_t)strlen(text) : va_arg(values, unsigned));
		put(b, &(uint8_t){types[kind] + (*letters == 'b' && number)}, 1);
		if (*letters != 'b')
			put(b, &number, sizeof number);
		if (text)
			put(b, text, strlen(text));
	}
	va_end(values);
}

/* Begins a frame with what all requests have; returns where its body begins. */
static size_t begin_request(struct buffer *b, unsigned id, const char *method, unsigned fields) {
	put(b, "\0\0\0\0", 4);
	size_t start = b->length;
	pack(b, "msuss", fields, "id", id, "method", method);
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
	unsigned variables = 0;
	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(key, sizeof key, "%d-%lld.%09ld", (int)getpid(), (long long)now.tv_sec, now.tv_nsec); /* used once */
	for (size_t i = 0; i < COUNT(passed_on); i++)
		variables += getenv(passed_on[i]) != NULL;
	(void)(ioctl(1, TIOCGWINSZ, &window) == 0 || ioctl(2, TIOCGWINSZ, &window));

	size_t start = begin_request(b, HELLO_ID, "hello", 3);
	pack(b, "smsuss", "params", 2, "version", PROTOCOL_VERSION, "client", "initctl");
	end_request(b, start);

	start = begin_request(b, RUN_ID, "run", 4);
	pack(b, "sssmsa", "key", key, "params", 4, "argv", argc);
	for (int i = 0; i < argc; i++)
		pack(b, "t", argv[i]);
	pack(b, "stsm", "cwd", getcwd(cwd, sizeof cwd) ? cwd : "/", "env", variables);
	for (size_t i = 0; i < COUNT(passed_on); i++)
		if (getenv(passed_on[i]))
			pack(b, "st", passed_on[i], getenv(passed_on[i]));
	pack(b, "smsbsbsu", "terminal", 3, "out", isatty(1), "err", isatty(2), "columns", window.ws_col);
	return end_request(b, start);
}
