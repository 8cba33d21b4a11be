/*
 * The parts of the logger. It has one thread: what it reads of a terminal it writes to the file before it does anything else. What a
 * kill must not cost lies in memory that the next logger gets; what is atomic there is true at every moment.
 */
#pragma once

#include <sys/stat.h>

#include "frame_table.h"
#include "loop/loop.h"
#include "messages.h"

/* What is kept of one file while it cannot be written; further output is dropped and counted. */
#define FILE_BUFFER (128u * 1024)
/* What is read, and then written, at a time: eight times what a terminal gives. A file that works takes up no more memory. */
#define READ_SIZE (8u * 4095)
/* A line of standard output that is longer than this, without its label and its end, is divided. */
#define LINE_LONGEST (60u * 1024)
/* What waits for standard output to be read, or for standard error. */
#define QUEUE_SIZE (1024u * 1024)
/* A longer label is cut. */
#define LABEL_MAX 1024
/* What it takes to keep a file, without its output. */
#define KEPT_COST 4096u
/* Each log may have a file of its own, and there are those that are kept. */
#define FILE_PLACES (LOG_PLACES + LOG_KEPT_MAX / KEPT_COST)
#define PAGE 4096u
#define PAGE_ALIGNED __attribute__((aligned(PAGE)))

/* A span says where bytes begin in a buffer, and above that how many they are, so that both change at once. */
#define length_of(span) ((size_t)((span) >> 32))
#define end_of(span) ((uint32_t)(span) + length_of(span))

struct file {
	/* The bytes that have not been written yet, behind which there are zeros (see `reading`); how many were dropped behind them. */
	_Atomic uint64_t span, missing;
	/* Why it cannot be written, which has been reported (0: nothing has), and how much has been dropped since. */
	_Atomic uint64_t error, dropped;
	/* One more than where in the buffer a write began that is under way, behind the first `size` bytes of this file. 0: none is. */
	_Atomic uint64_t written_from;
	uint64_t size, device, inode;
	/* Whether it ends within a line. */
	_Atomic bool mid_line;

	/* Of this logger only. */
	struct {
		/* 0: not open; and when that file was made. */
		int fd;
		time_t born;
		/* How many logs write to it. */
		unsigned logs;
		/* Nothing is written while it is failing. It stays in trouble for a while when it does not fail any more. */
		bool in_trouble, is_failing, said_rotation;
		uint64_t said_dropped;
	} own;

	/* Empty for output that goes into no file. */
	char path[PATH_MAX + 1];
	/* When the first of the bytes was read, in microseconds since the epoch, and of which process; and those behind the last stamp. */
	int64_t read_at, stamped_at;
	uint32_t writer, stamped_writer;
	/* And room for what is read to be dropped. */
	char bytes[FILE_BUFFER + READ_SIZE] PAGE_ALIGNED;
};

struct log {
	/* How many bytes of those that are being read are in `line` or in lines that were copied; above that the length of `line`. */
	_Atomic uint64_t copied;
	/* Where lines are copied to; the process that it was made for; the length of the label, with which each line begins. */
	uint32_t flags, writer, label;
	/* Of this logger only. */
	struct file *file;
	char line[LABEL_MAX + LINE_LONGEST + 1];
} PAGE_ALIGNED;

extern struct memory {
	/* Lines for standard output and standard error, and how many more there was no room for. */
	struct queue {
		_Atomic uint64_t span, left_out;
		char ring[QUEUE_SIZE];
	} queues[2];
	/* What is being read, 0: nothing: a log, and above that the place, from 1 on, of its file. All but zeros behind the span is new. */
	_Atomic uint64_t reading;
	/* Whether there is a file at each place. Behind a new place all are new, which are not looked at: they take up no memory. */
	_Atomic enum { PLACE_NEW, PLACE_USED, PLACE_FREE } places[FILE_PLACES];
	struct file files[FILE_PLACES] PAGE_ALIGNED;
	struct log logs[LOG_PLACES];
} * memory;

/* ---- main.c ---- */
/* Waits until there is room for the message, as all that is sent does: the supervisor never waits for the logger. */
void report(enum frame_type type, const struct file *file, uint64_t error, int64_t count);
#define NO_COUNT (-1)
/* There is no memory, or no descriptor: the next logger continues where this one was. */
#define give_up() _exit(1)
#define watch_or_give_up(...) (watch_start(__VA_ARGS__) < 0 ? give_up() : (void)0)

/* ---- logs.c ---- */
/* Takes what the logger before this one was reading when it was killed. */
void logs_open(void);
void log_add(const struct whole_message *message, int master);
/* Its process has ended, if it has one. */
void log_finish(uint64_t id);

/* ---- files.c ---- */
/* Takes over what the logger before this one has not written. */
void files_open(void);
/* The file of this path, which one more log writes to; and one log less writes to it. */
struct file *file_attach(const char *path);
void file_detach(struct file *file);
/* Closes all, which are opened again when they are written. False: none was open. */
bool files_close(void);
/* Writes all that there is, as far as that can be done. */
void file_write(struct file *file);
/* Tries again what is in trouble, and from time to time what stays so. */
void files_retry(struct timer *unused);

/* ---- path.c ---- */
/* The last LOG_SETTINGS. */
extern struct message settings;
const char *base_name(const char *path);
/* A file that may be written: its descriptor, or an error number below 0. */
int open_safe(const char *path, int flags, struct stat *state);
/* Makes sure that the right file is open, and notes which that is and its size (reference: jobs 9). 0, or an error number. */
int file_open(struct file *file);
/* True: it was renamed or deleted during a write, whose bytes are not in it any more and have to be written again. */
bool file_take_back(const struct file *file, size_t count);
void file_close(struct file *file);

/* ---- index.c ---- */
/* Notes when the output behind the first `size` bytes was read, unless the stamp before is as good. */
void index_stamp(struct file *file);

/* ---- output.c ---- */
void output_open(void);
/* A line without its end, for LOG_TO_OUTPUT or LOG_TO_ERROR. */
void output_line(unsigned target, const char *line, size_t length);
/* Writes what the readers take now. False: there is more, and the logger is woken when they take that. */
bool output_write(void);
