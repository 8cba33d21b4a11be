#ifndef CRASH_H
#define CRASH_H

/* From here on. Only as process 1: `argv` is what the next image gets. */
void crashes_survive(char **argv);
/* What an image before this one knew is lost: the daemon begins anew. Before `crashes_survive`. */
void crash_count_one(void);

#endif
