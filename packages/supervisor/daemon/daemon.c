/*
 * The daemon process: started, given time to come up, and started again when it dies without END. Three tables say what
 * that means: its states, how long it may be in each, and the pauses between daemons (PROTOCOL.md).
 */
#include "daemon/daemon.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "link/frames.h"
#include "loop/loop.h"

/* Milliseconds to say BEGUN, and from there on to say BEGUN again or READY; and to exit after END. Smaller in tests. */
#ifndef START_PATIENCE
#define START_PATIENCE 15000
#endif
#ifndef RECOVERY_PATIENCE
#define RECOVERY_PATIENCE 60000
#endif
#define END_PATIENCE 10000
/* What a daemon that has died has still sent is carried out for so long: the next one is not to wait. */
#ifndef DRAIN_PATIENCE
#define DRAIN_PATIENCE 100
#endif
/* A daemon that was READY for so long makes good the crashes before it; and a kill. Smaller in tests. */
#ifndef GOOD_LIFE
#define GOOD_LIFE 60000
#endif
#define GOOD_LIFE_OF_KILLED 1000
/* After so many in a row that were not READY none is expected. */
#define HOPELESS 4

/* There is none, or it is in one of the next five; then it is time to re-execute, or there will be none. */
enum state { SAME, ABSENT, STARTING, RECOVERING, READY, ENDING, REPLACING, REPLACED, FORSAKEN, STATES };

/* A daemon that sends nonsense counts as one that was not READY. BEGUN during a recovery starts its time again. */
/* clang-format off */
static const enum state next[STATES][DAEMON_EVENTS] = {
	/*               BEGUN       READY  END     REPLACE    nonsense    hung up  died */
	[STARTING]   = { RECOVERING, READY, ENDING, REPLACING, SAME,       SAME,    ABSENT },
	[RECOVERING] = { RECOVERING, READY, ENDING, REPLACING, SAME,       SAME,    ABSENT },
	[READY]      = { SAME,       SAME,  ENDING, REPLACING, RECOVERING, SAME,    ABSENT },
	[ENDING]     = { SAME,       SAME,  SAME,   SAME,      SAME,       SAME,    FORSAKEN },
	[REPLACING]  = { SAME,       SAME,  ENDING, SAME,      SAME,       SAME,    REPLACED },
};
/* clang-format on */

/* How long a daemon may be in a state. The time doubles after each one that was too slow: perhaps the machine is. */
static const struct {
	int64_t first, last;
} patience[STATES] = {
	[STARTING] = {START_PATIENCE, 8 * START_PATIENCE},
	[RECOVERING] = {RECOVERY_PATIENCE, 16 * RECOVERY_PATIENCE},
	[ENDING] = {END_PATIENCE, END_PATIENCE},
	[REPLACING] = {END_PATIENCE, END_PATIENCE},
};

/* How a daemon ended: before it was READY; READY, but by itself; READY, by SIGKILL. */
enum death { NOT_READY, CRASHED, KILLED, DEATHS };

/* So many in a row are followed at once, the next ones after growing pauses, until one was READY for `good_life`. */
static const struct {
	unsigned at_once;
	int64_t first, last, good_life;
} pauses[DEATHS] = {
	[NOT_READY] = {0, 50, 5000, 0},
	[CRASHED] = {3, 250, 30000, GOOD_LIFE},
	[KILLED] = {10, 250, 250, GOOD_LIFE_OF_KILLED},
};

static char **arguments;
static void (*replace)(void);
static pid_t pid;
static enum state state = ABSENT;
/* The patience with this state; in ABSENT the pause before the next one. */
static struct timer timer;
/* 0: it has not been READY. */
static int64_t ready_since;
static int end_status;
/* How many in a row have died in each way, were too slow, and died while they recovered. */
static unsigned deaths[DEATHS], slow, failed_recoveries;

static void is_too_slow(struct timer *unused) {
	(void)unused;
	if (state == STARTING || state == RECOVERING) {
		say("the daemon does not come up");
		slow++;
	}
	daemon_kill();
}

static void enter(enum state new) {
	state = new;
	timer_stop(&timer);
	if (patience[state].first)
		timer_start(&timer, doubled(patience[state].first, slow, patience[state].last), is_too_slow);
}

static void start_next(struct timer *unused);

static void pause_after(enum death death) {
	for (enum death other = 0; other < DEATHS; other++)
		if (ready_since && loop_now() - ready_since >= pauses[other].good_life)
			deaths[other] = 0;
	unsigned before = deaths[death]++, at_once = pauses[death].at_once;
	int64_t pause = before < at_once ? 0 : doubled(pauses[death].first, before - at_once, pauses[death].last);
	enter(ABSENT);
	timer_start(&timer, pause, start_next);
}

static void start_next(struct timer *unused) {
	(void)unused;
	int connection;
	ready_since = 0;
	pid = launch(arguments, failed_recoveries, deaths[NOT_READY] > 0, &connection);
	if (pid == 0) {
		pause_after(NOT_READY);
		return;
	}
	enter(STARTING);
	/* While Node starts. Without memory for the connection the daemon finds its end closed, and exits. */
	if (!link_connect(connection))
		close(connection);
}

static void happened(enum daemon_event event, int status) {
	if (next[state][event])
		enter(next[state][event]);
	if (event == SAID_READY) {
		ready_since = loop_now();
		deaths[NOT_READY] = failed_recoveries = slow = 0;
	} else if (event == SAID_END || event == SAID_REPLACE) {
		end_status = status;
		link_end();
	} else if (event == SENT_NONSENSE || event == HUNG_UP) {
		link_disconnect();
		/* One that ends closes the connection a little before it exits. */
		if (event == SENT_NONSENSE || (state != ENDING && state != REPLACING))
			daemon_kill();
	}
}

void daemon_open(char **argv, void (*re_execute)(void)) {
	arguments = argv;
	replace = re_execute;
	link_open(happened);
	start_next(NULL);
}

void daemon_ended(int status) {
	bool by_signal = WIFSIGNALED(status), killed = by_signal && WTERMSIG(status) == SIGKILL;
	pid = 0;
	/* What it has still said counts, END above all. */
	link_drain(DRAIN_PATIENCE);
	link_disconnect();
	launch_close_output();
	enum state last = state;
	happened(DIED, 0);
	if (state == REPLACED) {
		replace();
		start_next(NULL);
	} else if (state == ABSENT) {
		say("the daemon %s %d; starting another one", by_signal ? "was killed by signal" : "ended with status",
		    by_signal ? WTERMSIG(status) : WEXITSTATUS(status));
		failed_recoveries += last == RECOVERING;
		pause_after(last != READY ? NOT_READY : killed ? KILLED : CRASHED);
	} else if (last == ENDING) {
		exit_status = end_status;
	}
}

void daemon_kill(void) {
	if (pid > 0)
		kill(pid, SIGKILL);
}

pid_t daemon_pid(void) {
	return pid;
}

bool daemon_is_ready(void) {
	return state == READY;
}

bool daemon_is_hopeless(void) {
	return deaths[NOT_READY] >= HOPELESS;
}

void daemon_forsake(void) {
	enter(FORSAKEN);
	link_disconnect();
	daemon_kill();
}
