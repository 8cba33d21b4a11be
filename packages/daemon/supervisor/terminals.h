/* Pseudo-terminals for the output of jobs. Opening one takes a while, so the next one is opened when there is time. */
#ifndef TERMINALS_H
#define TERMINALS_H

/* The master of a new one; -1 with errno. */
int terminal_open(void);
/* When there is nothing else to do: opens one ahead if one has been asked for. */
void terminals_prepare(void);

#endif
