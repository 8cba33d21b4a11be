/*
 * The parts of the logger. One lock is held by whoever does anything; it is given up only to wait: for events (main.c), for a disk
 * (files.c), and for whoever reads standard output (output.c).
 */
#ifndef LOGGER_H
#define LOGGER_H

#include <pthread.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "messages.h"

/* What is kept of one log while its file cannot be written; what comes then is dropped and counted. */
#define LOG_BUFFER (128u * 1024)
/* A longer line of standard output is divided. */
#define LINE_LONGEST (60u * 1024)
/* What waits for standard output to be read, or for standard error. */
#define QUEUE_SIZE (1024u * 1024)
/* What is read at a time. */
#define STAGE_SIZE (16u * 1024)
/* A longer label is cut. */
#define LABEL_MAX 1024

/*
 * A log. It lies in memory that outlives the logger, which can be killed between any two instructions: what is atomic is true at
 * every moment. Where output lies in a ring is a span: where it begins, and above that its length, so that both change at once.
 */
struct log {
	/* The same for no two logs, and in the order in which processes were started; 0: nothing has been here. */
	_Atomic uint64_t sequence;
	/* What has not been written yet, and how many bytes were dropped behind that. */
	_Atomic uint64_t span, missing;
	/* A write of so many bytes from the beginning of the span `before` has begun (0: none), to this file of this size. */
	_Atomic uint64_t writing;
	uint64_t before, device, inode, size;
	/* How much has come of the line that is to be copied next; whether the file ends within a line. */
	_Atomic uint64_t line_length, mid_line;
	/* What is wrong with the file and has been reported, and how much has been dropped since. */
	_Atomic uint64_t reported, dropped;
	uint32_t flags;

	/* From here to the label: of this logger only. In the order in which they are written. */
	struct log *next_in_file;
	/* NULL: its output goes into no file. */
	struct file *file;
	uint64_t id;
	/* Where it is read, or -1. */
	int master;
	/* Its process has ended, and the drain has to be reported. It is not read for want of room, or all is read; since when. */
	bool ended, asked, paused;
	int64_t since;
	/* How often it was looked at since it was read; what was read since its process ended; what it adds to all that is kept. */
	unsigned idle;
	size_t drained, cost;

	char label[LABEL_MAX];
	char ring[LOG_BUFFER] __attribute__((aligned(4096)));
	char line[LINE_LONGEST];
};

/* Lines for a standard descriptor. */
struct queue {
	_Atomic uint64_t span, left_out;
	char ring[QUEUE_SIZE];
};

/* Bytes on their way into a log, and what that was before, so that taking them can be repeated. */
struct stage {
	/* 0: no log's. */
	_Atomic uint64_t sequence;
	uint64_t id, span, missing, dropped;
	/* How many of them are in lines that were copied, and above that what `line_length` is then. */
	_Atomic uint64_t copied;
	/* 0xFF, which text never holds, where nothing has been read. */
	uint8_t bytes[STAGE_SIZE];
};

extern struct memory {
	struct queue queues[2];
	struct stage stage;
	struct log logs[LOG_PLACES] __attribute__((aligned(4096)));
} * memory;

static inline size_t length_of(uint64_t span) {
	return span >> 32;
}

static inline bool span_is_sound(uint64_t span, size_t size) {
	return (uint32_t)span < size && length_of(span) <= size;
}

/* A log file. */
struct file {
	char *path;
	struct file *next_queued, *next_in_trouble;
	struct log *logs;
	bool queued;
	/* What is wrong, 0: nothing. While it is `failing` it is not written until `due`. */
	int error;
	bool failing, said, said_rotation;
	uint64_t dropped, said_dropped;
	int64_t due, pause;
	/* The writer's own: -1, or open, as which file; when that was made; whether it ends within a line. */
	int fd;
	dev_t device;
	ino_t inode;
	int64_t born;
	bool mid_line;
};

/* main.c */
extern pthread_mutex_t lock;
extern int events_fd;
int64_t now_ms(void);
/* Has logs_look and files_look called in so many milliseconds, or earlier. */
void wake_in(int64_t milliseconds);
/* False: there is no room for the message; logs_look and files_look are called soon. */
bool tell(enum message_type type, uint64_t id, const char *path, int64_t error, int64_t count);
/* There is no memory: the next logger continues where this one was. */
_Noreturn void give_up(void);
void thread_start(void *(*run)(void *data), void *data);
/* The span with bytes that are put behind it, and without its first bytes. */
uint64_t ring_put(char *ring, size_t size, uint64_t span, const void *bytes, size_t count);
uint64_t ring_drop(size_t size, uint64_t span, size_t count);

/* read.c. FULL: there is no room, and it is worth waiting for. */
enum pumped { EMPTY, FULL, ENOUGH };
/* Reads about so many bytes of a log's output, if there are as many. */
enum pumped pump(struct log *log, size_t most);
/* A line that says how much is missing, where the ring is empty. */
void put_note(struct log *log);
/* What there is of the last line is all of it. */
void end_line(struct log *log);
/* Takes what the logger before this one was reading when it was killed. */
void stage_open(void);
/* Whether what it has left of a log can be what it was. */
bool is_sound(const struct log *log);

/* logs.c */
void logs_add(const struct whole_message *message, int master);
void logs_finish(uint64_t id);
/* It can be read, or was written: takes it as far as it gets. */
void log_go(uint64_t id);
void logs_look(void);
/* Takes what the terminals hold; at the end what there is of a line is all of it. */
void logs_empty(bool is_end);

/* files.c */
void *write_files(void *unused);
/* The log writes to the file, and does not any more. */
void file_attach(struct log *log, const char *path);
void file_detach(struct log *log);
bool has_output(const struct log *log);
bool is_being_written(const struct log *log);
/* It has something to be written, or is to be closed. */
void file_queue(struct file *file);
void file_failed(struct file *file, int error);
void file_dropped(struct file *file, uint64_t dropped);
/* What is in trouble is tried again at once. */
void files_hurry(void);
void files_look(void);
bool files_are_idle(void);

/* file.c; all but the first two are the writer's, without the lock. */
void files_rotate(const int64_t numbers[3]);
void files_keep_folder(const struct whole_message *message);
/*
 * Makes sure that the file is open and is the one to write to (reference: jobs 9). 0, and what it looks like now, or an error
 * number. A file that cannot be rotated is written on, and `rotation_error` says why.
 */
int file_open(struct file *file, struct stat *state, int *rotation_error);
/* True: it was renamed or deleted during a write, whose bytes are not in it any more and have to be written again. */
bool file_take_back(struct file *file, off_t size_before, size_t count);
void file_close(struct file *file);

/* output.c */
void output_open(void);
/* A line in two pieces, without its end, for LOG_TO_OUTPUT or LOG_TO_ERROR. */
void output_line(unsigned target, const char *label, const struct iovec pieces[2]);
bool output_is_idle(void);

#endif
