/* The requests that conf-watch reads. It is compiled into this file; its events go nowhere. */
#include "fuzz.h"

#define main conf_watch_main
#include "../../../packages/daemon/watcher/conf-watch.c"
#undef main

/* `end` is not handed what it frees. */
static void forget_watches(void) {
	for (int i = 0; i < BUCKETS; i++) {
		while (buckets[i]) {
			char *dir = strdup(buckets[i]->dir), *name = strdup(buckets[i]->name);
			end(dir, name);
			free(dir);
			free(name);
		}
	}
}

void fuzz_one(const uint8_t *bytes, size_t length) {
	if (inotify_fd == 0) {
		inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
		if (inotify_fd < 0 || !freopen("/dev/null", "w", stdout))
			abort();
	}
	if (requests((const char *)bytes, length) > length)
		abort();
	forget_watches();
	answer();
}
