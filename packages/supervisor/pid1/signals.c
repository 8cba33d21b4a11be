/*
 * Signals sent to init, of which only SIGKILL ends it. The daemon decides what each means. Those
 * that end init always work: a daemon that does not take them is replaced, and where none comes up a session or a
 * container ends without one. On a machine the daemon is replaced again and again, since init never ends.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "pid1/pid1.h"
#include "process/process.h"

/* SIGRTMIN+3 as C libraries count: how engines of containers have an init halt. */
#define SIGHALT 37
/* Milliseconds a READY daemon has for a signal that ends init; then the next one gets it. Smaller in tests. */
#ifndef TOLD_PATIENCE
#define TOLD_PATIENCE 8000
#endif
/* After so many times of these init ends without a daemon. */
#define TOLD_TIMES 3
/* Milliseconds that processes of jobs have between SIGTERM and SIGKILL then; and the exit status of init. */
#define PROCESSES_PATIENCE 5000
#define STATUS_ALONE 1

static const struct {
	int number;
	bool ends_init;
} forwarded[] = {
	{SIGTERM, true}, {SIGINT, true},   {SIGQUIT, true},  {SIGPWR, true},    {SIGHALT, true},
	{SIGHUP, false}, {SIGUSR1, false}, {SIGUSR2, false}, {SIGWINCH, false},
};

static struct watch watch = {.fd = -1};
/* A bit for each signal that is not reported yet, 1 for signal 1; each once, as in the kernel. */
static uint64_t waiting;
/* The last report of a signal that ends init. Until it is acknowledged, the timer runs; how often its time was over. */
static uint64_t ending_report;
static int timeouts;
static struct timer patience;
/* Init ends without a daemon. */
static bool is_alone;

static uint64_t bit(size_t i) {
	return UINT64_C(1) << (forwarded[i].number - 1);
}

static void end_process(struct process *process, void *signal) {
	/* It is not to be started again. */
	order_set(process, 0);
	process_signal(process, *(int *)signal, true);
}

static void time_out(struct timer *unused) {
	(void)unused;
	timeouts++;
	if (is_alone) {
		process_each(end_process, &(int){SIGKILL});
		exit_status = STATUS_ALONE;
	} else if (daemon_is_ready()) {
		say("the daemon does not take a signal");
		daemon_kill();
	}
}

static void end_alone(void) {
	say("no daemon comes up: ending without one");
	is_alone = true;
	daemon_forsake();
	process_each(end_process, &(int){SIGTERM});
	timer_start(&patience, PROCESSES_PATIENCE, time_out);
}

static void ready(struct watch *unused, uint32_t events) {
	struct signalfd_siginfo info;
	(void)unused;
	(void)events;
	while (read(watch.fd, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGCHLD)
			reap_soon();
		/* A SIGWINCH that does not come from the keyboard means nothing on a machine. */
		else if (info.ssi_signo != SIGWINCH || !pid1_is_system || pid1_has_keys)
			waiting |= UINT64_C(1) << (info.ssi_signo - 1);
	}
}

void signals_open(void) {
	sigset_t all, wanted;
	/* Inherited as ignored, it would make the kernel reap our children. */
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	/* A file that may not become larger (RLIMIT_FSIZE) is an error like others. */
	signal(SIGXFSZ, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	for (size_t i = 0; i < COUNT(forwarded); i++)
		sigaddset(&wanted, forwarded[i].number);
	int fd = signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0 || watch_start(&watch, fd, EPOLLIN, ready) < 0) {
		perror("init: cannot wait for signals");
		exit(1);
	}
}

void signals_turn(void) {
	bool insists = false;
	for (size_t i = 0; i < COUNT(forwarded); i++) {
		if ((waiting & bit(i)) && reports_have_room()) {
			report_add(REPORT_SIGNAL, NUMBER(SIGNAL, forwarded[i].number));
			waiting &= ~bit(i);
			if (forwarded[i].ends_init)
				ending_report = reports_last;
		}
		insists |= (waiting & bit(i)) && forwarded[i].ends_init;
	}
	insists |= ending_report > reports_acknowledged;
	if (is_alone) {
		if (process_count == 0)
			exit_status = STATUS_ALONE;
	} else if (!insists) {
		timer_stop(&patience);
		timeouts = 0;
	} else if (!pid1_is_system && (daemon_is_hopeless() || timeouts >= TOLD_TIMES)) {
		end_alone();
	} else if (!timer_is_running(&patience)) {
		/* The clock of the first signal counts for those that follow. */
		timer_start(&patience, TOLD_PATIENCE, time_out);
	}
}

void signals_keep(struct state_file *state) {
	keep(state, "signal-waiting", waiting);
	keep(state, "signal-report", ending_report);
}
