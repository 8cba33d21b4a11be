/* Starting a process. */
#ifndef SPAWN_H
#define SPAWN_H

#include "link/frames.h"
#include "process/process.h"

/* Before anything has been allocated. */
void spawn_open(void);
/* Carries out a SPAWN frame; everything that goes wrong is reported. */
void spawn(const struct frame *frame);
/* Goes on waiting for the program to run, by the error pipe. */
void spawn_attach(struct process *process, int error_pipe);
/* Looks whether the program runs by now. False: it never will, and the process has been forgotten. */
bool spawn_settle(struct process *process);

#endif
