/* Noticing the end of a process that another one forked, and that is followed instead of it. */
#ifndef FOLLOW_H
#define FOLLOW_H

#include "process/process.h"

/* Watches `process->pid`. The process may be gone after this. */
void follow_begin(struct process *process);
/* Goes on with a pidfd that has been opened before. */
void follow_attach(struct process *process, int fd);

#endif
