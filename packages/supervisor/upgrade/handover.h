/*
 * Re-execution: the supervisor becomes the installed version of itself and goes on with its processes, terminals, reports
 * and logs (reference: system 6). What it knows is written into a file in memory, which the next image finds open, as are
 * the descriptors that are named in it. PROTOCOL.md has the format.
 */
#ifndef HANDOVER_H
#define HANDOVER_H

/* Becomes the installed supervisor; returns when that cannot be done, having said why: then nothing has changed. */
void hand_over(char **argv);

/*
 * After a fault: the same, as far as it can still be done. Everything is tried in a copy of this process that shares its
 * descriptors, since the fault may have been met in the middle of anything. The descriptor of what was saved and can be read, or -1.
 */
int hand_over_after_fault(char **argv);
/* In the environment: the descriptor of what the image before this one has left. */
#define STATE_VARIABLE "UPSTART_STATE_FD"

/*
 * At the beginning of main: the descriptor of what an image before this one has left, or -1. Does not return in a process
 * that was only started to say whether it would understand it.
 */
int handover_open(void);
/* Takes over; `fd` is closed. Everything but the daemon has been opened. */
void take_over(int fd);

#endif
