/* Starting a process: the supervisor's side of it, and the child between the clone and its program. */
#pragma once

#include "process/process.h"

/* ---- spawn.c ---- */

/* A new process gets a copy of these lowest descriptors only, so that a spawn costs the same however many there are. */
enum slot {
	/* Writing end of the error pipe. */
	SLOT_ERROR = 3,
	/* Master of a pty, or the writing end of the pipe that takes its place. */
	SLOT_OUTPUT,
	/* The text of a script. */
	SLOT_SCRIPT,
	/* Descriptors of clients, in a row that leaves out SCRIPT_FD. */
	SLOT_FILES = FILE_FIRST,
	/* The end of a pipe that the process writes to when it is ready. */
	SLOT_READY = FILE_FIRST + FILES_PER_PROCESS + 1,
	SLOTS_END,
};
/* Where a program reads its script. */
#define SCRIPT_FD 9

/* Takes the slots, before anything else can. Notes the limit of open files, and raises it. */
void spawn_open(void);
/* Moves a descriptor into a slot, for the process that is being started. 0, or -1 with the reason in errno. */
int slot_fill(enum slot slot, int fd);
/* Carries out a SPAWN frame; everything that goes wrong is reported. */
void spawn(const struct frame *frame);
/* Waits for the program to run, by the error pipe. -1: it cannot, and has closed the pipe. */
int spawn_attach(struct process *process, int error_pipe);
/* Looks whether the program runs by now. False: it never will, and the process has been forgotten. */
bool spawn_settle(struct process *process);

/* ---- child.c ---- */

/* What a child writes into the error pipe: first that its descriptors are its own, then why it gives up, if it does. */
struct child_message {
	/* A `spawn_step`, or OWN_DESCRIPTORS. */
	int32_t step;
	int32_t number;
	/* The number of a resource, or the program that did not answer. */
	char detail[32];
};
#define OWN_DESCRIPTORS (-1)

/* What is being started: the fields of the SPAWN frame. It is not in the heap, of which a child has no copy. */
#define FIELDS_MAX (FRAME_BODY_MAX / FIELD_HEADER)
extern struct spec {
	/* A NUL follows each; the last one has tag 0. */
	struct field fields[FIELDS_MAX + 1];
	/* They end with NULL. */
	char *arguments[FIELDS_MAX + 1], *environment[FIELDS_MAX + 1];
	enum console console;
} spec;

void spec_read(const struct frame *frame);
/* NULL: the frame does not have it. */
const struct field *spec_field(enum field_tag tag);
const char *spec_text(enum field_tag tag);
int64_t spec_number(enum field_tag tag, int64_t otherwise);
/* Puts a variable where the daemon has put another one in its place, if it has. */
void spec_enter(const char *in_place, char *variable);
/* Behind the last slot that the process needs. */
enum slot spec_slots_end(void);

/* In the child. `shares`: until it unshares them, its descriptors are the supervisor's. */
_Noreturn void child_run(bool shares);
/* The error pipe makes room for a descriptor of this number. */
void child_make_room(int number);
_Noreturn void child_gives_up(int step, int error, const char *detail);

/* Gives a child the limit of open files that the supervisor had, and signals as they are without one. 0, as a step. */
void child_restore_limits(void);
int child_restore_signals(void);
void limits_keep(struct state_file *state);

/* ---- steps.c ---- */

/* Each step up to the program, which does not return. */
_Noreturn void steps_run(void);
/* Init was started for a container, whose users are one service. */
extern bool terminals_are_shared;
