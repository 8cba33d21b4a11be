/* Reports that no daemon has acknowledged yet. */
#ifndef REPORTS_H
#define REPORTS_H

#include "link/frames.h"
#include "link/state_file.h"

/* Never more bytes than this. Less in tests. */
#ifndef REPORTS_MAX
#define REPORTS_MAX (8u * 1024 * 1024)
#endif
/*
 * From here on nothing is reaped and no signal is taken. The rest is for answers to commands and for ends that have
 * been reaped already.
 */
#define REPORTS_FULL (REPORTS_MAX / 2)
/* From here on changes that cancel each other out (stopped, continued) are not reported one by one. */
#define REPORTS_MANY (REPORTS_MAX / 128)

/* Whether there are less than REPORTS_FULL, and not less than REPORTS_MANY. */
bool reports_have_room(void);
bool reports_are_many(void);
/* Whether a command may still be carried out, which can take a few reports. */
bool reports_can_answer(void);

/* Makes a report with the next number: report_add(REPORT_STOPPED, NUMBER(PROCESS, id), NUMBER(SIGNAL, signal)). */
#define report_add(type, ...) reports_add_values(type, (const struct field_value[]){__VA_ARGS__, {0}})
void reports_add_values(enum frame_type type, const struct field_value *values);

/* False: no report with this number has ever been made. */
bool reports_acknowledge(uint64_t seq);
/* The number of the last report that was made, and of the last one that a daemon has acknowledged (0: none yet). */
uint64_t reports_last(void);
uint64_t reports_acknowledged(void);

/*
 * Another daemon gets everything that is not acknowledged, behind a greeting of so many bytes: where to write that. NULL: it is
 * too long.
 */
uint8_t *reports_rewind(size_t greeting);
/* Sends the daemon what it has not been sent, as far as that is taken at once. Whether that was all. */
bool reports_send(int fd);

void reports_hand_over(FILE *out);
void reports_take_over(const struct state_entry *entry);

#endif
