#define _GNU_SOURCE
#include "log/log_folder.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
	/* Empty: none is known. */
	char path[PATH_MAX];
	mode_t mode;
	uid_t owner;
	gid_t group;
	/* Whether those above it are made as well. */
	bool parents;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct folder known;

void log_folder_set(const struct frame *frame) {
	struct folder folder = {.path = ""};
	struct fields fields = fields_of(frame);
	struct field field;
	while (fields_next(&fields, &field)) {
		if (field.tag == TAG_PATH && field.length < sizeof folder.path)
			memcpy(folder.path, field.data, field.length);
		else if (field.tag == TAG_MODE)
			folder.mode = (mode_t)field_number(&field);
		else if (field.tag == TAG_OWNER)
			folder.owner = (uid_t)field_number(&field);
		else if (field.tag == TAG_OWNER_GROUP)
			folder.group = (gid_t)field_number(&field);
		else if (field.tag == TAG_PARENTS)
			folder.parents = field_number(&field) != 0;
	}
	pthread_mutex_lock(&lock);
	known = folder;
	pthread_mutex_unlock(&lock);
}

static void make_parents(char *path, mode_t mode) {
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, mode);
		*slash = '/';
	}
}

bool log_folder_make_for(const char *file) {
	pthread_mutex_lock(&lock);
	struct folder folder = known;
	pthread_mutex_unlock(&lock);
	size_t length = strlen(folder.path);
	if (length == 0 || strncmp(file, folder.path, length) != 0 || file[length] != '/' || strchr(file + length + 1, '/'))
		return false;
	if (folder.parents)
		make_parents(folder.path, folder.mode);
	if (mkdir(folder.path, folder.mode) < 0)
		return false;
	/* Before the mode, which it may change. Where it cannot be given away it is init's. */
	int given = chown(folder.path, folder.owner, folder.group);
	(void)given;
	chmod(folder.path, folder.mode);
	return true;
}
