/* The frames between supervisor and daemon, as PROTOCOL.md describes them. */
#ifndef FRAMES_H
#define FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_VERSION 1
#define FRAME_HEADER 16
#define FIELD_HEADER 8
#define FRAME_BODY_MAX (2u * 1024 * 1024)
/* What the supervisor itself sends is much smaller: at most one path. */
#define FRAME_OUT_MAX 8192
/* Numbers that name things are exact in the daemon's double-precision numbers. */
#define FRAME_ID_MAX ((INT64_C(1) << 53) - 1)

enum frame_type {
	/* daemon to supervisor */
	FRAME_READY = 1,
	FRAME_SPAWN = 2,
	FRAME_SIGNAL = 3,
	FRAME_FLUSH_LOGS = 4,
	FRAME_ACK = 5,
	FRAME_END = 6,
	FRAME_REPLACE = 7,
	FRAME_LOG_ROTATION = 8,
	FRAME_KILL_CGROUP = 9,
	FRAME_SAY = 10,
	FRAME_AGAIN = 11,
	FRAME_NOT_AGAIN = 12,
	FRAME_NOTE = 13,
	FRAME_BEGUN = 14,
	FRAME_LOG_FOLDER = 15,
	/* supervisor to daemon */
	FRAME_HELLO = 32,
	FRAME_PROCESS = 33,
	FRAME_TABLE_END = 34,
	/* supervisor to daemon: reports, which have a sequence number */
	REPORT_SPAWNED = 64,
	REPORT_SPAWN_FAILED = 65,
	REPORT_EXECED = 66,
	REPORT_EXITED = 67,
	REPORT_VANISHED = 68,
	REPORT_STOPPED = 69,
	REPORT_CONTINUED = 70,
	REPORT_FORKED = 71,
	REPORT_EXEC_CHANGED = 72,
	REPORT_EXPECT_MET = 73,
	REPORT_SIGNALLED = 74,
	REPORT_LOG_DISABLED = 75,
	REPORT_LOG_TROUBLE = 76,
	REPORT_SIGNAL = 77,
	REPORT_LOG_PIPE = 78,
	REPORT_SURVIVORS = 79,
	REPORT_LOG_DROPPED = 80,
	REPORT_LOG_RESTORED = 81,
	REPORT_LOG_NOT_ROTATED = 82,
};

enum field_tag {
	TAG_PROCESS = 1,
	TAG_PID = 2,
	TAG_SIGNAL = 3,
	TAG_ERRNO = 4,
	TAG_STEP = 5,
	TAG_DETAIL = 6,
	TAG_CODE = 7,
	TAG_CORE = 8,
	TAG_USER_TIME = 9,
	TAG_SYSTEM_TIME = 10,
	TAG_MAX_RSS = 11,
	TAG_OLD_PID = 12,
	TAG_COMMAND = 13,
	TAG_PATH = 14,
	TAG_LAST_COMMAND = 15,
	TAG_SUBREAPER_ERRNO = 16,
	TAG_WHOLE_GROUP = 17,
	TAG_STATUS = 18,
	TAG_ROTATE_SIZE = 19,
	TAG_ROTATE_AGE = 20,
	TAG_ROTATE_KEEP = 21,
	TAG_COUNT = 22,
	TAG_MODE = 23,
	TAG_OWNER = 24,
	TAG_OWNER_GROUP = 25,
	TAG_PARENTS = 26,
	TAG_ARGUMENT = 32,
	TAG_ENVIRONMENT = 33,
	TAG_SCRIPT = 34,
	TAG_CONSOLE = 35,
	TAG_LOG_PATH = 36,
	TAG_TRACE_FORKS = 37,
	TAG_UMASK = 38,
	TAG_NICE = 39,
	TAG_OOM_SCORE = 40,
	TAG_CHROOT = 42,
	TAG_CHDIR = 43,
	TAG_USER = 44,
	TAG_GROUP = 45,
	TAG_APPARMOR = 46,
	TAG_DEBUG_STOP = 47,
	TAG_IMPOSSIBLE = 48,
	TAG_CGROUP = 49,
	TAG_JOB_CGROUP = 50,
	TAG_OUTPUT_LABEL = 51,
	TAG_KEEP = 52,
	TAG_LIMIT = 53,
};

struct frame_header {
	uint32_t length;
	uint16_t type;
	uint16_t version;
	uint64_t id;
};

/* A frame that has arrived. `body` is `header.length` bytes of fields. */
struct frame {
	struct frame_header header;
	const uint8_t *body;
};

struct field {
	uint16_t tag;
	uint32_t length;
	const uint8_t *data;
};

/* Where `fields_next` is in a body. */
struct fields {
	const uint8_t *at;
	const uint8_t *end;
};

/*
 * Takes one frame off the beginning of `bytes`: its size; 0 when it is not complete yet; -1 when it can never be right
 * or is not one that a daemon may send, with the reason in `*why`.
 */
long frame_take(const uint8_t *bytes, size_t length, struct frame *frame, const char **why);

/* Whether these bytes could be the body of such a frame. */
bool frame_fits(enum frame_type type, const uint8_t *body, size_t length);

/* The fields of a frame that `frame_take` has accepted, one after another. */
struct fields fields_of(const struct frame *frame);
bool fields_next(struct fields *fields, struct field *field);
int64_t field_number(const struct field *field);

/* A frame being written. */
struct frame_out {
	size_t length;
	uint8_t bytes[FRAME_OUT_MAX];
};

void frame_begin(struct frame_out *out, enum frame_type type, uint64_t id);
void frame_number(struct frame_out *out, enum field_tag tag, int64_t value);
/* Text that does not fit is cut. */
void frame_text(struct frame_out *out, enum field_tag tag, const char *text);

#endif
