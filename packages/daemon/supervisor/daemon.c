#include "daemon.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch.h"
#include "link.h"
#include "loop.h"
#include "say.h"

/* Waiting before the next daemon, when one died before READY: doubles from the first to the last. */
#define BACK_OFF_FIRST 50
#define BACK_OFF_LAST 5000
/* Daemons that were READY are followed at once, unless more than this many died within the window. */
#define READY_DEATHS_MAX 10
#define READY_DEATHS_WINDOW 10000
#define READY_DEATHS_PAUSE 250
/* So many daemons in a row have not come up: there is nobody to say how to end in order. */
#define HOPELESS 4
/* A daemon that has said END has this long to exit. */
#define END_PATIENCE 10000

static char **arguments;
static pid_t pid;
static struct watch pidfd = {.fd = -1};
static struct timer restart, end_patience;
static bool ready, ending, over;
/* It has announced its end, and another one is to follow; it has ended. */
static bool replacing, replaced;
static int end_status;
static unsigned failures;
/* When the last daemons that were READY died, as a ring. */
static int64_t ready_deaths[READY_DEATHS_MAX];
static unsigned next_death;

static void start(void);

static void try_again(struct timer *timer) {
	(void)timer;
	start();
}

static int64_t back_off(void) {
	int64_t pause = BACK_OFF_FIRST;
	for (unsigned i = 1; i < failures && pause < BACK_OFF_LAST; i++)
		pause *= 2;
	return pause < BACK_OFF_LAST ? pause : BACK_OFF_LAST;
}

static int64_t pause_before_next(void) {
	if (!ready) {
		failures++;
		return back_off();
	}
	int64_t now = loop_now(), earliest = ready_deaths[next_death];
	ready_deaths[next_death] = now;
	next_death = (next_death + 1) % READY_DEATHS_MAX;
	return earliest && now - earliest < READY_DEATHS_WINDOW ? READY_DEATHS_PAUSE : 0;
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
	ready = false;
	timer_start(&restart, pause_before_next(), try_again);
}

static void start(void) {
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		not_started("socketpair");
		return;
	}
	ready = false;
	if (!link_connect(ends[0])) {
		close(ends[0]);
		close(ends[1]);
		errno = ENOMEM;
		not_started("connection");
		return;
	}
	pid = launch(arguments, ends[1], failures);
	close(ends[1]);
	if (pid < 0) {
		int error = errno;
		pid = 0;
		link_disconnect();
		errno = error;
		not_started("fork");
		return;
	}
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd >= 0 && watch_start(&pidfd, fd, EPOLLIN, reap) < 0)
		close(fd);
}

void daemon_open(int argc, char **argv) {
	(void)argc;
	arguments = argv;
	launch_open();
	start();
}

pid_t daemon_pid(void) {
	return pid;
}

void daemon_ended(int status) {
	pid = 0;
	watch_close(&pidfd);
	/* What it has still said counts, END above all. */
	link_drain();
	link_disconnect();
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
	timer_start(&restart, pause_before_next(), try_again);
}

void daemon_ready(void) {
	ready = true;
	failures = 0;
}

static void kill_daemon(void) {
	if (pid > 0)
		kill(pid, SIGKILL);
}

static void end_takes_too_long(struct timer *timer) {
	(void)timer;
	kill_daemon();
}

void daemon_ends(int status) {
	ending = true;
	end_status = status;
	link_end();
	timer_start(&end_patience, END_PATIENCE, end_takes_too_long);
}

bool daemon_give_up(void) {
	if (ready || failures < HOPELESS)
		return false;
	say("no daemon comes up: ending without one");
	ending = true;
	end_status = 1;
	timer_stop(&restart);
	if (pid > 0)
		kill_daemon();
	else
		over = true;
	return true;
}

void daemon_replaces(void) {
	replacing = true;
	link_end();
	timer_start(&end_patience, END_PATIENCE, end_takes_too_long);
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
	kill_daemon();
}

void daemon_hung_up(void) {
	link_disconnect();
	/* One that ends closes the connection a little before it exits. */
	if (!ending && !replacing)
		kill_daemon();
}

bool daemon_is_over(int *status) {
	*status = end_status;
	return over;
}
