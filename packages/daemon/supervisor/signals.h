/* Signals sent to the supervisor, which users know as init. None but KILL ends it. */
#ifndef SIGNALS_H
#define SIGNALS_H

/* Before any thread is started. */
void signals_open(void);
/* Stops listening while there is no room for reports, and listens again: signals stay pending meanwhile. */
void signals_turn(void);

#endif
