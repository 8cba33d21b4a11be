#include "daemon/daemon.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/daemon_output.h"
#include "daemon/launch.h"
#include "link/link.h"
#include "loop/loop.h"
#include "loop/say.h"

/* Waiting before the next daemon, when one died before READY: doubles from the first to the last. */
#define BACK_OFF_FIRST 50
#define BACK_OFF_LAST 5000
/* Daemons that were READY are followed at once, unless more than this many died within the window. */
#define READY_DEATHS_MAX 10
#define READY_DEATHS_WINDOW 10000
#define READY_DEATHS_PAUSE 250
/* One that was READY and ended by itself (nobody sent it SIGKILL) is followed at once a few times, then ever later. */
#define CRASHES_FREE 3
#define CRASH_PAUSE_FIRST 250
#define CRASH_PAUSE_LAST 30000
/* A daemon that was READY for so long makes good what was before. */
#ifndef GOOD_LIFE
#define GOOD_LIFE 60000
#endif
/*
 * A daemon has so long to say BEGUN, and from there on to say BEGUN again or READY; then it is killed. Each that was too slow
 * doubles the time of the next, up to the last: one that works on a slow machine comes up, one that hangs is replaced.
 */
#ifndef START_PATIENCE
#define START_PATIENCE 15000
#endif
#define START_PATIENCE_LAST (8 * START_PATIENCE)
#ifndef RECOVERY_PATIENCE
#define RECOVERY_PATIENCE 60000
#endif
#define RECOVERY_PATIENCE_LAST (16 * RECOVERY_PATIENCE)
/* So many daemons in a row have not come up: there is nobody to say how to end in order. */
#define HOPELESS 4
/* What a daemon that has died has still sent is carried out for so long: the next one is not to wait. */
#ifndef DRAIN_PATIENCE
#define DRAIN_PATIENCE 100
#endif
/* A daemon that has said END has this long to exit. */
#define END_PATIENCE 10000

static char **arguments;
static pid_t pid;
static struct watch pidfd = {.fd = -1};
static struct timer restart, ready_patience, end_patience;
static bool begun, ready, ending, over;
/* There will be no other one. */
static bool forsaken;
/* It has announced its end, and another one is to follow; it has ended. */
static bool replacing, replaced;
static int end_status;
/* How many in a row were not READY; and of these, how many had begun to recover, and how many were too slow. */
static unsigned failures, failed_recoveries, slow;
/* How many in a row were READY, and ended by themselves before they had lived well. */
static unsigned crashes;
static int64_t ready_since;
/* When the last daemons that were READY died, as a ring. */
static int64_t ready_deaths[READY_DEATHS_MAX];
static unsigned next_death;

static void start(void);

static void try_again(struct timer *timer) {
	(void)timer;
	start();
}

static int64_t doubled(int64_t first, unsigned times, int64_t last) {
	while (times-- > 0 && first < last)
		first *= 2;
	return first < last ? first : last;
}

static int64_t pause_after_kill(void) {
	int64_t now = loop_now(), earliest = ready_deaths[next_death];
	ready_deaths[next_death] = now;
	next_death = (next_death + 1) % READY_DEATHS_MAX;
	return earliest && now - earliest < READY_DEATHS_WINDOW ? READY_DEATHS_PAUSE : 0;
}

static int64_t pause_before_next(bool killed) {
	if (!ready) {
		failed_recoveries += begun;
		return doubled(BACK_OFF_FIRST, failures++, BACK_OFF_LAST);
	}
	if (loop_now() - ready_since >= GOOD_LIFE)
		crashes = 0;
	if (killed)
		return pause_after_kill();
	return ++crashes <= CRASHES_FREE ? 0 : doubled(CRASH_PAUSE_FIRST, crashes - CRASHES_FREE - 1, CRASH_PAUSE_LAST);
}

static void reap(struct watch *watch, uint32_t events) {
	int status;
	(void)watch;
	(void)events;
	/* Not left to the reaping of everything, which pauses when reports are not acknowledged. */
	if (waitpid(pid, &status, WNOHANG) == pid)
		daemon_ended(status);
}

