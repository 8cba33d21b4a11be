/* What all else stands on: the headers that most files need, the event loop, the supervisor's own words, where files are. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define CONTAINER_OF(member_pointer, type, member) ((type *)((char *)(member_pointer)-offsetof(type, member)))

/* A descriptor that is waited for; `fd` is -1 while it is not. `events` are those of epoll for which `ready` is called (NULL: nothing). */
struct watch {
	int fd;
	uint32_t events;
	void (*ready)(struct watch *watch);
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
	int fd;
};

/* Where this cannot be had, nothing can be waited for: the first `watch_start` fails. */
void loop_open(void);
/* Milliseconds of a clock that is never set. */
int64_t loop_now(void);
/* The exit status of the supervisor; -1 until supervision is over. */
extern int exit_status;
/* Waits at most until the next timer (not at all with `busy`) and runs what is due. */
void loop_turn(bool busy);

int watch_start(struct watch *watch, int fd, uint32_t events, void (*ready)(struct watch *));
void watch_change(struct watch *watch, uint32_t events);
/* Stops, without closing: the descriptor, or -1 when it was not started. */
int watch_stop(struct watch *watch);
/* Stops and closes; nothing when it was not started. */
void watch_close(struct watch *watch);

/* Starts or restarts. */
void timer_start(struct timer *timer, int64_t milliseconds, void (*fire)(struct timer *));
void timer_stop(struct timer *timer);
/* For pauses: `first`, doubled so many times, but `last` at most. */
int64_t doubled(int64_t first, unsigned times, int64_t last);
#define timer_is_running(timer) ((timer)->fire != NULL)

/* At the next sweep: free()s the structure, whose first member this is, and closes `fd` (-1: nothing). */
void free_later(struct garbage *garbage, int fd);
void loop_sweep(void);

/* ---- say.c ---- */
/* A line on standard error or in the kernel's log. Never waits: a line that is not taken at once is lost. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The line goes this way, without its end, unless that returns false. NULL, in a child and after a fault: no way but directly. */
extern bool (*say_through)(const char *line, size_t length);
/* A descriptor of /dev/kmsg that `say` writes to; -1: none. */
extern int say_kernel_log;

/* ---- place.c ---- */
#define PLACE_MAX (PATH_MAX + 64)
/* Remembers by which path the executable was started, for when that is another file. `name` is argv[0]. */
void place_open(const char *name);
/* The absolute path of the executable. To be read only. */
extern char place_executable[PATH_MAX];
/* The path `relative`, seen from the folder of the executable. */
void place_beside(char path[PLACE_MAX], const char *relative);
/* The path in the environment variable, if it is set, which is returned; or else as above. */
bool place_of(char path[PLACE_MAX], const char *variable, const char *relative);
/* Becomes Node: $UPSTART_NODE, or else the first of the usual ones. Returns, with errno, if none can be executed. */
#define OWN_NODE "../lib/upstart/node"
void place_run_node(char *const *first_arguments, char *const *other_arguments);
