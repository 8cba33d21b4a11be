/*
 * Users and groups as the files in /etc list them, and as other services do that nsswitch.conf names beside the files. Not
 * by libc's own functions: these load each service's library into every process that asks, which takes longer than to start
 * the process, and need the very libc inside a chroot that the supervisor was linked with.
 */
#ifndef USER_DATABASE_H
#define USER_DATABASE_H

#include <stdbool.h>
#include <sys/types.h>

struct user {
	uid_t uid;
	gid_t gid;
};

struct group_list {
	gid_t *ids;
	size_t count;
};

/* 1: found, 0: there is no such name, -1 with errno: nobody can tell. */
int user_find(const char *name, struct user *user);
int group_find(const char *name, gid_t *gid);

/*
 * `first`, and the groups that list the user as a member. Where other services do not answer, those of the files alone for a user
 * whom the files list, which is said on standard error. False, with errno: they cannot be told.
 */
bool groups_of_user(const char *name, gid_t first, struct group_list *groups);

/*
 * `first`, and the groups that list root by whatever name it has. By the files alone: what an init starts must not wait for
 * a directory on the network to answer who root is.
 */
bool groups_of_root(gid_t first, struct group_list *groups);

#endif
