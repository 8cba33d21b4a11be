/*
 * The parts of the logger. One lock is held by whoever does anything; it is given up only to wait: for events (main.c), for a disk
 * (files.c), and for whoever reads standard output (output.c).
 */
#pragma once

#include <limits.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "frame_table.h"
#include "messages.h"

/* What is kept of one file while it cannot be written; what comes then is dropped and counted. */
#define FILE_BUFFER (128u * 1024)
/* A longer line of standard output is divided. */
#define LINE_LONGEST (60u * 1024)
/* What waits for standard output to be read, or for standard error. */
#define QUEUE_SIZE (1024u * 1024)
/* What is read at a time. */
#define STAGE_SIZE (16u * 1024)
/* A longer label is cut. */
#define LABEL_MAX 1024
/* What is kept of all files to which no process writes any more. Less in tests. */
#ifndef LOG_KEPT_MAX
#define LOG_KEPT_MAX (16u * 1024 * 1024)
#endif
/* What it takes to keep a file, without its output. */
#define KEPT_COST 4096u
/* Each log may have a file of its own, and there are those that are kept. */
#define FILE_PLACES (LOG_PLACES + LOG_KEPT_MAX / KEPT_COST)
#define PAGE_ALIGNED __attribute__((aligned(4096)))

/*
 * Logs and files lie in memory that outlives the logger, which can be killed between any two instructions: what is atomic is true at
 * every moment. Where output lies in a ring is a span: where it begins, and above that its length, so that both change at once.
 */
struct file {
	_Atomic bool is_used;
	/* What has not been written yet, and how many bytes were dropped behind that. */
	_Atomic uint64_t span, missing;
	/* What is wrong with it and has been reported, 0: nothing; and how much has been dropped since. */
	_Atomic uint64_t error, dropped;
	/* A write of so many bytes from the beginning of the span `before` has begun (0: none), to this file of this size. */
	_Atomic uint64_t writing;
	uint64_t before, device, inode, size;
	/* Whether it ends within a line. */
	_Atomic bool mid_line;

	/* From here to the path: of this logger only. */
	struct file *next_queued, *next_in_trouble;
	struct log *logs;
	/* While it is failing it is not written until `due`; with an error and not failing, that is over then. */
	bool queued, failing, said_rotation;
	int64_t due, pause;
	uint64_t said_dropped;
	/* How much was written or dropped; how often it was looked at since; what it adds to all that is kept. */
	uint64_t taken;
	unsigned idle;
	size_t cost;
	/* The writer's own: -1, or open, as which file; when that was made. */
	int fd;
	dev_t device_open;
	ino_t inode_open;
	int64_t born;

	char path[PATH_MAX + 1];
	char ring[FILE_BUFFER] PAGE_ALIGNED;
};

struct log {
	/* The same for no two logs; 0: nothing has been here. */
	_Atomic uint64_t sequence;
	/* How much has come of the line that is to be copied next. */
	_Atomic uint64_t line_length;
	uint32_t flags;

	/* From here to the label: of this logger only. */
	struct log *next_in_file;
	/* NULL: its output goes into no file. */
	struct file *file;
	uint64_t id;
	/* Where it is read; -1: all is read. */
	int master;
	/* Its process has ended; and it is not read for want of room. */
	bool ended, paused;
	/* Since when it is paused or all is read; and how much of the file is to be taken then. */
	int64_t since;
	uint64_t until;
	/* What was read since its process ended. */
	size_t drained;

	char label[LABEL_MAX];
	char line[LINE_LONGEST];
} PAGE_ALIGNED;

/* Lines for a standard descriptor. */
struct queue {
	_Atomic uint64_t span, left_out;
	char ring[QUEUE_SIZE];
};

/* Bytes on their way into a file and lines of a log, and what those were before, so that taking them can be repeated. */
struct stage {
	_Atomic bool is_used;
	/* Places, each counted from 1; 0: none. */
	uint64_t file, log;
	uint64_t span, missing, dropped;
	/* How many of them are in lines that were copied, and above that what `line_length` is then. */
	_Atomic uint64_t copied;
	/* 0xFF, which text never holds, where nothing has been read. */
	uint8_t bytes[STAGE_SIZE];
};

extern struct memory {
	struct queue queues[2];
	struct stage stage;
	/* From here on none has been used. */
	_Atomic uint64_t files_end;
	struct file files[FILE_PLACES] PAGE_ALIGNED;
	struct log logs[LOG_PLACES] PAGE_ALIGNED;
} * memory;

static inline size_t length_of(uint64_t span) {
	return span >> 32;
}

static inline bool span_is_sound(uint64_t span, size_t size) {
	return (uint32_t)span < size && length_of(span) <= size;
}

/* The span with bytes that are put behind it, and without its first bytes. */
uint64_t ring_put(char *ring, size_t size, uint64_t span, const void *bytes, size_t count);
uint64_t ring_drop(size_t size, uint64_t span, size_t count);

/* main.c */
extern pthread_mutex_t lock;
extern int events_fd;
int64_t now_ms(void);
/* Has logs_look and files_look called in so many milliseconds, or earlier. */
void wake_in(int64_t milliseconds);
/* Both wait until there is room for the message: the supervisor never waits for the logger. */
void tell(enum message_type type, uint64_t id);
void report(enum frame_type type, const char *path, uint64_t error, int64_t count);
#define NO_COUNT (-1)
/* There is no memory: the next logger continues where this one was. */
#define give_up() _exit(1)
void thread_start(void *(*run)(void *data), void *data);

/* logs.c */
void logs_add(const struct whole_message *message, int master);
void logs_finish(uint64_t id);
/* It can be read, or its file was written: takes it as far as it gets. */
void log_go(uint64_t id);
void logs_look(void);
/* Init has ended: takes what the terminals hold, and what there is of a line is all of it. */
void logs_empty(void);

/* read.c. FULL: there is no room, and it is worth waiting for. */
enum pumped { EMPTY, FULL, ENOUGH };
/* Reads about so many bytes of a log's output, if there are as many. */
enum pumped pump(struct log *log, size_t most);
/* A line that says how much is missing, where the ring is empty. */
void put_note(struct file *file);
/* What there is of the last line is all of it. */
void end_line(struct log *log);
/* Takes what the logger before this one was reading when it was killed. */
void stage_open(void);

/* files.c */
/* Takes what the logger before this one has not written. */
void files_open(void);
void *write_files(void *unused);
/* The log writes to the file, and does not any more. */
void file_attach(struct log *log, const char *path);
void file_detach(struct log *log);
bool has_output(const struct file *file);
/* It has something to be written, or is to be closed. */
void file_queue(struct file *file);
void file_failed(struct file *file, int error);
/* If it is in trouble it is tried again at once; and each of them. */
void file_hurry(struct file *file);
void files_hurry(void);
void files_look(void);
bool files_are_idle(void);

/* file.c; all but the first two are the writer's, without the lock. Bytes, seconds, old files to keep. */
extern _Atomic int64_t rotation[3];
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
