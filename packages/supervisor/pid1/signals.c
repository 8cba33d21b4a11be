/*
 * Signals sent to init, of which only SIGKILL ends it. The daemon decides what each means. Those
 * that end init always work: a daemon that does not take them is replaced, and where none comes up a session or a
 * container ends without one. On a machine the daemon is replaced again and again, since init never ends.
 */
#include <sys/signalfd.h>

#include "daemon/daemon.h"
#include "pid1/pid1.h"
#include "process/process.h"

#define BIT(signal) (UINT64_C(1) << ((signal)-1))
/* SIGRTMIN+3 as C libraries count: how engines of containers have an init halt. */
#define SIGHALT 37
/* Those that end init, and all that are reported. Others are read, and mean nothing. */
#define ENDING (BIT(SIGTERM) | BIT(SIGINT) | BIT(SIGQUIT) | BIT(SIGPWR) | BIT(SIGHALT))
#define REPORTED (ENDING | BIT(SIGHUP) | BIT(SIGUSR1) | BIT(SIGUSR2) | BIT(SIGWINCH))
/* The exit status of init then. */
#define STATUS_ALONE 1

static struct watch watch = {.fd = -1};
/* The signals that are not reported yet; each once, as in the kernel. */
static uint64_t waiting;
/* The last report of a signal that ends init. Until it is acknowledged, the timer runs; how often its time was over. */
static uint64_t ending_report;
static int timeouts;
static struct timer patience;
/* Init ends without a daemon. */
static bool is_alone;

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
	} else if (daemon_state == READY) {
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

static void ready(struct watch *unused) {
	struct signalfd_siginfo info;
	(void)unused;
	while (read(watch.fd, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGCHLD)
			reap_soon();
		/* A SIGWINCH that does not come from the keyboard means nothing on a machine. */
		else if (info.ssi_signo != SIGWINCH || !pid1_is_system || pid1_has_keys)
			waiting |= BIT(info.ssi_signo) & REPORTED;
	}
}

void signals_open(void) {
	sigset_t all;
	/* Inherited as ignored, it would make the kernel reap our children. */
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	/* A file that may not become larger (RLIMIT_FSIZE) is an error like others. */
	signal(SIGXFSZ, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	int fd = signalfd(-1, &all, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0 || watch_start(&watch, fd, EPOLLIN, ready) < 0) {
		perror("init: cannot wait for signals");
		exit(1);
	}
}

void signals_turn(void) {
	for (int signal = 1; signal <= SIGHALT && reports_have_room(); signal++)
		if (waiting & BIT(signal)) {
			report_add(REPORT_SIGNAL, NUMBER(SIGNAL, signal));
			waiting &= ~BIT(signal);
			if (ENDING & BIT(signal))
				ending_report = reports_last;
		}
	bool insists = (waiting & ENDING) || ending_report > reports_acknowledged;
	if (!insists && !is_alone) {
		timer_stop(&patience);
		timeouts = 0;
	} else if (!is_alone && !pid1_is_system && (daemon_is_hopeless() || timeouts >= TOLD_TIMES)) {
		end_alone();
	} else if (!timer_is_running(&patience)) {
		/* The clock of the first signal counts for those that follow. */
		timer_start(&patience, TOLD_PATIENCE, time_out);
	}
	if (is_alone && process_count == 0)
		exit_status = STATUS_ALONE;
}

void signals_keep(struct state_file *state) {
	keep(state, "signal-waiting", waiting);
	keep(state, "signal-report", ending_report);
}
