/* What supervisor and daemon send each other, and what one image of the supervisor leaves to the next (PROTOCOL.md). */
#pragma once

#include "frame_table.h"
#include "loop/loop.h"

/* What the supervisor itself sends is much smaller than FRAME_BODY_MAX: at most one path. */
#define FRAME_TEXT_MAX 7168

/* A frame that has arrived: its header as it stands there, and `length` bytes of fields. */
struct frame {
	uint32_t length;
	uint16_t type, version;
	uint64_t id;
	const uint8_t *body;
	/* Its id is that of a command. */
	bool is_command;
};

struct field {
	uint16_t tag, zero;
	uint32_t length;
	const uint8_t *data;
};

/* Takes the first frame of `bytes`: its size, 0 when it is not complete, -1 and why when no daemon may send it. */
long frame_take(const uint8_t *bytes, size_t length, struct frame *frame, const char **why);
/* Whether these bytes could be the body of such a frame. */
bool frame_fits(enum frame_type type, const uint8_t *body, size_t length);

/* The field after this one ({0}: the first one) of a frame that `frame_take` has accepted. False: there is none. */
bool field_next(const struct frame *frame, struct field *field);
int64_t field_number(const struct field *field);
/* The field with this tag; {0} when there is none. */
struct field frame_field(const struct frame *frame, enum field_tag tag);
/* The number in the field with this tag; 0 when it has none. */
int64_t frame_get(const struct frame *frame, enum field_tag tag);

/* A field to be written: a number, or a text. The list of them ends with tag 0. */
struct field_value {
	enum field_tag tag;
	int64_t number;
	const char *text;
};
#define NUMBER(tag, value) ((struct field_value){TAG_##tag, (int64_t)(value), NULL})
#define TEXT(tag, value) ((struct field_value){TAG_##tag, 0, value})
#define FIELDS(...) ((const struct field_value[]){__VA_ARGS__, {0}})

/* Writes a frame of less than 8 KiB: its size. A text of more than FRAME_TEXT_MAX bytes is cut. */
size_t frame_write(uint8_t *bytes, enum frame_type type, uint64_t id, const struct field_value *values);

/* ---- reports.c: those that no daemon has acknowledged yet ---- */
/* Bytes; never more than REPORTS_MAX. From here on nothing is reaped and no signal taken: the rest is for answers to commands, and ends already reaped. */
#define REPORTS_FULL (REPORTS_MAX / 2)
/* From here on changes that cancel each other out (stopped, continued) are not reported one by one. */
#define REPORTS_MANY (REPORTS_MAX / 128)

size_t reports_size(void);
#define reports_have_room() (reports_size() < REPORTS_FULL)
#define reports_are_many() (reports_size() >= REPORTS_MANY)
/* Whether a command may still be carried out, which can take a few reports. */
#define reports_can_answer() (reports_size() < REPORTS_MAX - REPORTS_FULL / 4)

/* Makes a report with the next number: report_add(REPORT_STOPPED, NUMBER(PROCESS, id), NUMBER(SIGNAL, signal)). */
#define report_add(type, ...) reports_add_values(type, FIELDS(__VA_ARGS__))
void reports_add_values(enum frame_type type, const struct field_value *values);
/* False: no report with this number has ever been made. */
bool reports_acknowledge(uint64_t number);
/* The number of the last report, and of the last one that was acknowledged (0: none yet). To be read only. */
extern uint64_t reports_last, reports_acknowledged;

/* The next daemon gets all once more, behind a greeting of so many bytes: where to write that. NULL: too many. */
uint8_t *reports_rewind(size_t greeting);
/* Sends the daemon what it has not been sent, as far as that is taken at once. Whether that was all. */
bool reports_send(int fd);

/* ---- state_file.c: the form of the file in which an image leaves its state; upgrade.c has its parts ---- */
/* The file that is being written, or the entry of it that has been read. Each part has one function for both. */
struct state_file {
	/* NULL while reading. */
	FILE *out;
	const char *key;
	size_t key_length;
	int64_t number;
	/* NULL for a number. */
	const uint8_t *bytes;
	size_t length;
};

/* Each writes an entry, or sets the variable if that entry has been read. Returns whether it has set it. */
#define keep(state, key, variable) keep_number(state, key, &(variable), sizeof(variable))
bool keep_number(struct state_file *state, const char *key, void *number, size_t size);
/* Into a buffer of `most` bytes. */
bool keep_bytes(struct state_file *state, const char *key, void *bytes, size_t *length, size_t most);
/* The next image gets the descriptor; -1 for one that is not open. */
bool keep_descriptor(struct state_file *state, const char *key, int *fd);

/* Whether the entry that has been read is this one. */
bool entry_is(const struct state_file *state, const char *key);
/* Reads the entry at `*at`, which is moved behind it. False at the end, or when the text is not one. */
bool state_next(const char **at, const char *end, struct state_file *state);

void reports_keep(struct state_file *state);

/* ---- files.c: descriptors that clients of the daemon send, and listening sockets; listen.c opens these ---- */
/* Reports the process at the other end of a socket of the daemon's, after connecting that if there is an address: it sees this process. */
void find_peer(const struct frame *frame);
/* Reports once what the daemon can read from a socket, and takes over the descriptor that comes with it; or that a connection waits. */
void look_at(const struct frame *frame);
void looks_end(void);
/* The descriptor that came in the report `id`; -1 with the reason in errno. */
int file_of(uint64_t id);
/* Takes over a descriptor, which gets the number of the next report; 0: there is no room, it was closed. */
uint64_t file_add(int fd);
/* A socket of this type that listens at a sockaddr; -1 with the reason in errno, and as what `listen_at` reports for it. */
int open_listener(int type, const void *address, size_t length, int *step);
/* Opens a listening socket, and reports its number or at which step it failed. */
void listen_at(const struct frame *frame);
/* Closes those that came in a report up to the frame's id and are not among its fields. */
void files_keep_only(const struct frame *frame);
void files_keep(struct state_file *state);

/* ---- link.c: the connection to the daemon, of which there is one at most; commands.c: what comes over it ---- */
/* There is none, or how far the daemon has got: it says so itself, and never goes back. */
enum daemon_state { ABSENT, STARTING, RECOVERING, RECOVERED, READY, REPLACING, ENDING, STATES };
/* In daemon.c: it has got so far (`status` belongs to ENDING); and the connection is over, or what came over it was nonsense. */
void daemon_said(enum daemon_state said, int status);
void daemon_hung_up(bool after_nonsense);

/* Begins a connection to a new daemon over `fd`, which it owns unless it returns false, with the supervisor's state. */
bool link_connect(int fd);
/* Carries out what a dead daemon has sent. */
void link_drain(void);
void link_disconnect(void);
/* Sends nothing any more, which tells the daemon that its END has arrived. */
void link_end(void);
/* Sends what there is to send. */
void link_turn(void);

/* Carries out a frame that `frame_take` has accepted. NULL, or what is wrong with it. */
const char *command_carry_out(const struct frame *frame);
/* The id of the last command that has been carried out, over all daemons. */
extern uint64_t command_last;
/* What the daemon before has said for the next one, whose meaning is theirs; "" when there is nothing. */
extern char note_kept[NOTE_MAX + 1];

void commands_keep(struct state_file *state);
