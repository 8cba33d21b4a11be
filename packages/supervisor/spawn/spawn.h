/* Starting a process. */
#ifndef SPAWN_H
#define SPAWN_H

#include <stdio.h>

#include "link/frames.h"
#include "link/state_file.h"
#include "process/process.h"

/* Carries out a SPAWN frame; everything that goes wrong is reported. */
void spawn(const struct frame *frame);
/* Goes on waiting for the program to run, by the error pipe. */
void spawn_attach(struct process *process, int error_pipe);
/* Looks whether the program runs by now. False: it never will, and the process has been forgotten. */
bool spawn_settle(struct process *process);

/* Remembers what the supervisor was started with, and raises its own limit of open files. */
void child_limits_open(void);
/* Gives a child the limits, signal actions and signal mask that the supervisor was started with. */
void child_restore_limits(void);
void child_restore_signals(void);
void limits_hand_over(FILE *out);
void limits_take_over(const struct state_entry *entry);

#endif
