/* Signals to processes, and what can be undone of what they do: stops and continuations. */
#ifndef STOPS_H
#define STOPS_H

#include "process/process.h"

/* Carries out a SIGNAL command: 0 or the error number. */
int process_signal(struct process *process, int signal, bool group);
/* The process is stopped by `signal`, or running (0). */
void process_stopped(struct process *process, int signal);
/* What an image of the supervisor before this one has noticed may not have been reported. */
void process_stops_taken_over(const struct process *process);
/* Reports what has been held back, if there is room for it now. */
void process_report_stops(void);

#endif
