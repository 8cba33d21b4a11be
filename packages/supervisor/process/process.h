/* The processes of jobs, from the command that starts one until its end has been reported. */
#ifndef PROCESS_H
#define PROCESS_H

#include <sys/resource.h>
#include <sys/types.h>

#include "loop/loop.h"
#include "link/state_file.h"

struct log;
struct cgroup_use;
struct kept;

/* Where following the forks of a process is (reference: jobs 5.1). */
enum trace {
	TRACE_NONE,
	/* Asked to be traced; its exec has not been seen. */
	TRACE_NEW,
	TRACE_NORMAL,
	/* A child that has just been forked; its first stop has not been seen. */
	TRACE_NEW_CHILD,
};

struct process {
	struct garbage garbage;
	/* The id of the command that started it. */
	uint64_t id;
	/* The job's process now. Changes when forks are followed. */
	pid_t pid;
	struct process *next_with_id, *next_with_pid;

	/* The error pipe, until the program runs. */
	struct watch exec_pipe;
	struct log *log;
	struct cgroup_use *cgroups;

	/* What it was started with, for another one of the kind; or NULL. */
	struct kept *kept;

	enum trace trace;
	/* Of two at most; small, as there are thousands of these structures. */
	short forks, forks_wanted;
	/* A process that is not our child: readable when it has ended. */
	struct watch pidfd;
	/* Before its end: there was no pidfd to be had. After it: how long the report waits for the log. */
	struct timer timer;

	/* Signal of the last stop, 0 when running: as reported, and as it is. */
	int stop_reported, stop_now;

	/* It has been reaped; the report waits for the log. */
	bool ended;
	bool status_known;
	int status;
	/* Microseconds, and kilobytes at most. */
	int64_t user_time, system_time, memory;
};

/* What there is to say of a process that has just been made is the caller's to fill in. NULL: no memory. */
struct process *process_new(uint64_t id);
void process_free(struct process *process);

struct process *process_by_id(uint64_t id);
struct process *process_by_pid(pid_t pid);
/* 0 when there is no such pid any more. */
void process_set_pid(struct process *process, pid_t pid);
void process_each(void (*visit)(struct process *process, void *data), void *data);
size_t process_count(void);

/* Its end, by a wait status or, when nobody knows that, NULL. Reported when its log has been written. */
void process_ended(struct process *process, const int *status, const struct rusage *usage);
/* The process is stopped by `signal`, or running (0). */
void process_stopped(struct process *process, int signal);
/* An image of the supervisor before this one has noticed that, and may not have reported it. */
void process_stopped_before(struct process *process, int signal);
/* Reports what `process_stopped` has held back, if there is room for it now. */
void process_report_stops(void);
/* Carries out a SIGNAL command: 0 or the error number. */
int process_signal(struct process *process, int signal, bool group);

void processes_hand_over(FILE *out);
void processes_take_over(const struct state_entry *entry);
/* There are no more entries. */
void processes_taken_over(void);

#endif
