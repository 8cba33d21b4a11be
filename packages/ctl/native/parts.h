/* What the launcher is made of. */
#ifndef PARTS_H
#define PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HELLO_ID 0
#define RUN_ID 1

struct buffer {
	uint8_t *bytes;
	size_t length, size;
};

/* launcher.c: has the daemon carry out the command line, and exits as it says. */
_Noreturn void launch(int argc, char **argv);
/* Makes room for `size` bytes; ends the program when there is no memory. */
void reserve(struct buffer *b, size_t size);

/* session.c: false if it is clear without a look at sessions which daemon the caller means. */
bool may_mean_session(void);

/* request.c: the hello and the run request. False if they are too long. */
bool encode_requests(struct buffer *b, int argc, char **argv);

enum kind { BAD, OTHER, INTEGER, BYTES, MAP };
struct value {
	enum kind kind;
	int64_t number; /* an INTEGER, the length of BYTES, the fields of a MAP */
	const uint8_t *bytes;
};

/* What a launcher can get from the daemon: the fields of a frame. Those of maps within it are read as if they were its
   own, since no two share a name. */
enum field { ID, FD, DATA, RESULT, ERROR, TEXT, FIELDS };

/* answer.c: the fields of a frame's body. False if it is none. */
bool decode_frame(const struct buffer *b, struct value fields[FIELDS]);

#endif
