#include "again.h"

#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "handover.h"
#include "spawn.h"

struct kept {
	/* The id of the order; 0: there is none. */
	uint64_t order;
	size_t length;
	uint8_t body[];
};

void again_keep(struct process *process, const uint8_t *body, size_t length) {
	again_forget(process);
	struct kept *kept = length <= KEPT_MAX ? malloc(sizeof *kept + length) : NULL;
	if (!kept)
		return;
	kept->order = 0;
	kept->length = length;
	memcpy(kept->body, body, length);
	process->kept = kept;
}

void again_order(struct process *process, uint64_t id) {
	if (process->kept)
		process->kept->order = id;
}

struct again again_take(struct process *process) {
	struct again again = {0, process->kept};
	/* Where its status is not known it was somebody else's child, and nobody has an order for such. */
	if (again.kept && process->status_known)
		again.id = again.kept->order;
	process->kept = NULL;
	return again;
}

void again_start(struct again *again) {
	if (again->id) {
		struct kept *kept = again->kept;
		struct frame frame = {.body = kept->body};
		frame.header.type = FRAME_SPAWN;
		frame.header.length = (uint32_t)kept->length;
		frame.header.id = again->id;
		spawn(&frame);
	}
	free(again->kept);
}

void again_forget(struct process *process) {
	free(process->kept);
	process->kept = NULL;
}

void again_hand_over(const struct process *process, FILE *out) {
	if (!process->kept)
		return;
	handover_bytes(out, "process-kept", process->kept->body, process->kept->length);
	handover_number(out, "process-again", (int64_t)process->kept->order);
}
