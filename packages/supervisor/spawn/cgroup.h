/*
 * Control groups, on the kernel's own file systems of version 1 and 2 (reference: jobs 11). Names are relative to the root of a
 * hierarchy for process 1, else to the group that the supervisor is in.
 */
#ifndef CGROUP_H
#define CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct process;
struct spawn_spec;

/* A group that a process is put into, until it can be removed. */
struct cgroup_use {
	struct cgroup_use *next;
	/* So much of the path was there before: the rest is ours to remove. */
	size_t base;
	char path[];
};

/* Finds out where the groups of `spec` are and notes them with the process. */
void cgroups_prepare(struct process *process, struct spawn_spec *spec);
/* The process has ended: removes what is empty and used by nobody else, now or when it has become empty. */
void cgroups_release(struct process *process);
/* Sends SIGKILL to everything in the group of a job: how many processes there were. */
int cgroup_kill(const char *name);
/* One that an image of the supervisor before this one has noted. */
void cgroup_note(struct process *process, const char *path, size_t length, size_t base);

#endif