static void not_started(const char *what) {
	say("cannot start the daemon: %s: %s", what, strerror(errno));
	timer_start(&restart, pause_before_next(false), try_again);
}

static void is_too_slow(struct timer *timer) {
	(void)timer;
	say("the daemon does not come up");
	slow++;
	daemon_kill();
}

static void start(void) {
	int ends[2], outputs[2];
	begun = ready = false;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		not_started("socketpair");
		return;
	}
	if (!link_connect(ends[0])) {
		close(ends[0]);
		close(ends[1]);
		errno = ENOMEM;
		not_started("connection");
		return;
	}
	daemon_output_open(outputs);
	pid = launch(arguments, ends[1], outputs, failed_recoveries);
	close(ends[1]);
	for (int i = 0; i < 2; i++)
		if (outputs[i] >= 0)
			close(outputs[i]);
	if (pid < 0) {
		int error = errno;
		pid = 0;
		link_disconnect();
		daemon_output_close();
		errno = error;
		not_started("fork");
		return;
	}
	timer_start(&ready_patience, doubled(START_PATIENCE, slow, START_PATIENCE_LAST), is_too_slow);
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd >= 0 && watch_start(&pidfd, fd, EPOLLIN, reap) < 0)
		close(fd);
}

void daemon_open(int argc, char **argv) {
	(void)argc;
	arguments = argv;
	start();
}

pid_t daemon_pid(void) {
	return pid;
}

bool daemon_is_ready(void) {
	return pid > 0 && ready;
}

bool daemon_is_hopeless(void) {
	return !ready && failures >= HOPELESS;
}

void daemon_kill(void) {
	if (pid > 0)
		kill(pid, SIGKILL);
}

void daemon_ended(int status) {
	pid = 0;
	watch_close(&pidfd);
	/* What it has still said counts, END above all. */
	link_drain(DRAIN_PATIENCE);
	link_disconnect();
	daemon_output_close();
	timer_stop(&ready_patience);
	if (forsaken)
		return;
	if (ending) {
		over = true;
		return;
	}
	if (replacing) {
		timer_stop(&end_patience);
		replacing = false;
		replaced = true;
		return;
	}
	if (WIFSIGNALED(status))
		say("the daemon was killed by signal %d; starting another one", WTERMSIG(status));
	else
		say("the daemon ended with status %d; starting another one", WEXITSTATUS(status));
	bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	timer_start(&restart, pause_before_next(killed), try_again);
}

void daemon_begun(void) {
	begun = true;
	if (!ready)
		timer_start(&ready_patience, doubled(RECOVERY_PATIENCE, slow, RECOVERY_PATIENCE_LAST), is_too_slow);
}

void daemon_ready(void) {
	ready = true;
	ready_since = loop_now();
	failures = failed_recoveries = slow = 0;
	timer_stop(&ready_patience);
}

static void end_takes_too_long(struct timer *timer) {
	(void)timer;
	daemon_kill();
}

static void await_end(void) {
	link_end();
	timer_stop(&ready_patience);
	timer_start(&end_patience, END_PATIENCE, end_takes_too_long);
}

void daemon_ends(int status) {
	ending = true;
	end_status = status;
	await_end();
}

void daemon_replaces(void) {
	replacing = true;
	await_end();
}

void daemon_forsake(void) {
	forsaken = true;
	timer_stop(&restart);
	link_disconnect();
	daemon_kill();
}

void daemon_ends_without(int status) {
	over = true;
	end_status = status;
}

bool daemon_is_replaced(void) {
	return replaced;
}

void daemon_start_next(void) {
	replaced = false;
	start();
}

void daemon_refuse(void) {
	ready = false;
	link_disconnect();
	daemon_kill();
}

void daemon_hung_up(void) {
	link_disconnect();
	/* One that ends closes the connection a little before it exits. */
	if (!ending && !replacing)
		daemon_kill();
}

bool daemon_is_over(int *status) {
	*status = end_status;
	return over;
}
