/*
 * What the daemon writes on its standard output and error. It reaches those of init by way of the logger, which passes on
 * whole lines and never waits for whoever reads them: nor does the daemon, then.
 */
#ifndef DAEMON_OUTPUT_H
#define DAEMON_OUTPUT_H

/* Pipes for a new daemon: `ends` are what it is to have as its descriptors 1 and 2, to be closed by the caller; -1: init's own. */
void daemon_output_open(int ends[2]);
/* The daemon is gone: passes on what it has still written. */
void daemon_output_close(void);

#endif
