/* Following the forks of a process (reference: jobs 5.1). */
#ifndef TRACE_H
#define TRACE_H

#include "process/process.h"

/* A traced process has stopped, for us or because of a signal. */
void trace_stopped(struct process *process, int status);

#endif
