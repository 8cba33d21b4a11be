#include "log/log_trouble.h"

#include <stdlib.h>
#include <string.h>

#include "link/state_file.h"
#include "log/log_parts.h"
#include "link/reports.h"

struct trouble {
	struct trouble *next;
	char *path;
	int error;
	/* False: writing works again, but may fail at once, as on a disk that is nearly full. */
	bool failing;
	bool said;
	/* Of its output, and how much of that has been reported. */
	uint64_t dropped, said_dropped;
	/* When the file is tried again, or the trouble is over; and how long after a failure that is. */
	int64_t due, pause;
	/* Logs that share it. */
	size_t logs;
};

static struct trouble *troubles;
static struct timer timer;

static void look_after(struct timer *fired);

static void schedule(void) {
	if (!troubles)
		return timer_stop(&timer);
	int64_t due = troubles->due;
	for (const struct trouble *trouble = troubles; trouble; trouble = trouble->next)
		if (trouble->due < due)
			due = trouble->due;
	int64_t left = due - loop_now();
	timer_start(&timer, left > 0 ? left : 0, look_after);
}

static void report(struct trouble *trouble, enum frame_type type, int error) {
	if (type == REPORT_LOG_TROUBLE)
		report_add(type, TEXT(PATH, trouble->path), NUMBER(ERRNO, error));
	else
		report_add(type, TEXT(PATH, trouble->path), NUMBER(ERRNO, error), NUMBER(COUNT, trouble->dropped));
}

/* What has not been said for want of room is said with the next attempt. */
static void say_news(struct trouble *trouble) {
	if (!trouble->said && reports_have_room()) {
		report(trouble, REPORT_LOG_TROUBLE, trouble->error);
		trouble->said = true;
	}
	if (trouble->said && trouble->dropped > trouble->said_dropped && reports_have_room()) {
		report(trouble, REPORT_LOG_DROPPED, trouble->error);
		trouble->said_dropped = trouble->dropped;
	}
}

/* `error`: what it ends with, 0 if the file can be written. */
static void end(struct trouble *trouble, int error) {
	for (struct log *log = log_first(); log; log = log->next)
		if (log->trouble == trouble)
			log->trouble = NULL;
	if (trouble->said)
		report(trouble, REPORT_LOG_RESTORED, error);
	struct trouble **link = &troubles;
	while (*link != trouble)
		link = &(*link)->next;
	*link = trouble->next;
	free(trouble->path);
	free(trouble);
	schedule();
}

static struct trouble *begin(const char *path) {
	struct trouble *trouble = calloc(1, sizeof *trouble);
	if (!trouble || !(trouble->path = strdup(path))) {
		free(trouble);
		return NULL;
	}
	trouble->pause = TROUBLE_PAUSE;
	trouble->next = troubles;
	troubles = trouble;
	for (struct log *log = log_first(); log; log = log->next)
		trouble_join(log);
	return trouble;
}

/* Keeps all its logs from being written, or has what they keep written, the oldest first. */
static void hold(const struct trouble *trouble, bool held) {
	sink_lock();
	for (struct log *log = log_first(); log; log = log->next) {
		if (log->trouble != trouble)
			continue;
		log->sink.held = held;
		if (!held && log->sink.length > 0)
			sink_queue(&log->sink);
	}
	sink_unlock();
}

/* Has the oldest of what is kept written. */
static void try_again(const struct trouble *trouble) {
	sink_lock();
	struct log *log = log_first();
	while (log && (log->trouble != trouble || log->sink.length == 0))
		log = log->next;
	if (log) {
		log->sink.held = false;
		sink_queue(&log->sink);
	}
	sink_unlock();
}

static void look_after(struct timer *fired) {
	(void)fired;
	int64_t now = loop_now();
	for (struct trouble *trouble = troubles, *next; trouble; trouble = next) {
		next = trouble->next;
		if (now < trouble->due)
			continue;
		say_news(trouble);
		trouble->due = now + trouble->pause;
		if (trouble->failing)
			try_again(trouble);
		else
			end(trouble, 0);
	}
	schedule();
}

void trouble_join(struct log *log) {
	struct trouble *trouble = log->sink.path && !log->trouble ? troubles : NULL;
	while (trouble && strcmp(trouble->path, log->sink.path) != 0)
		trouble = trouble->next;
	if (!trouble)
		return;
	log->trouble = trouble;
	trouble->logs++;
	sink_lock();
	log->sink.held = trouble->failing;
	sink_unlock();
}

void trouble_leave(struct log *log) {
	struct trouble *trouble = log->trouble;
	log->trouble = NULL;
	/* Where it works again the next process's log may find that it does not. */
	if (trouble && --trouble->logs == 0 && trouble->failing)
		end(trouble, trouble->error);
}

void trouble_failed(struct log *log, int error) {
	struct trouble *trouble = log->trouble ? log->trouble : begin(log->sink.path);
	if (!trouble)
		return;
	if (trouble->error)
		trouble->pause = trouble->pause < TROUBLE_PAUSE_MAX / 2 ? trouble->pause * 2 : TROUBLE_PAUSE_MAX;
	trouble->error = error;
	trouble->failing = true;
	trouble->due = loop_now() + trouble->pause;
	hold(trouble, true);
	say_news(trouble);
	schedule();
}

void trouble_worked(struct log *log) {
	struct trouble *trouble = log->trouble;
	if (!trouble || !trouble->failing)
		return;
	trouble->failing = false;
	trouble->due = loop_now() + (trouble->pause > TROUBLE_REST ? trouble->pause : TROUBLE_REST);
	hold(trouble, false);
	schedule();
}

void trouble_dropped(struct log *log, size_t count) {
	struct trouble *trouble = log->trouble;
	if (!trouble)
		return;
	trouble->dropped += count;
	if (trouble->said_dropped == 0)
		say_news(trouble);
}

int trouble_error(const struct trouble *trouble) {
	return trouble && trouble->failing ? trouble->error : 0;
}

int trouble_of(const struct trouble *trouble) {
	return trouble ? trouble->error : 0;
}

void trouble_hurry(struct log *log) {
	if (!trouble_error(log->trouble))
		return;
	log->trouble->due = loop_now();
	schedule();
}

void trouble_hand_over(const struct trouble *trouble, FILE *out) {
	state_number(out, "log-trouble", trouble->error);
	state_number(out, "log-dropped", (int64_t)trouble->dropped);
}

void trouble_take_over(struct log *log, int error, uint64_t dropped) {
	struct trouble *trouble = log->trouble ? log->trouble : begin(log->sink.path);
	if (!trouble)
		return;
	trouble->error = error;
	trouble->failing = trouble->said = true;
	trouble->dropped = trouble->said_dropped = dropped;
	trouble->due = loop_now() + trouble->pause;
	hold(trouble, true);
	schedule();
}
