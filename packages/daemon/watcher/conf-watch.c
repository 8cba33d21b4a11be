/*
 * conf-watch: tells the daemon what happens to its job files. Node's fs.watch cannot tell that a file has been closed
 * after writing, which is when it counts (reference: job files section 6).
 *
 * stdin    requests, two NUL-terminated fields each: the operation with a directory, and a name or nothing
 *            +DIR \0 \0        watch the entries of DIR
 *            +DIR \0 NAME \0   tell only when NAME appears in DIR or goes
 *            -DIR \0 ... \0    end that watch
 *            ?   \0 \0        answer when everything that has happened so far has been told
 *          at its end the program ends.
 * stdout   events, one NUL-terminated record each:
 *            +DIR          DIR is being watched (for a watch with NAME: cDIR/NAME, look whether it is there)
 *            cPATH         created; a file may still be open for writing
 *            wPATH         closed after writing, or moved here
 *            gPATH         deleted or moved away (for a watch with NAME also: DIR has gone)
 *            lDIR          DIR itself has been deleted or moved and is no longer watched
 *            o             events were lost
 *            ?             the answer to ?
 *            eERRNO PATH   DIR cannot be watched
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MASK (IN_CREATE | IN_DELETE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_MOVE_SELF)
#define MASK_NAME (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MOVE_SELF)
#define BUCKETS 1024
/* Longer than the two longest fields that a request can have. */
#define MAX_REQUEST (2 * 4096 + 2)

/* One watch. Several may share an inotify watch: a directory can be reached by several paths. */
struct watch {
	struct watch *next;
	int wd;
	const char *name; /* "" for all */
	char dir[];
};

static int inotify_fd;
static struct watch *buckets[BUCKETS];

static struct watch **bucket(int wd)
{
	return &buckets[(unsigned)wd % BUCKETS];
}

/* Output is buffered; main flushes it before it waits. */
static void event(char kind, const char *dir, const char *name)
{
	putchar(kind);
	fputs(dir, stdout);
	if (*name) {
		putchar('/');
		fputs(name, stdout);
	}
	putchar('\0');
}

static void watching(const struct watch *w)
{
	event(*w->name ? 'c' : '+', w->dir, w->name);
}

static void lost(const char *dir, const char *name)
{
	event(*name ? 'g' : 'l', dir, name);
}

static void add(const char *dir, const char *name)
{
	size_t dir_size = strlen(dir) + 1, name_size = strlen(name) + 1;
	int wd = inotify_add_watch(inotify_fd, *dir ? dir : "/", (*name ? MASK_NAME : MASK) | IN_ONLYDIR | IN_MASK_ADD);

	if (wd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		lost(dir, name);
		return;
	}
	if (wd < 0) {
		printf("e%d %s", errno, dir);
		putchar('\0');
		return;
	}
	struct watch *w = malloc(sizeof *w + dir_size + name_size);
	if (!w)
		exit(1);
	w->wd = wd;
	memcpy(w->dir, dir, dir_size);
	w->name = memcpy(w->dir + dir_size, name, name_size);
	w->next = *bucket(wd);
	*bucket(wd) = w;
	watching(w);
}

static int in_use(int wd)
{
	for (struct watch *w = *bucket(wd); w; w = w->next)
		if (w->wd == wd)
			return 1;
	return 0;
}

static void end(const char *dir, const char *name)
{
	for (int i = 0; i < BUCKETS; i++) {
		for (struct watch **at = &buckets[i]; *at;) {
			struct watch *w = *at;
			if (strcmp(w->dir, dir) || strcmp(w->name, name)) {
				at = &w->next;
				continue;
			}
			int wd = w->wd;
			*at = w->next;
			free(w);
			if (!in_use(wd))
				inotify_rm_watch(inotify_fd, wd);
		}
	}
}

/* The directory of an inotify watch has been moved or deleted: its paths are those of something else from now on. */
static void end_lost(int wd)
{
	for (struct watch **at = bucket(wd); *at;) {
		struct watch *w = *at;
		if (w->wd != wd) {
			at = &w->next;
			continue;
		}
		lost(w->dir, w->name);
		*at = w->next;
		free(w);
	}
}

static void handle(const struct inotify_event *e)
{
	if (e->mask & IN_Q_OVERFLOW) {
		event('o', "", "");
		return;
	}
	if (e->mask & (IN_MOVE_SELF | IN_IGNORED)) {
		end_lost(e->wd);
		if (e->mask & IN_MOVE_SELF)
			inotify_rm_watch(inotify_fd, e->wd);
		return;
	}
	char kind = e->mask & (IN_CLOSE_WRITE | IN_MOVED_TO) ? 'w' : e->mask & IN_CREATE ? 'c' : 'g';
	for (struct watch *w = *bucket(e->wd); w; w = w->next)
		if (w->wd == e->wd && e->len && (!*w->name || !strcmp(w->name, e->name)))
			event(kind, w->dir, e->name);
}

/* Passes on what the kernel has for us; returns how many bytes that were. */
static ssize_t read_events(void)
{
	char buffer[65536] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t size = read(inotify_fd, buffer, sizeof buffer);

	for (char *at = buffer; at < buffer + size;) {
		const struct inotify_event *e = (const struct inotify_event *)at;
		handle(e);
		at += sizeof *e + e->len;
	}
	return size;
}

/* What happens from now on is not waited for: it may have no end. */
static void answer(void)
{
	int left = 0;

	ioctl(inotify_fd, FIONREAD, &left);
	for (ssize_t size; left > 0 && (size = read_events()) > 0; left -= (int)size)
		;
	event('?', "", "");
}

/* Carries out the complete requests of a buffer and returns how much of it they are. */
static size_t requests(const char *buffer, size_t size)
{
	size_t done = 0;

	for (;;) {
		const char *dir = buffer + done;
		const char *dir_end = memchr(dir, '\0', size - done);
		if (!dir_end)
			return done;
		const char *name = dir_end + 1;
		const char *name_end = memchr(name, '\0', size - (size_t)(name - buffer));
		if (!name_end)
			return done;
		if (*dir == '+')
			add(dir + 1, name);
		else if (*dir == '-')
			end(dir + 1, name);
		else if (*dir == '?')
			answer();
		done = (size_t)(name_end + 1 - buffer);
	}
}

/* Returns 0 at the end of stdin. */
static int read_requests(void)
{
	static char buffer[65536];
	static size_t held;
	ssize_t size = read(STDIN_FILENO, buffer + held, sizeof buffer - held);

	if (size <= 0)
		return size < 0 && errno == EINTR;
	held += (size_t)size;
	size_t done = requests(buffer, held);
	held -= done;
	memmove(buffer, buffer + done, held);
	return held < MAX_REQUEST;
}

int main(void)
{
	inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (inotify_fd < 0) {
		fprintf(stderr, "conf-watch: inotify: %s\n", strerror(errno));
		return 1;
	}
	/* The daemon decides when this ends, not a terminal's Ctrl-C, and not a script that has all processes end. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);

	struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = inotify_fd, .events = POLLIN}};
	for (;;) {
		if (fflush(stdout) || (poll(fds, 2, -1) < 0 && errno != EINTR))
			return 1;
		if (fds[0].revents && !read_requests())
			return 0;
		if (fds[1].revents)
			read_events();
	}
}
