#include "signals.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "daemon.h"
#include "loop.h"
#include "pid1.h"
#include "reap.h"
#include "reports.h"

/* SIGRTMIN+3 as C libraries count: how engines of containers have an init halt. */
#define SIGHALT 37

/* The daemon decides what they mean. */
static const int forwarded[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGPWR, SIGWINCH, SIGHALT};

/* What ends a session or a container, if there is no daemon that would know. */
static const unsigned ending[] = {SIGTERM, SIGINT, SIGQUIT, SIGPWR, SIGHALT};

static struct watch watch = {.fd = -1};
static bool listening = true;

static bool ends(unsigned signal) {
	for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
		if (ending[i] == signal)
			return !pid1_is_system();
	return false;
}

static void ready(struct watch *unused, uint32_t events) {
	struct signalfd_siginfo info;
	(void)unused;
	(void)events;
	while (reports_have_room() && read(watch.fd, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGCHLD) {
			reap_soon();
			continue;
		}
		if (pid1_ignores((int)info.ssi_signo))
			continue;
		if (ends(info.ssi_signo) && daemon_give_up())
			continue;
		struct frame_out out;
		report_begin(&out, REPORT_SIGNAL, 0);
		frame_number(&out, TAG_SIGNAL, info.ssi_signo);
		reports_add(&out);
	}
}

void signals_open(void) {
	sigset_t all, wanted;
	/* Inherited as ignored, it would make the kernel reap our children. */
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
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

void signals_turn(void) {
	if (reports_have_room() == listening)
		return;
	listening = !listening;
	watch_change(&watch, listening ? EPOLLIN : 0);
	if (listening)
		reap_soon();
}
