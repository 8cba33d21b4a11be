/*
 * The table of files, found by their paths: all logs with the same path write to one file. A file has a place in it as long as a process
 * writes to it or it is in trouble.
 */
#include "logger.h"

#include <search.h>
#include <sys/mman.h>

static void *by_path;
/* Below it no place is free. */
static size_t first_free;

static int compare(const void *one, const void *other) {
	return strcmp(((const struct file *)one)->path, ((const struct file *)other)->path);
}

static void set_up(struct file *file) {
	memset(&file->own, 0, sizeof file->own);
	if (!tsearch(file, &by_path, compare))
		give_up();
}

static void give_back(struct file *file) {
	size_t place = (size_t)(file - memory->files);
	file->is_used = false;
	madvise(file, sizeof *file, MADV_REMOVE);
	first_free = place < first_free ? place : first_free;
}

static struct file *new_file(const char *path) {
	while (first_free < memory->files_end && memory->files[first_free].is_used)
		first_free++;
	if (first_free == FILE_PLACES)
		give_up();
	struct file *file = &memory->files[first_free];
	strcpy(file->path, path);
	set_up(file);
	memory->files_end = first_free < memory->files_end ? memory->files_end : first_free + 1;
	file->is_used = true;
	return file;
}

struct file *file_attach(const char *path) {
	static struct file wanted;
	strncpy(wanted.path, path, PATH_MAX);
	struct file **found = tfind(&wanted, &by_path, compare), *file = found ? *found : new_file(wanted.path);
	file->own.logs++;
	if (file->own.is_failing)
		file_write(file);
	return file;
}

void file_forget(struct file *file) {
	if (file->own.logs > 0 || file->own.in_trouble)
		return;
	file_close(file);
	tdelete(file, &by_path, compare);
	give_back(file);
}

void file_detach(struct file *file) {
	if (--file->own.logs == 0)
		file_bound(file);
	file_forget(file);
}

bool files_close(void) {
	bool were_open = false;
	for (struct file *file = memory->files; file < memory->files + memory->files_end; file++)
		if (file->is_used && file->own.fd > 0) {
			file_close(file);
			were_open = true;
		}
	return were_open;
}

static bool is_sound(const struct file *file) {
	return file->is_used && end_of(file->span) <= FILE_BUFFER && memchr(file->path, '\0', sizeof file->path) &&
	       !tfind(file, &by_path, compare);
}

void files_open(void) {
	if (memory->files_end > FILE_PLACES)
		memory->files_end = 0;
	for (struct file *file = memory->files; file < memory->files + memory->files_end; file++)
		if (is_sound(file)) {
			set_up(file);
			file_recover(file);
		} else {
			give_back(file);
		}
}
