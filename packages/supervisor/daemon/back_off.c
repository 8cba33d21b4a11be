/* The pauses between one daemon and the next (PROTOCOL.md, "Starting the daemon"). Counts deaths and knows no processes. */
#include "daemon/back_off.h"

#include "loop/loop.h"

/* So many in a row are followed at once, the next ones after a pause that doubles from the first to the last. */
static const struct {
	unsigned free;
	int64_t first, last;
} rules[] = {
#define KILLS 10
	[NOT_READY] = {0, 50, 5000},
	[CRASHED] = {3, 250, 30000},
	[KILLED] = {KILLS, 250, 250},
};
/* Of those that were killed the ones within so many milliseconds count. */
#define KILLS_WINDOW 10000
/* A daemon that was READY for so long makes good those before it. Smaller in tests. */
#ifndef GOOD_LIFE
#define GOOD_LIFE 60000
#endif
#define HOPELESS 4

static unsigned deaths[sizeof rules / sizeof *rules];

int64_t doubled(int64_t first, unsigned times, int64_t last) {
	while (times-- > 0 && first < last)
		first *= 2;
	return first < last ? first : last;
}

/* Counts one more; how many there were before it within the window, if not fewer than matter. */
static unsigned kills_lately(void) {
	static int64_t times[KILLS];
	static unsigned next;
	int64_t now = loop_now(), earliest = times[next];
	times[next] = now;
	next = (next + 1) % KILLS;
	return earliest && now - earliest < KILLS_WINDOW ? KILLS : 0;
}

int64_t back_off(enum death death, int64_t lived) {
	if (death != NOT_READY && lived >= GOOD_LIFE)
		deaths[CRASHED] = 0;
	if (death == KILLED)
		deaths[KILLED] = kills_lately();
	unsigned before = deaths[death]++, free = rules[death].free;
	return before < free ? 0 : doubled(rules[death].first, before - free, rules[death].last);
}

void back_off_ends(void) {
	deaths[NOT_READY] = 0;
}

bool back_off_has_begun(void) {
	return deaths[NOT_READY] > 0;
}

bool back_off_is_hopeless(void) {
	return deaths[NOT_READY] >= HOPELESS;
}
