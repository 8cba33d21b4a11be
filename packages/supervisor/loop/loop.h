/* The event loop: descriptors, timers and memory that is freed when a turn is over. Main thread only. */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTAINER_OF(member_pointer, type, member) ((type *)((char *)(member_pointer)-offsetof(type, member)))

/* A descriptor that is waited for; `fd` is -1 while it is not. `events` are those of epoll. */
struct watch {
	int fd;
	void (*ready)(struct watch *watch, uint32_t events);
};

struct timer {
	int64_t due;
	/* NULL while it is not running. */
	void (*fire)(struct timer *timer);
	struct timer *next, *previous;
};

/* Heads a structure that other events of the same turn may still point to. */
struct garbage {
	struct garbage *next;
};

/* Exits with a message when the kernel gives no epoll instance: there is nothing to supervise yet. */
void loop_open(void);
/* Milliseconds of a clock that is never set. */
int64_t loop_now(void);
/* Waits at most until the next timer (not at all with `busy`) and runs what is due. */
void loop_turn(bool busy);

int watch_start(struct watch *watch, int fd, uint32_t events, void (*ready)(struct watch *, uint32_t));
void watch_change(struct watch *watch, uint32_t events);
/* The descriptor stays open. */
void watch_stop(struct watch *watch);
/* Stops and closes; nothing when it was not started. */
void watch_close(struct watch *watch);

/* Starts or restarts. */
void timer_start(struct timer *timer, int64_t milliseconds, void (*fire)(struct timer *));
void timer_stop(struct timer *timer);
bool timer_is_running(const struct timer *timer);

/* free()s the structure, whose first member this is, at the next sweep. */
void free_later(struct garbage *garbage);
/* Closes it at the next sweep, or at once when many wait for that. Nothing when it is -1. */
void close_later(int fd);
void loop_sweep(void);

#endif
