/*
 * The daemon process: started, given time to come up, and started again when it dies without having said that it ends. Its states
 * and what changes them are a table; back_off.c has the pauses between one and the next.
 */
#include "daemon/daemon.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/back_off.h"
#include "daemon/daemon_output.h"
#include "daemon/launch.h"
#include "link/link.h"
#include "loop/loop.h"
#include "loop/say.h"

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

/* There is none, or it is in one of the next five; then it is time to re-execute, there will be none, or supervision is over. */
enum state { ABSENT, STARTING, RECOVERING, READY, ENDING, REPLACING, REPLACED, FORSAKEN, OVER, STATES };
enum event { SAID_BEGUN, SAID_READY, SAID_END, SAID_REPLACE, SENT_NONSENSE, DIED, EVENTS };

/* A daemon that sends nonsense counts as one that was not READY. */
/* clang-format off */
static const enum state next[STATES][EVENTS] = {
	/*               BEGUN       READY      END       REPLACE    nonsense    died */
	[STARTING]   = { RECOVERING, READY,     ENDING,   REPLACING, STARTING,   ABSENT },
	[RECOVERING] = { RECOVERING, READY,     ENDING,   REPLACING, RECOVERING, ABSENT },
	[READY]      = { READY,      READY,     ENDING,   REPLACING, RECOVERING, ABSENT },
	[ENDING]     = { ENDING,     ENDING,    ENDING,   ENDING,    ENDING,     OVER },
	[REPLACING]  = { REPLACING,  REPLACING, ENDING,   REPLACING, REPLACING,  REPLACED },
	[FORSAKEN]   = { FORSAKEN,   FORSAKEN,  FORSAKEN, FORSAKEN,  FORSAKEN,   FORSAKEN },
	[OVER]       = { OVER,       OVER,      OVER,     OVER,      OVER,       OVER },
};
/* clang-format on */

/*
 * How long a daemon may be in a state; then it is killed. Each in a row that did not come up in time doubles the time of the next, up
 * to the last: one that works on a slow machine comes up, one that hangs is replaced.
 */
static const struct {
	int64_t first, last;
} patience[STATES] = {
	[STARTING] = {START_PATIENCE, 8 * START_PATIENCE},
	[RECOVERING] = {RECOVERY_PATIENCE, 16 * RECOVERY_PATIENCE},
	[ENDING] = {END_PATIENCE, END_PATIENCE},
	[REPLACING] = {END_PATIENCE, END_PATIENCE},
};

static char **arguments;
static pid_t pid;
static struct watch pidfd = {.fd = -1};
static enum state state;
/* The patience with this state; in ABSENT the pause before the next one. */
static struct timer timer;
static int64_t ready_since;
static int end_status;
/* How many in a row were too slow, and how many had begun to recover and were never READY. */
static unsigned slow, failed_recoveries;

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

static void happened(enum event event) {
	/* The time begins anew for a recovery that has got further, but not for an end, whatever is still said. */
	if (next[state][event] != state || state == RECOVERING)
		enter(next[state][event]);
}

static void try_again(struct timer *unused) {
	(void)unused;
	daemon_start_next();
}

static void pause_after(enum death death) {
	enter(ABSENT);
	timer_start(&timer, back_off(death, loop_now() - ready_since), try_again);
}

/* Not left to the reaping of everything, which pauses when reports are not acknowledged. */
static void reap(struct watch *watch, uint32_t events) {
	int status;
	(void)watch;
	(void)events;
	if (waitpid(pid, &status, WNOHANG) == pid)
		daemon_ended(status);
}

void daemon_start_next(void) {
	int ends[2], outputs[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		say("cannot start the daemon: socketpair: %s", strerror(errno));
		pause_after(NOT_READY);
		return;
	}
	daemon_output_open(outputs);
	pid_t child = launch(arguments, ends[1], outputs, failed_recoveries, back_off_has_begun());
	int error = errno;
	close(ends[1]);
	for (int i = 0; i < 2; i++)
		if (outputs[i] >= 0)
			close(outputs[i]);
	if (child < 0) {
		close(ends[0]);
		daemon_output_close();
		say("cannot start the daemon: fork: %s", strerror(error));
		pause_after(NOT_READY);
		return;
	}
	pid = child;
	enter(STARTING);
	/* While Node starts. Without memory for the connection the daemon finds its end closed, and exits. */
	if (!link_connect(ends[0]))
		close(ends[0]);
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd >= 0 && watch_start(&pidfd, fd, EPOLLIN, reap) < 0)
		close(fd);
}

static void begun(void) {
	happened(SAID_BEGUN);
}

static void is_ready(void) {
	happened(SAID_READY);
	ready_since = loop_now();
	failed_recoveries = slow = 0;
	back_off_ends();
}

static void ends(int status) {
	happened(SAID_END);
	end_status = status;
	link_end();
}

static void replaces(void) {
	happened(SAID_REPLACE);
	link_end();
}

static void refused(void) {
	happened(SENT_NONSENSE);
	link_disconnect();
	daemon_kill();
}

static void hung_up(void) {
	link_disconnect();
	/* One that ends closes the connection a little before it exits. */
	if (state != ENDING && state != REPLACING)
		daemon_kill();
}

static const struct daemon_events events = {
	.begun = begun,
	.ready = is_ready,
	.ends = ends,
	.replaces = replaces,
	.refused = refused,
	.hung_up = hung_up,
};

void daemon_open(char **argv) {
	arguments = argv;
	link_open(&events);
	daemon_start_next();
}

void daemon_ended(int status) {
	bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	pid = 0;
	watch_close(&pidfd);
	/* What it has still said counts, END above all. */
	link_drain(DRAIN_PATIENCE);
	link_disconnect();
	daemon_output_close();
	enum state last = state;
	happened(DIED);
	if (state != ABSENT)
		return;
	if (WIFSIGNALED(status))
		say("the daemon was killed by signal %d; starting another one", WTERMSIG(status));
	else
		say("the daemon ended with status %d; starting another one", WEXITSTATUS(status));
	failed_recoveries += last == RECOVERING;
	pause_after(last != READY ? NOT_READY : killed ? KILLED : CRASHED);
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

bool daemon_is_replaced(void) {
	return state == REPLACED;
}

void daemon_forsake(void) {
	enter(FORSAKEN);
	link_disconnect();
	daemon_kill();
}

void daemon_ends_without(int status) {
	enter(OVER);
	end_status = status;
}

bool daemon_is_over(int *status) {
	*status = end_status;
	return state == OVER;
}
