/*
 * What the supervisor and the logger say to each other, one message a packet, over a SOCK_SEQPACKET socket pair. Both are
 * installed together, and a supervisor that replaces itself starts the logger that belongs to it: there are no versions.
 */
#ifndef MESSAGES_H
#define MESSAGES_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

/* The descriptors that the logger is started with; 1 and 2 are those of init. */
#define LOGGER_SOCKET 3
#define LOGGER_MEMORY 4

enum message_type {
	/* To the logger. A log: `id`, `flags`, both texts (path, label), and with it the descriptor to read. */
	LOG_ADD = 1,
	/* The process of the log `id` has ended: to be answered with DRAINED. */
	LOG_FINISH,
	LOG_FLUSH,
	/* `numbers`: bytes, seconds, old files to keep. */
	LOG_ROTATION,
	/* The first text; `numbers`: mode, owner, group, whether those above it are made. */
	LOG_FOLDER,
	/* The first text is a line for descriptor `flags`. */
	LOG_SAY,
	/* To be answered with CLOSED when all is written. */
	LOG_CLOSE,

	/* From the logger. It has begun. */
	LOG_READY = 32,
	LOG_DRAINED,
	/* The first text is the path of a file; `numbers`: an error number, bytes dropped. */
	LOG_TROUBLE,
	LOG_DROPPED,
	LOG_RESTORED,
	LOG_NOT_ROTATED,
	LOG_CLOSED,
};

/* Flags of a log. Its lines are copied to one of these, as they are when there is no label. */
#define LOG_TO_OUTPUT 1u
#define LOG_TO_ERROR 2u

#define MESSAGE_TEXT (64u * 1024)

struct message {
	uint32_t type, flags;
	uint64_t id;
	int64_t numbers[4];
};

/* With its two texts, each of which has a NUL at its end. */
struct whole_message {
	struct message head;
	char text[MESSAGE_TEXT];
};

/* False, with errno: not now, or to nobody. Texts that are too long are cut. With a descriptor, unless it is -1. */
static inline bool message_send(int socket, const struct message *head, const char *text, const char *second, int fd) {
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	struct iovec pieces[] = {
	    {(void *)head, sizeof *head},
	    {(void *)text, strnlen(text, MESSAGE_TEXT / 2)},
	    {"", 1},
	    {(void *)second, strnlen(second, MESSAGE_TEXT / 4)},
	    {"", 1},
	};
	struct msghdr header = {.msg_iov = pieces, .msg_iovlen = sizeof pieces / sizeof *pieces};
	if (fd >= 0) {
		header.msg_control = &control;
		header.msg_controllen = sizeof control;
		memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
	}
	return sendmsg(socket, &header, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

/* False, with errno: there is none (EAGAIN), or never will be. What is no message is one of type 0. `*fd`: -1, or what came with it. */
static inline bool message_receive(int socket, struct whole_message *message, int *fd) {
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec piece = {message, sizeof *message};
	struct msghdr header = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
	ssize_t size = recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *entry = size > 0 ? CMSG_FIRSTHDR(&header) : NULL;
	*fd = -1;
	if (entry && entry->cmsg_level == SOL_SOCKET && entry->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(entry), sizeof *fd);
	if (size <= 0) {
		errno = size == 0 ? ECONNRESET : errno;
		return false;
	}
	size_t length = (size_t)size - sizeof message->head;
	bool is_valid = (size_t)size > sizeof message->head && message->text[length - 1] == '\0' &&
	                strlen(message->text) + 1 < length && !(header.msg_flags & MSG_TRUNC);
	if (!is_valid)
		message->head.type = 0;
	return true;
}

/* The second text. */
static inline const char *message_second(const struct whole_message *message) {
	return message->text + strlen(message->text) + 1;
}

#endif
