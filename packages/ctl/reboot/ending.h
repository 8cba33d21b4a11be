/* What comes before the kernel is told, where no init script has done it. */
#ifndef ENDING_H
#define ENDING_H

/*
 * Ends all processes but process 1, this one and those that have asked to be left alone: SIGTERM, after 5 s SIGKILL. Returns when they
 * have ended, at the latest 2 s after that.
 */
void end_processes(void);
/*
 * Unmounts file systems, the last one mounted first; what is in use becomes read-only. In a container or another pid namespace
 * nothing is done: its file systems may be those of the machine.
 */
void unmount_all(void);

#endif
