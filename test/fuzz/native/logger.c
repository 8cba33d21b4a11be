/*
 * The logger, from the memory that a logger before it has left and the messages that it finds, to its end. Each input is a logger of its
 * own, in a child; only the files that it writes are not: every path is /dev/null.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

#define main logger_main
#define exit(status) _exit(status)
#include "../../../packages/logger/main.c"
#undef main
#undef exit

/* What an input is made of: parts, each with a kind, two bytes of length, and as many bytes. */
enum kind { PART_LOG, PART_READING, PART_QUEUE, PART_MESSAGE, PART_FILE, KINDS };
#define PART_HEAD 3
/* Places of logs and files in the inputs are small. */
#define PLACES 4
/* Seconds that one logger may take. */
#define PATIENCE 60

struct message settings;

int file_open(struct file *file) {
	if (file->own.fd <= 0)
		file->own.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	return file->own.fd < 0 ? errno : 0;
}

bool file_take_back(const struct file *file, size_t count) {
	(void)file, (void)count;
	return false;
}

void file_close(struct file *file) {
	if (file->own.fd > 0)
		close(file->own.fd);
	file->own.fd = 0;
}

const char *base_name(const char *path) {
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* Each index is a new one. */
int open_safe(const char *path, int flags, struct stat *state) {
	(void)path, (void)flags;
	int fd = memfd_create("index", MFD_CLOEXEC);
	if (fd >= 0 && fstat(fd, state) < 0)
		abort();
	return fd;
}

/* A message, with a terminal as every log has one. */
static void send_with_terminal(int socket, const uint8_t *bytes, size_t count) {
	static const char output[] = "one\ntwo\r\nthree";
	union message_descriptor sent = {.header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	struct iovec piece = {(void *)bytes, count};
	struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = &sent, .msg_controllen = sizeof sent};
	int ends[2];
	if (pipe2(ends, O_NONBLOCK) < 0 || write(ends[1], output, sizeof output - 1) < 0)
		abort();
	memcpy(CMSG_DATA(&sent.header), &ends[0], sizeof(int));
	sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(ends[0]);
	close(ends[1]);
}

/* Lays the parts where the logger finds them. */
static void lay_out(const uint8_t *bytes, size_t length, struct memory *left, int socket) {
	const size_t room[KINDS] = {sizeof(struct log), sizeof left->reading, sizeof(struct queue), UINT16_MAX,
	                            sizeof(struct file)};
	for (size_t place = 0; place < PLACES; place++)
		left->places[place] = PLACE_USED;
	for (size_t at = 0; length - at >= PART_HEAD;) {
		enum kind kind = bytes[at] % KINDS;
		size_t place = bytes[at] / KINDS % PLACES, more = bytes[at] / KINDS / PLACES, count = bytes[at + 1] | (size_t)bytes[at + 2] << 8;
		if (kind == PART_FILE)
			left->places[place] = (PLACE_USED + more) % (PLACE_FREE + 1);
		at += PART_HEAD;
		if (count > length - at)
			count = length - at;
		void *to[KINDS] = {&left->logs[place], &left->reading, &left->queues[place % 2], NULL, &left->files[place]};
		if (kind == PART_MESSAGE)
			send_with_terminal(socket, bytes + at, count);
		else
			memcpy(to[kind], bytes + at, count < room[kind] ? count : room[kind]);
		at += count;
	}
}

static void be_a_logger(const uint8_t *bytes, size_t length, int errors) {
	int ends[2], nothing = open("/dev/null", O_RDWR), memory_fd = memfd_create("fuzz", 0);
	if (nothing < 0 || memory_fd < 0 || ftruncate(memory_fd, sizeof(struct memory)) < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) < 0)
		abort();
	struct memory *left = mmap(NULL, sizeof *left, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, memory_fd, 0);
	if (left == MAP_FAILED)
		abort();
	lay_out(bytes, length, left, ends[1]);
	munmap(left, sizeof *left);
	close(ends[1]);
	dup2(nothing, STDOUT_FILENO);
	dup2(errors, STDERR_FILENO);
	int socket = fcntl(ends[0], F_DUPFD, 16);
	memory_fd = fcntl(memory_fd, F_DUPFD, 16);
	dup2(socket, LOGGER_SOCKET);
	dup2(memory_fd, LOGGER_MEMORY);
	logger_main();
}

void fuzz_one(const uint8_t *bytes, size_t length) {
	int status, errors = memfd_create("errors", MFD_CLOEXEC);
	/* A process for each input: the time of a round is that of one. */
	alarm(PATIENCE);
	pid_t child = fork();
	if (child == 0)
		be_a_logger(bytes, length, errors);
	if (child < 0 || waitpid(child, &status, 0) != child)
		abort();
	if (status != 0) {
		char said[4096];
		ssize_t n = pread(errors, said, sizeof said, 0);
		if (write(STDERR_FILENO, said, n > 0 ? (size_t)n : 0) < 0)
			_exit(1);
		abort();
	}
	close(errors);
}
