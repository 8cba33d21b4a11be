/* The processes of jobs, from the command that starts one until its end has been reported. */
#pragma once

#include <sys/resource.h>

#include "link/frames.h"

struct log;

/* How far the forks of a process have been followed (reference: jobs 5.1). */
enum trace {
	TRACE_NONE,
	/* Asked to be traced; its exec has not been seen. */
	TRACE_NEW,
	TRACE_NORMAL,
	/* A child that has just been forked; its first stop has not been seen. */
	TRACE_NEW_CHILD,
};

#define NOT_KNOWN (-1)

/* Bytes of a SPAWN frame at most, for a standing order. A process that was started with more gets none. */
#define ORDER_MAX (16u * 1024)

/* How a process reports about itself (notify.c). */
struct notify {
	struct watch watch;
	struct timer pause;
	/* A socket, or a pipe if `access` is 0. -1: it says nothing of itself, or has done so. */
	int fd, access;
	/* The session of the main process. */
	pid_t session;
	/* The cost of the messages since the last pause. */
	int spent;
	/* The number of the last report of WATCHDOG=1 alone. */
	uint64_t fed;
};

struct process {
	struct garbage garbage;
	/* The id of the command that started it. */
	uint64_t id;
	struct process *next_with_id, *next_with_pid;
	struct log *log;
	struct notify notify;
	/* The standing order: a SPAWN frame, which is carried out when it ends if its id is not 0. NULL: it is not orderable. */
	struct frame *order;
	/* The error pipe, until the program runs. */
	struct watch exec_pipe;
	/* A process that is not our child: readable when it has ended. */
	struct watch pidfd;
	/* Before its end: until a pidfd is tried again. After it: how long the report waits for the log. */
	struct timer timer;
	/* When its group gets SIGKILL, whether or not there is a daemon then. */
	struct timer deadline;
	/* Its end: what it has used, in microseconds and KiB, and a wait status or NOT_KNOWN. */
	int64_t user_time, system_time, max_rss;
	int status;
	/* The job's process now. Changes when forks are followed. */
	pid_t pid;
	/* An `enum trace`; how many forks have been followed, and how many there will be. */
	int trace, forks, forks_wanted;
	/* Not 0: its process group ends with it, and with a SIGKILL all of its family. */
	int takes_group;
	/* It has been reaped; the report waits for the log. */
	bool ended;
};

/* The table. The caller fills in the rest of a new one. NULL: no memory. */
struct process *process_new(uint64_t id);
void process_free(struct process *process);
/* Makes it orderable: keeps a copy of the frame that has started it, if that is not too large. No order stands. */
void order_keep(struct process *process, const struct frame *frame);
struct process *process_by_id(uint64_t id);
/* Not one that has ended. */
struct process *process_by_pid(pid_t pid);
void process_set_pid(struct process *process, pid_t pid);
void process_each(void (*visit)(struct process *process, void *data), void *data);
extern size_t process_count;
/* Reads /proc/PID/NAME as a text, which is cut where there is no room. False: it cannot be read, or is empty. */
bool proc_text(pid_t pid, const char *name, char *text, size_t room);

/* Carries out a SIGNAL command: 0 or the error number. */
int process_signal(struct process *process, int signal, bool group);
/* Its group gets SIGKILL at this time of `loop_now`, in place of an earlier or later one. */
void process_set_deadline(struct process *process, int64_t due);

/* Watches for the end of `process->pid`, by `pidfd`, opened when it is -1. The process may be gone after this. */
void follow_begin(struct process *process, int pidfd);
/* A traced process has stopped: for us, or because of a signal. */
void trace_stopped(struct process *process, int status);

/* ---- notify.c ---- */

/* Makes what the SPAWN asks for, if anything: a socket, or a pipe. -1: it cannot, by errno. */
int notify_open(struct process *process);
/* The process has been cloned, or was the image's before this one: listens to it, if it may say something. */
void notify_begin(struct process *process);
/* It has ended: reports what it has said before. False: it has named another process, which is the job's now. */
bool notify_end(struct process *process);
void notify_close(struct process *process);

/* ---- handover.c ---- */

/* From one image of the supervisor to the next (PROTOCOL.md has the keys). The logs have been taken over before. */
void processes_keep(struct state_file *state);

void reap_soon(void);
bool reap_is_due(void);
/* After the descriptors of a turn, so that output and exec failures come before exits (reference: jobs 13). */
void reap_turn(void);
/* Gives the standing order for a process, under this id; 0: withdraws it. Nothing when it is not orderable. */
void order_set(struct process *process, uint64_t id);
/* Reports the end, by a wait status or NOT_KNOWN, after the output. The process may be gone after this. */
void process_ended(struct process *process, int status, const struct rusage *usage);
