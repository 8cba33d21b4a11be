#ifndef SIGNALS_H
#define SIGNALS_H

#include <stdio.h>

#include "link/frames.h"

void signals_open(void);
/* Reports what has come, as far as there is room for reports. */
void signals_turn(void);
/* What has come and is not reported or not acknowledged: it is the next image's to deal with. */
void signals_hand_over(FILE *out);
void signals_take_over(const struct state_entry *entry);

#endif
