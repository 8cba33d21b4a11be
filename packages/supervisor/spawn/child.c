/*
 * A new process from the clone to its first step: what it becomes, and what it does not keep of the supervisor. It has
 * no heap: nothing in it may allocate, or look at what is allocated.
 */

#include "spawn/spawn.h"

/* What a child that gives up exits with; nobody looks at it. */
#define GAVE_UP 255

/* Takes up memory only as far as it has been used. */
struct spec spec;

void spec_read(const struct frame *frame) {
	static uint8_t copy[FRAME_BODY_MAX + 1];
	struct frame copied = {.length = frame->length, .body = memcpy(copy, frame->body, frame->length)};
	struct field field = {0}, *next = spec.fields;
	char **argument = spec.arguments, **variable = spec.environment;
	while (field_next(&copied, &field)) {
		char *text = (char *)field.data;
		/* The head of this field has been read: its first byte ends the field before. */
		text[-FIELD_HEADER] = '\0';
		*next++ = field;
		if (field.tag == TAG_ARGUMENT)
			*argument++ = text;
		else if (field.tag == TAG_ENVIRONMENT)
			*variable++ = text;
	}
	copy[frame->length] = '\0';
	next->tag = 0;
	*argument = *variable = NULL;
	spec.console = (enum console)spec_number(TAG_CONSOLE, CONSOLE_NONE);
}

const struct field *spec_field(enum field_tag tag) {
	const struct field *field = spec.fields;
	while (field->tag && field->tag != tag)
		field++;
	return field->tag ? field : NULL;
}

const char *spec_text(enum field_tag tag) {
	const struct field *field = spec_field(tag);
	return field ? (const char *)field->data : NULL;
}

int64_t spec_number(enum field_tag tag, int64_t otherwise) {
	const struct field *field = spec_field(tag);
	return field ? field_number(field) : otherwise;
}

void spec_enter(const char *in_place, char *variable) {
	for (char **at = spec.environment; *at; at++)
		if (strcmp(*at, in_place) == 0)
			*at = variable;
}

enum slot spec_slots_end(void) {
	return spec_field(TAG_FILE) || spec_field(TAG_DESCRIPTOR) ? SLOTS_END : SLOT_FILES;
}

/* Where the error pipe is. */
static int errors = SLOT_ERROR;

void child_make_room(int number) {
	if (errors == number)
		errors = fcntl(errors, F_DUPFD_CLOEXEC, SLOTS_END);
}

static void tell(int step, int number, const char *detail) {
	struct child_message message = {.step = step, .number = number};
	snprintf(message.detail, sizeof message.detail, "%s", detail);
	ssize_t written = write(errors, &message, sizeof message);
	(void)written;
}

void child_gives_up(int step, int error, const char *detail) {
	tell(step, error, detail);
	_exit(GAVE_UP);
}

/* sd_notify(3) and sd_listen_fds(3) want the pid of the process that has the watchdog, or the descriptors. */
static void enter_pid(void) {
	static char watchdog[32], listener[32];
	snprintf(watchdog, sizeof watchdog, "WATCHDOG_PID=%d", getpid());
	snprintf(listener, sizeof listener, "LISTEN_PID=%d", getpid());
	if (spec_field(TAG_NOTIFY))
		spec_enter("WATCHDOG_PID=0", watchdog);
	if (spec_field(TAG_FILES_FROM))
		spec_enter("LISTEN_PID=0", listener);
}

void child_run(bool shares) {
	/*
	 * Leaves the supervisor all descriptors but the slots. At once rather than by exec: a child that waits (for a disk,
	 * or stopped for debugging) would keep the pipes of other processes open. Where they are a copy already, the
	 * kernel may be too old for this; then exec closes them.
	 */
	if (close_range(spec_slots_end(), ~0u, shares ? CLOSE_RANGE_UNSHARE : 0) < 0 && shares)
		child_gives_up(STEP_FORK, errno, "");
	if (shares)
		tell(OWN_DESCRIPTORS, 0, "");
	/* The supervisor's may lie in its heap. */
	environ = spec.environment;
	enter_pid();
	say_through = NULL;
	child_restore_limits();
	setsid();
	steps_run();
}

int child_restore_signals(void) {
	sigset_t none;
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}
