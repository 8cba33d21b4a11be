/* Signals sent to the supervisor, which users know as init. None but KILL ends it. */
#ifndef SIGNALS_H
#define SIGNALS_H

/* Before any thread is started. */
void signals_open(void);
/* Reports what has come, as far as there is room for reports. */
void signals_turn(void);

#endif
