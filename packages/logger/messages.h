/*
 * What the supervisor and the logger tell each other, one message a packet of a SOCK_SEQPACKET socket pair. Both are installed
 * together, and a supervisor that replaces itself starts the logger that belongs to it, so messages have no versions.
 */
#pragma once

#include <sys/socket.h>

#include "loop/loop.h"

/* The descriptors that the logger is started with; 1 and 2 are those of init. */
#define LOGGER_SOCKET 3
#define LOGGER_MEMORY 4
/* Another number for each layout of the memory: a logger that has another one writes what it can, and ends. */
#define MEMORY_NAME "log-memory-2"

enum message_type {
	/*
	 * To the logger. `numbers`: how files are rotated, by bytes, by seconds, and old files to keep. What is in trouble is tried again.
	 */
	LOG_SETTINGS = 1,
	/* A log: `flags`, the path if there is a file, behind a NUL what copied lines begin with, and the descriptor. `numbers`: its process. */
	LOG_ADD,
	/* The process of the log `id` has ended: to be answered with DRAINED. */
	LOG_FINISH,
	/* A line of the supervisor's own; `flags` say where to. */
	LOG_SAY,

	/* From the logger. It has begun. */
	LOG_READY = 32,
	/* Nothing more is read of the log, and its output is in the file or waits there: `id` may be used for another one. */
	LOG_DRAINED,
	/* A report of type `flags` on the file of this path; `numbers`: an error number, and a count unless that is negative. */
	LOG_REPORT,
};

/* Where lines go, or those of a log are copied to, as they are if they begin with nothing else. Each has a queue of its own. */
#define LOG_TO_OUTPUT 1u
#define LOG_TO_ERROR 2u
/* The ids of logs are below this. Less in tests. */
#ifndef LOG_PLACES
#define LOG_PLACES (sizeof(void *) < 8 ? 4096u : 65536u)
#endif

/* A longer text is cut. */
#define MESSAGE_TEXT (32u * 1024)

#define SETTINGS 3

struct message {
	uint32_t type, flags;
	uint64_t id;
	int64_t numbers[SETTINGS];
};

/* With its text, and two NULs behind that. */
struct whole_message {
	struct message head;
	char text[MESSAGE_TEXT + 2];
};

/* One descriptor that goes with a message. */
union message_descriptor {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

/* With a descriptor, unless it is -1. `flags`: MSG_DONTWAIT, or 0. False, with errno: not now, or to nobody. */
static inline bool message_send(int socket, const struct message *head, const char *text, size_t length, int fd,
                                int flags) {
	union message_descriptor sent = {.header = {CMSG_LEN(sizeof fd), SOL_SOCKET, SCM_RIGHTS}};
	struct iovec pieces[] = {{(void *)head, sizeof *head},
	                         {(void *)text, length < MESSAGE_TEXT ? length : MESSAGE_TEXT}};
	struct msghdr message = {NULL, 0, pieces, COUNT(pieces), &sent, fd < 0 ? 0 : sizeof sent, 0};
	memcpy(CMSG_DATA(&sent.header), &fd, sizeof fd);
	return sendmsg(socket, &message, flags | MSG_NOSIGNAL) >= 0;
}

/* False: there is none (with EAGAIN), or never will be. `*fd`: what came with it, or -1; by NULL that is not taken. */
static inline bool message_receive(int socket, struct whole_message *message, int *fd) {
	union message_descriptor sent;
	struct iovec piece = {message, sizeof message->head + MESSAGE_TEXT};
	struct msghdr header = {NULL, 0, &piece, 1, &sent, fd ? sizeof sent : 0, 0};
	errno = 0; /* and stays that at the end of the connection */
	ssize_t size = recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (size < (ssize_t)sizeof message->head)
		return false;
	if (fd)
		*fd = CMSG_FIRSTHDR(&header) ? *(int *)CMSG_DATA(&sent.header) : -1;
	memset((char *)message + size, '\0', 2);
	return true;
}
