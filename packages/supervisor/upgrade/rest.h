/*
 * Where threads are when one of them meets a fault, so that what they share can be saved as it is meant to be: nobody is half
 * way through anything but the one at fault.
 */
#ifndef REST_H
#define REST_H

#include <stdint.h>

/*
 * Around whatever a thread waits in for something to do. What it shares with others is in order then; after a fault it does
 * not come back. A thread begins at rest. `rest_end` is called without locks.
 */
void rest_begin(void);
void rest_end(void);
/* Without locks. Does not return after a fault of another thread: for what must not be done any more, half way through something else. */
void stand_still(void);
/*
 * From the handler of a fault: has the other threads stand still, and returns when they do, or after so many milliseconds: one
 * may wait for a disk, or for a lock of the one at fault.
 */
void rest_all(int64_t patience);

#endif
