/*
 * The daemon process: started, given time to come up, and started again when it dies without END. How long it may be in
 * each of its states, and the pauses between daemons, are two tables (PROTOCOL.md).
 */
#include "daemon/daemon.h"

#include <sys/wait.h>

/* Milliseconds to exit after END. */
#define END_PATIENCE 10000
/* A daemon that was READY for so long makes good the kills before it. */
#define GOOD_LIFE_OF_KILLED 1000
/* After so many in a row that were not READY none is expected. */
#define HOPELESS 4

/* There is none, or how far it has got: it says so itself, and never goes back. */
enum state { ABSENT, STARTING, RECOVERING, RECOVERED, READY, REPLACING, ENDING, STATES };

static const enum state said[] = {
	[SAID_BEGUN] = RECOVERING,  [SAID_RECOVERED] = RECOVERED, [SAID_READY] = READY,
	[SAID_REPLACE] = REPLACING, [SAID_END] = ENDING,
};

/* How long a daemon may be in a state. The time doubles after each one that was too slow: perhaps the machine is. */
static const struct {
	int64_t first, last;
} patience[STATES] = {
	[STARTING] = {START_PATIENCE, 8 * START_PATIENCE},
	[RECOVERING] = {RECOVERY_PATIENCE, 16 * RECOVERY_PATIENCE},
	[RECOVERED] = {RECOVERY_PATIENCE, 16 * RECOVERY_PATIENCE},
	[REPLACING] = {END_PATIENCE, END_PATIENCE},
	[ENDING] = {END_PATIENCE, END_PATIENCE},
};

/* How a daemon ended: it did not come up; it came up, but ended by itself; somebody killed it. */
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
/* What init exits with after END; -1: that is up to others. */
static int end_status;
/* How many in a row have died in each way, were too slow, and died while they recovered. */
static unsigned deaths[DEATHS], slow, failed_recoveries;

/* It counts as one that did not come up. */
static void kill_useless(void) {
	if (state == RECOVERED || state == READY)
		state = STARTING;
	daemon_kill();
}

static void is_too_slow(struct timer *unused) {
	(void)unused;
	if (state < READY) {
		say("the daemon does not come up");
		slow++;
	}
	kill_useless();
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

void daemon_said(enum daemon_event event, int status) {
	if (event == HUNG_UP || event == SENT_NONSENSE) {
		link_disconnect();
		if (event == SENT_NONSENSE)
			kill_useless();
		else if (state < REPLACING) /* one that ends closes the connection a little before it exits */
			daemon_kill();
		return;
	}
	if (said[event] < state)
		return;
	enter(said[event]);
	if (state >= RECOVERED)
		failed_recoveries = 0;
	if (state == READY) {
		ready_since = loop_now();
		deaths[NOT_READY] = slow = 0;
	} else if (state > READY) {
		end_status = status;
		link_end();
	}
}

void daemon_open(char **argv, void (*re_execute)(void)) {
	arguments = argv;
	replace = re_execute;
	start_next(NULL);
}

void daemon_ended(int status) {
	bool by_signal = WIFSIGNALED(status), killed = by_signal && WTERMSIG(status) == SIGKILL;
	pid = 0;
	/* What it has still said counts, END above all. */
	link_drain();
	link_disconnect();
	launch_close_output();
	if (state == ENDING) {
		if (end_status >= 0)
			exit_status = end_status;
	} else if (state == REPLACING) {
		replace();
		start_next(NULL);
	} else {
		say("the daemon %s %d; starting another one", by_signal ? "was killed by signal" : "ended with status",
		    by_signal ? WTERMSIG(status) : WEXITSTATUS(status));
		failed_recoveries += state == RECOVERING;
		pause_after(state >= RECOVERED && killed ? KILLED : state == READY ? CRASHED : NOT_READY);
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
	enter(ENDING);
	end_status = -1;
	link_disconnect();
	daemon_kill();
}
