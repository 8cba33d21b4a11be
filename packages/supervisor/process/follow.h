/* Following the forks of a process, and noticing the end of the one that is followed then. */
#ifndef FOLLOW_H
#define FOLLOW_H

#include "process/process.h"

/* Watches `process->pid`. The process may be gone after this. */
void follow_begin(struct process *process);
/* Goes on with a pidfd that has been opened before. */
void follow_attach(struct process *process, int fd);
/* A traced process has stopped, for us or because of a signal. */
void trace_stopped(struct process *process, int status);

#endif
