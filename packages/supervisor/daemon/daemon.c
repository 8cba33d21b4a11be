/*
 * The daemon process: started, given time to come up, and started again when it dies without END. How long it may be in
 * each of its states, and the pauses between daemons, are two tables (PROTOCOL.md).
 */
#include "daemon/daemon.h"

#include <sys/wait.h>

/* Milliseconds to exit after END. */
#define END_PATIENCE 10000
/* After so many in a row that were not READY none is expected. */
#define HOPELESS 4

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
pid_t daemon_pid;
enum daemon_state daemon_state;
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
	if (daemon_state == RECOVERED || daemon_state == READY)
		daemon_state = STARTING;
	daemon_kill();
}

static void is_too_slow(struct timer *unused) {
	(void)unused;
	if (daemon_state < READY) {
		say("the daemon does not come up");
		slow++;
	}
	kill_useless();
}

static void enter(enum daemon_state new) {
	daemon_state = new;
	timer_stop(&timer);
	if (patience[daemon_state].first)
		timer_start(&timer, doubled(patience[daemon_state].first, slow, patience[daemon_state].last), is_too_slow);
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
	daemon_pid = launch(arguments, failed_recoveries, deaths[NOT_READY] > 0, &connection);
	if (daemon_pid == 0) {
		pause_after(NOT_READY);
		return;
	}
	enter(STARTING);
	/* While Node starts. Without memory for the connection the daemon finds its end closed, and exits. */
	if (!link_connect(connection))
		close(connection);
}

void daemon_hung_up(bool after_nonsense) {
	link_disconnect();
	if (after_nonsense)
		kill_useless();
	else if (daemon_state < REPLACING) /* one that ends closes the connection a little before it exits */
		daemon_kill();
}

void daemon_said(enum daemon_state said, int status) {
	if (said < daemon_state)
		return;
	enter(said);
	if (daemon_state >= RECOVERED)
		failed_recoveries = 0;
	if (daemon_state == READY) {
		ready_since = loop_now();
		deaths[NOT_READY] = slow = 0;
	} else if (daemon_state > READY) {
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
	daemon_pid = 0;
	/* What it has still said counts, END above all. */
	link_drain();
	link_disconnect();
	launch_close_output();
	if (daemon_state == ENDING) {
		if (end_status >= 0)
			exit_status = end_status;
	} else if (daemon_state == REPLACING) {
		replace();
		start_next(NULL);
	} else {
		say("the daemon %s %d; starting another one", by_signal ? "was killed by signal" : "ended with status",
		    by_signal ? WTERMSIG(status) : WEXITSTATUS(status));
		failed_recoveries += daemon_state == RECOVERING;
		pause_after(daemon_state >= RECOVERED && killed ? KILLED : daemon_state == READY ? CRASHED : NOT_READY);
	}
}

void daemon_kill(void) {
	if (daemon_pid > 0)
		kill(daemon_pid, SIGKILL);
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
