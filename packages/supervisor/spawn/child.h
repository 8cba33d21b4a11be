/* The new process between the clone and its program. */
#ifndef CHILD_H
#define CHILD_H

#include <stdio.h>

#include "link/frames.h"

/* A field of a SPAWN frame; a NUL follows a text. */
struct setting {
	struct field field;
	/* The file that it names or, when it could not be opened, an error number below zero. */
	int opened;
};

/* What a SPAWN frame says of the process that it starts, in memory of its own, which a child gets a copy of. */
struct spec {
	size_t size, count;
	struct setting *settings;
	/* Both end with NULL. */
	char **arguments, **environment;
	enum console console;
};

/* NULL: no memory. */
struct spec *spec_read(const struct frame *frame);
void spec_free(struct spec *spec);
/* NULL: the frame does not have it. */
const struct field *spec_field(const struct spec *spec, enum field_tag tag);
const char *spec_text(const struct spec *spec, enum field_tag tag);
int64_t spec_number(const struct spec *spec, enum field_tag tag, int64_t otherwise);

/* What a child writes into the error pipe: first that its descriptors are its own, then why it gives up, if it does. */
struct child_message {
	/* A `spawn_step`, or OWN_DESCRIPTORS. */
	int32_t step;
	int32_t number;
	/* The number of a resource, or the program that did not answer. */
	char detail[32];
};
#define OWN_DESCRIPTORS (-1)

/* `shares`: until it unshares them, its descriptors are the supervisor's. */
_Noreturn void child_run(struct spec *spec, bool shares);

/* Init was started for a container, whose users are one service. */
void child_terminals_are_shared(void);

/* Remembers what the supervisor was started with, and raises its own limit of open files. */
void child_limits_open(void);
/* Gives a child the limits, signal actions and signal mask that the supervisor was started with. */
void child_restore_limits(void);
void child_restore_signals(void);
void limits_hand_over(FILE *out);
void limits_take_over(const struct state_entry *entry);

#endif
