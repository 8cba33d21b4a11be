/*
 * Descriptors that clients of the daemon send. Node loses them when it reads, so the supervisor looks at a connection
 * before the daemon reads from it, and keeps what comes for the processes that are to have it. Listening sockets
 * (listen.c) are kept here, too.
 */
#include <sys/socket.h>
#include <sys/syscall.h>

#include "link/frames.h"

/* Bytes that are looked at together. */
#define LOOK_BYTES 65536

/* Each by the number of the report that has named it, which no other report ever has; 0: a free place. */
static struct file {
	uint64_t id;
	int fd;
} files[FILES_MAX];

/* Copies of sockets that the daemon waits for, each at the remainder of its token; token 0: none. */
static struct look {
	struct watch watch;
	int64_t token;
	/* The next event is a connection from before the look. */
	bool skips_next;
} looks[LOOKS_MAX];

/* NULL: there is none. */
static struct file *file_at(uint64_t id) {
	for (struct file *file = files; file < files + FILES_MAX; file++)
		if (file->id == id)
			return file;
	return NULL;
}

int file_of(uint64_t id) {
	struct file *file = file_at(id);
	return file ? file->fd : -1;
}

uint64_t file_add(int fd) {
	struct file *file = reports_can_answer() ? file_at(0) : NULL;
	if (file)
		*file = (struct file){reports_last + 1, fd};
	else
		close(fd);
	return file ? file->id : 0;
}

void files_keep_only(const struct frame *frame) {
	for (struct file *file = files; file < files + FILES_MAX; file++) {
		struct field field = {0};
		bool stays = file->id == 0 || file->id > frame->id;
		while (!stays && field_next(frame, &field))
			stays = (uint64_t)field_number(&field) == file->id;
		if (stays)
			continue;
		close(file->fd);
		file->id = 0;
	}
}

static bool keep_file(struct state_file *state, struct file *file) {
	keep(state, "file", file->id);
	return keep_descriptor(state, "file-descriptor", &file->fd);
}

void files_keep(struct state_file *state) {
	/* Where the next one is read to. */
	static struct file *next = files;
	for (struct file *file = files; state->out && file < files + FILES_MAX; file++)
		if (file->id)
			keep_file(state, file);
	if (!state->out && next < files + FILES_MAX)
		next += keep_file(state, next);
}

/* A copy of the socket that a frame names; -1 with the reason in errno. */
static int daemon_socket(const struct frame *frame) {
	int daemon = (int)syscall(SYS_pidfd_open, (pid_t)frame_get(frame, TAG_PID), 0);
	int fd = daemon < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, daemon, (int)frame_get(frame, TAG_DESCRIPTOR), 0);
	int error = errno;
	close(daemon);
	errno = error;
	return fd;
}

void find_peer(const struct frame *frame) {
	struct field address = frame_field(frame, TAG_ADDRESS);
	struct ucred peer = {0};
	socklen_t length = sizeof peer;
	int fd = daemon_socket(frame), error = 0;
	if (fd < 0 || (address.data && connect(fd, (const struct sockaddr *)address.data, address.length) < 0) ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
		error = errno;
	else if (peer.uid == (uid_t)-1)
		error = ENOTCONN;
	if (error)
		peer = (struct ucred){0};
	close(fd);
	report_add(REPORT_PEER, NUMBER(TOKEN, frame_get(frame, TAG_TOKEN)), NUMBER(ERRNO, error), NUMBER(PID, peer.pid),
	           NUMBER(UID, peer.uid), NUMBER(GID, peer.gid));
}

static void end_look(struct look *look) {
	if (look->token)
		watch_close(&look->watch);
	look->token = 0;
}

static void look_now(struct watch *watch) {
	static char bytes[LOOK_BYTES];
	/* Room for one descriptor: the kernel does not open the others. */
	_Alignas(struct cmsghdr) char control[CMSG_LEN(sizeof(int))];
	struct msghdr message = {NULL, 0, &(struct iovec){bytes, sizeof bytes}, 1, control, sizeof control, 0};
	struct look *look = CONTAINER_OF(watch, struct look, watch);
	ssize_t count = recvmsg(watch->fd, &message, MSG_PEEK | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	/* Without events it is not watched: it would be looked at by nobody. */
	if (count < 0 && watch->events && (errno == EAGAIN || errno == EINTR))
		return;
	struct cmsghdr *header = count < 0 ? NULL : CMSG_FIRSTHDR(&message);
	int error = count < 0 ? errno : 0;
	uint64_t file = header ? file_add(*(int *)CMSG_DATA(header)) : 0;
	/* Truncated, and nothing there: our own table is full. */
	bool has_come = header || (count > 0 && message.msg_flags & MSG_CTRUNC);
	if (has_come && !file)
		error = ENFILE;
	report_add(REPORT_LOOKED, NUMBER(TOKEN, look->token), NUMBER(COUNT, count < 0 ? 0 : count), NUMBER(ERRNO, error),
	           {file ? TAG_FILE : 0, (int64_t)file, NULL});
	end_look(look);
}

/* Of a listening socket: nothing is read from it, the job accepts. */
static void connection_waits(struct watch *watch) {
	struct look *look = CONTAINER_OF(watch, struct look, watch);
	bool is_old = look->skips_next;
	look->skips_next = false;
	if (is_old)
		return;
	report_add(REPORT_LOOKED, NUMBER(TOKEN, look->token), NUMBER(COUNT, 0), NUMBER(ERRNO, 0));
	end_look(look);
}

void look_at(const struct frame *frame) {
	struct look *look = &looks[frame_get(frame, TAG_TOKEN) % LOOKS_MAX];
	int64_t file = frame_get(frame, TAG_FILE), is_new_only = frame_get(frame, TAG_NEW_ONLY);
	end_look(look);
	if (!file && !frame_field(frame, TAG_DESCRIPTOR).data)
		return;
	int fd = file ? fcntl(file_of((uint64_t)file), F_DUPFD_CLOEXEC, 0) : daemon_socket(frame);
	*look = (struct look){{.fd = fd}, frame_get(frame, TAG_TOKEN), false};
	if (is_new_only)
		look->skips_next = poll(&(struct pollfd){fd, POLLIN, 0}, 1, 0) > 0;
	/* What cannot be waited for cannot be read either, which says why. */
	if (fd < 0 || watch_start(&look->watch, fd, EPOLLIN | (is_new_only ? (uint32_t)EPOLLET : 0),
	                          file ? connection_waits : look_now) < 0)
		look_now(&look->watch);
}

void looks_end(void) {
	for (struct look *look = looks; look < looks + LOOKS_MAX; look++)
		end_look(look);
}
