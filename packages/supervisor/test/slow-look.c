/* Linked in with -Wl,--wrap=trouble_worked: the main thread is so slow to look at a log that the writer is done with it once more. */
#include <unistd.h>

struct log;
void __real_trouble_worked(struct log *log);
void __wrap_trouble_worked(struct log *log);

void __wrap_trouble_worked(struct log *log) {
	usleep(50 * 1000);
	__real_trouble_worked(log);
}
