/* The event loop: descriptors, timers, and memory that is freed between turns. All of the supervisor runs in it. */
#include "loop/loop.h"

#include <time.h>

#define EVENTS_A_TURN 256

int exit_status = -1;
static int epoll = -1;
/* The running timers, the next one first, in a circle that begins and ends here. */
static struct timer timers = {.next = &timers, .previous = &timers};
static struct garbage *garbage_list;

void loop_open(void) {
	epoll = epoll_create1(EPOLL_CLOEXEC);
}

int64_t loop_now(void) {
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int watch_start(struct watch *watch, int fd, uint32_t events, void (*ready)(struct watch *)) {
	struct epoll_event event = {.events = events, .data.ptr = watch};
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return -1;
	*watch = (struct watch){.fd = fd, .ready = ready};
	return 0;
}

void watch_change(struct watch *watch, uint32_t events) {
	struct epoll_event event = {.events = events, .data.ptr = watch};
	epoll_ctl(epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

int watch_stop(struct watch *watch) {
	int fd = watch->fd;
	/* Closing is not enough: a child that has just been forked holds the same open file, which would stay in the set. */
	if (fd >= 0)
		epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
	watch->fd = -1;
	return fd;
}

void watch_close(struct watch *watch) {
	int fd = watch_stop(watch);
	if (fd >= 0)
		close(fd);
}

void timer_start(struct timer *timer, int64_t milliseconds, void (*fire)(struct timer *)) {
	int64_t due = loop_now() + milliseconds;
	timer_stop(timer);
	struct timer *before = timers.previous;
	while (before != &timers && before->due > due)
		before = before->previous;
	*timer = (struct timer){due, fire, before->next, before};
	timer->next->previous = before->next = timer;
}

void timer_stop(struct timer *timer) {
	if (!timer->fire)
		return;
	timer->fire = NULL;
	timer->next->previous = timer->previous;
	timer->previous->next = timer->next;
}

int64_t doubled(int64_t first, unsigned times, int64_t last) {
	while (times-- > 0 && first < last)
		first *= 2;
	return first < last ? first : last;
}

void free_later(struct garbage *garbage, int fd) {
	*garbage = (struct garbage){garbage_list, fd};
	garbage_list = garbage;
}

void loop_sweep(void) {
	while (garbage_list) {
		struct garbage *garbage = garbage_list;
		garbage_list = garbage->next;
		if (garbage->fd >= 0)
			close(garbage->fd);
		free(garbage);
	}
}

/* For epoll: milliseconds until the next timer, -1 for none. No timer runs for longer than an int can say. */
static int next_timeout(void) {
	int64_t left = timers.next->due - loop_now();
	return timers.next == &timers ? -1 : left < 0 ? 0 : (int)left;
}

void loop_turn(bool busy) {
	struct epoll_event events[EVENTS_A_TURN];
	int count = epoll_wait(epoll, events, EVENTS_A_TURN, busy ? 0 : next_timeout());
	for (int i = 0; i < count; i++) {
		struct watch *watch = events[i].data.ptr;
		watch->events = events[i].events;
		/* An earlier event of this turn may have stopped it. */
		if (watch->fd >= 0 && watch->ready)
			watch->ready(watch);
	}
	int64_t now = loop_now();
	while (timers.next != &timers && timers.next->due <= now) {
		struct timer *timer = timers.next;
		void (*fire)(struct timer *) = timer->fire;
		timer_stop(timer);
		fire(timer);
	}
}
