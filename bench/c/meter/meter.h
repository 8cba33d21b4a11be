/* What the measuring programs have in common. */
#pragma once
#define _GNU_SOURCE
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Monotonic time in nanoseconds. */
int64_t now_ns(void);

/* Prints why, with errno, and exits with 1. */
_Noreturn void give_up(const char *what);

/* Starts a program by vfork and exec with what it writes to fd 1 and 2 thrown away; -1 when it cannot be run. */
pid_t start_quietly(char **words);

/* Runs a program to its end; its wait status. */
int run_quietly(char **words);

/* Makes the socket that payload's pulses come to, and waits for one: the time it was sent, and by whom. */
int open_pulses(const char *path);
int64_t next_pulse(int fd, pid_t *from);

/* Where a stream of frames stands: each is a little-endian u32 and as many bytes. */
struct frame_reader {
	uint32_t left, size, header;
};

/* How many frames end within the next bytes. */
int frames_in(struct frame_reader *reader, const uint8_t *bytes, ssize_t count);

/* The subcommands: argv[0] is their own name. */
int stopwatch(int argc, char **argv);
int first_answer(int argc, char **argv);
int spawn_loop(int argc, char **argv);
int respawn(int argc, char **argv);
int watch_load(int argc, char **argv);
int echo(int argc, char **argv);
int clients(int argc, char **argv);
int pty_copy(int argc, char **argv);
