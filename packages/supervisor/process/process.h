/* The processes of jobs, from the command that starts one until its end has been reported. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "loop/loop.h"

struct log;

/* Where following the forks of a process is (reference: jobs 5.1). */
enum trace {
	TRACE_NONE,
	/* Asked to be traced; its exec has not been seen. */
	TRACE_NEW,
	TRACE_NORMAL,
	/* A child that has just been forked; its first stop has not been seen. */
	TRACE_NEW_CHILD,
};

#define NOT_KNOWN (-1)

/* What a process was started with, for a standing order (ending.h). */
struct kept {
	/* The id of the order; 0: there is none. */
	uint64_t order;
	/* The body of the SPAWN frame. */
	uint32_t length;
	uint8_t body[];
};

/* Bytes of it at most; a process that was started with more is not kept. */
#define KEPT_MAX (16u * 1024)

struct process {
	struct garbage garbage;
	/* The id of the command that started it. */
	uint64_t id;
	struct process *next_with_id, *next_with_pid;
	struct log *log;
	/* NULL: it cannot be started again. */
	struct kept *kept;
	/* The error pipe, until the program runs. */
	struct watch exec_pipe;
	/* A process that is not our child: readable when it has ended. */
	struct watch pidfd;
	/* Before its end: there was no pidfd to be had. After it: how long the report waits for the log. */
	struct timer timer;
	/* Its end: microseconds, and kilobytes at most. */
	int64_t user_time, system_time, memory;
	/* A wait status, or NOT_KNOWN. */
	int status;
	/* The job's process now. Changes when forks are followed. */
	pid_t pid;
	/* An `enum trace`; how many forks have been followed, and how many there will be. */
	int trace, forks, forks_wanted;
	/* Signal of the last stop, 0 when running: as reported, and as it is. */
	int stop_reported, stop_now;
	/* It has been reaped; the report waits for the log. */
	bool ended;
};

/* What there is to say of a process that has just been made is the caller's to fill in. NULL: no memory. */
struct process *process_new(uint64_t id);
void process_free(struct process *process);
/* Keeps the body of the frame that has started it, if it is not too large. */
void process_keep(struct process *process, const uint8_t *body, size_t length);

struct process *process_by_id(uint64_t id);
struct process *process_by_pid(pid_t pid);
void process_set_pid(struct process *process, pid_t pid);
/* From here on its pid may be given to another process. */
void process_forget_pid(struct process *process);
void process_each(void (*visit)(struct process *process, void *data), void *data);
size_t process_count(void);

#endif
