/*
 * The event loop: descriptors by epoll, timers in a list, and memory that is freed between turns. The whole supervisor
 * runs in it, one thing after another.
 */
#include "loop/loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>


#define EVENTS_A_TURN 256
/* Milliseconds. */
#define LONGEST_WAIT 60000
/* How many descriptors wait for the end of a turn at most. */
#define CLOSED_A_TURN 64

static int epoll = -1;
/* The running timers, in a circle that begins and ends here. */
static struct timer timers = {.next = &timers, .previous = &timers};
static struct garbage *garbage_list;
static int closing[CLOSED_A_TURN];
static int closing_count;

void loop_open(void) {
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0) {
		perror("init: cannot create an epoll instance");
		exit(1);
	}
}

int64_t loop_now(void) {
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int watch_start(struct watch *watch, int fd, uint32_t events, void (*ready)(struct watch *, uint32_t)) {
	struct epoll_event event = {.events = events, .data.ptr = watch};
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return -1;
	watch->fd = fd;
	watch->ready = ready;
	return 0;
}

void watch_change(struct watch *watch, uint32_t events) {
	struct epoll_event event = {.events = events, .data.ptr = watch};
	if (watch->fd >= 0)
		epoll_ctl(epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

void watch_stop(struct watch *watch) {
	if (watch->fd < 0)
		return;
	/*
	 * Closing is not enough: a child that has just been forked holds the same open file, which would stay in the set.
	 */
	epoll_ctl(epoll, EPOLL_CTL_DEL, watch->fd, NULL);
	watch->fd = -1;
}

void watch_close(struct watch *watch) {
	int fd = watch->fd;
	if (fd < 0)
		return;
	watch_stop(watch);
	close(fd);
}

void timer_start(struct timer *timer, int64_t milliseconds, void (*fire)(struct timer *)) {
	timer_stop(timer);
	*timer = (struct timer){loop_now() + milliseconds, fire, timers.next, &timers};
	timer->next->previous = timers.next = timer;
}

void timer_stop(struct timer *timer) {
	if (!timer->fire)
		return;
	timer->fire = NULL;
	timer->next->previous = timer->previous;
	timer->previous->next = timer->next;
}

bool timer_is_running(const struct timer *timer) {
	return timer->fire != NULL;
}

void free_later(struct garbage *garbage) {
	garbage->next = garbage_list;
	garbage_list = garbage;
}

void close_later(int fd) {
	if (fd < 0)
		return;
	if (closing_count == CLOSED_A_TURN)
		close(fd);
	else
		closing[closing_count++] = fd;
}

void loop_sweep(void) {
	while (closing_count > 0)
		close(closing[--closing_count]);
	while (garbage_list) {
		struct garbage *garbage = garbage_list;
		garbage_list = garbage->next;
		free(garbage);
	}
}

/* NULL: none is running. */
static struct timer *next_timer(void) {
	struct timer *next = NULL;
	for (struct timer *timer = timers.next; timer != &timers; timer = timer->next)
		if (!next || timer->due < next->due)
			next = timer;
	return next;
}

/* For epoll: milliseconds until the next timer, -1 for none. */
static int next_timeout(void) {
	struct timer *timer = next_timer();
	int64_t left = timer ? timer->due - loop_now() : -1;
	return !timer ? -1 : left < 0 ? 0 : left > LONGEST_WAIT ? LONGEST_WAIT : (int)left;
}

static void run_timers(void) {
	int64_t now = loop_now();
	for (struct timer *timer; (timer = next_timer()) && timer->due <= now;) {
		void (*fire)(struct timer *) = timer->fire;
		timer_stop(timer);
		fire(timer);
	}
}

void loop_turn(bool busy) {
	struct epoll_event events[EVENTS_A_TURN];
	int timeout = busy ? 0 : next_timeout();
	int count = epoll_wait(epoll, events, EVENTS_A_TURN, timeout);
	for (int i = 0; i < count; i++) {
		struct watch *watch = events[i].data.ptr;
		/* An earlier event of this turn may have stopped it. */
		if (watch->fd >= 0)
			watch->ready(watch, events[i].events);
	}
	run_timers();
}
