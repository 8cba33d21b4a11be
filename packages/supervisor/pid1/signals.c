#include "pid1/signals.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "loop/loop.h"
#include "pid1/pid1.h"
#include "process/reap.h"
#include "link/reports.h"
#include "daemon/told.h"

/* SIGRTMIN+3 as C libraries count: how engines of containers have an init halt. */
#define SIGHALT 37

/* The daemon decides what they mean. */
static const int forwarded[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGPWR, SIGWINCH, SIGHALT};

/* Ways of ending init, or of having it replaced, that have to work whatever state the daemon is in. */
static const int ending[] = {SIGTERM, SIGINT, SIGQUIT, SIGPWR, SIGHALT};

static struct watch watch = {.fd = -1};
/* Taken from the kernel and not reported yet; each once, as in the kernel. */
static uint64_t waiting;

static uint64_t bit(int signal) {
	return UINT64_C(1) << (signal - 1);
}

static bool ends(int signal) {
	for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
		if (ending[i] == signal)
			return true;
	return false;
}

static void report(int signal) {
	struct frame_out out;
	report_begin(&out, REPORT_SIGNAL, 0);
	frame_number(&out, TAG_SIGNAL, signal);
	reports_add(&out);
	waiting &= ~bit(signal);
	if (ends(signal))
		told_by(reports_last());
}

static void take(int signal) {
	waiting |= bit(signal);
	if (ends(signal))
		told_to_end();
}

static void ready(struct watch *unused, uint32_t events) {
	struct signalfd_siginfo info;
	(void)unused;
	(void)events;
	while (read(watch.fd, &info, sizeof info) == sizeof info) {
		int signal = (int)info.ssi_signo;
		if (signal == SIGCHLD) {
			reap_soon();
			continue;
		}
		if (!pid1_ignores(signal))
			take(signal);
	}
}

void signals_open(void) {
	sigset_t all, wanted;
	/* Inherited as ignored, it would make the kernel reap our children. */
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	/* A log file that may not become larger (RLIMIT_FSIZE) is an error like others. */
	signal(SIGXFSZ, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++)
		sigaddset(&wanted, forwarded[i]);
	int fd = signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0 || watch_start(&watch, fd, EPOLLIN, ready) < 0) {
		perror("init: cannot wait for signals");
		exit(1);
	}
}

void signals_hand_over(FILE *out) {
	uint64_t report;
	if (waiting)
		state_number(out, "signal-waiting", (int64_t)waiting);
	if (told_is_waiting(&report) && report)
		state_number(out, "signal-report", (int64_t)report);
}

void signals_take_over(const struct state_entry *entry) {
	if (entry_is(entry, "signal-report")) {
		told_to_end();
		told_by((uint64_t)entry->number);
	} else if (entry_is(entry, "signal-waiting")) {
		for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++)
			if ((uint64_t)entry->number & bit(forwarded[i]))
				take(forwarded[i]);
	}
}

void signals_turn(void) {
	for (size_t i = 0; waiting && i < sizeof forwarded / sizeof *forwarded; i++)
		if (waiting & bit(forwarded[i]) && reports_have_room())
			report(forwarded[i]);
}
