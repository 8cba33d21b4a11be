/*
 * What the launcher makes of a daemon's answers: the bytes of a connection to it, in frames. It is compiled into this file, with
 * its output going nowhere and its end being the end of an input only.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"

static jmp_buf ended;

static _Noreturn void end(int status) {
	longjmp(ended, status + 1);
}

static volatile uint8_t looked_at;

static ssize_t look_at(int fd, const void *bytes, size_t length) {
	(void)fd;
	for (size_t i = 0; i < length; i++)
		looked_at = ((const uint8_t *)bytes)[i];
	return (ssize_t)length;
}

/* The text of a failure: the sanitizer sees what is read for it. */
static __attribute__((format(printf, 2, 3))) void say_nothing(int fd, const char *format, ...) {
	char text[4096];
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	look_at(fd, text, length < 0 || length >= (int)sizeof text ? sizeof text - 1 : (size_t)length);
}

/* The rest of the input, which is what the daemon sends. */
static const uint8_t *input;
static size_t input_length;

static ssize_t take_input(int fd, void *bytes, size_t length, int flags) {
	(void)fd;
	(void)flags;
	size_t taken = length < input_length ? length : input_length;
	memcpy(bytes, input, taken);
	input += taken;
	input_length -= taken;
	return (ssize_t)taken;
}

#define exit end
#define write look_at
#define recv take_input
#define dprintf say_nothing
#include "../../../packages/ctl/native/launcher.c"
#include "../../../packages/ctl/native/session.c"
#undef exit
#undef write
#undef recv
#undef dprintf

const char *program = "fuzz";
void run_under_node(const char *script, char **words) {
	(void)script;
	(void)words;
}

void fuzz_one(const uint8_t *bytes, size_t length) {
	input = bytes;
	input_length = length;
	if (setjmp(ended) == 0)
		exchange(-1, "", 0);
}
