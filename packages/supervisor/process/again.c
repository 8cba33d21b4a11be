#include "process/again.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "link/frames.h"
#include "link/state_file.h"
#include "spawn/spawn.h"

/* What many processes are started with begins alike: it is there once for all of them, as one of them was started. */
struct model {
	size_t users, length;
	uint8_t bytes[];
};

struct kept {
	/* The id of the order; 0: there is none. */
	uint64_t order;
	/* The body is so much of the model, and the rest. */
	struct model *model;
	uint32_t shared, rest;
	uint8_t bytes[];
};

/* That of the process that was kept last. */
static struct model *latest;

static void leave(struct model *model) {
	if (model && --model->users == 0)
		free(model);
}

static size_t alike(const struct model *model, const uint8_t *body, size_t length) {
	size_t count = 0, most = !model ? 0 : model->length < length ? model->length : length;
	while (count < most && model->bytes[count] == body[count])
		count++;
	return count;
}

/* Makes this one the model. False: no memory. */
static bool become_model(const uint8_t *body, size_t length) {
	struct model *model = malloc(sizeof *model + length);
	if (!model)
		return false;
	*model = (struct model){.users = 1, .length = length};
	memcpy(model->bytes, body, length);
	leave(latest);
	latest = model;
	return true;
}

void again_keep(struct process *process, const uint8_t *body, size_t length) {
	again_forget(process);
	if (length > KEPT_MAX)
		return;
	size_t shared = alike(latest, body, length);
	if (shared < length / 2) {
		if (!become_model(body, length))
			return;
		shared = length;
	}
	struct kept *kept = malloc(sizeof *kept + length - shared);
	if (!kept)
		return;
	*kept = (struct kept){.model = latest, .shared = (uint32_t)shared, .rest = (uint32_t)(length - shared)};
	memcpy(kept->bytes, body + shared, length - shared);
	latest->users++;
	process->kept = kept;
}

/* What was kept, in one piece, which is the caller's to free; NULL: no memory. */
static uint8_t *whole(const struct kept *kept) {
	uint8_t *body = malloc(kept->shared + kept->rest);
	if (!body)
		return NULL;
	memcpy(body, kept->model->bytes, kept->shared);
	memcpy(body + kept->shared, kept->bytes, kept->rest);
	return body;
}

void again_order(struct process *process, uint64_t id) {
	if (process->kept)
		process->kept->order = id;
}

bool again_is_ordered(const struct process *process) {
	return process->kept && process->kept->order;
}

struct again again_take(struct process *process) {
	struct again again = {0, NULL, 0};
	const struct kept *kept = process->kept;
	/* Where its status is not known it was somebody else's child, and nobody has an order for such. */
	if (again_is_ordered(process) && process->status_known && (again.body = whole(kept))) {
		again.id = kept->order;
		again.length = kept->shared + kept->rest;
	}
	again_forget(process);
	return again;
}

void again_start(struct again *again) {
	if (!again->id)
		return;
	struct frame frame = {.body = again->body};
	frame.header.type = FRAME_SPAWN;
	frame.header.length = (uint32_t)again->length;
	frame.header.id = again->id;
	spawn(&frame);
	/* The kernel mostly has a child begin on the processor of its parent, whose other work can wait. */
	sched_yield();
	free(again->body);
}

void again_forget(struct process *process) {
	if (process->kept)
		leave(process->kept->model);
	free(process->kept);
	process->kept = NULL;
}

void again_hand_over(const struct process *process, FILE *out) {
	uint8_t *body = process->kept ? whole(process->kept) : NULL;
	if (!body)
		return;
	state_bytes(out, "process-kept", body, process->kept->shared + process->kept->rest);
	state_number(out, "process-again", (int64_t)process->kept->order);
	free(body);
}
