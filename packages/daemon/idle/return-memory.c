/*
 * A module for Node that is one function: it returns memory that only the start has needed. That is unused heap,
 * and pages of the program and its libraries, which the kernel maps again from its cache when they are used.
 */
#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* The part of node_api.h that is used: Node is often installed without its headers. */
typedef void *napi_value(void *environment, void *call);
int napi_create_function(void *environment, const char *name, size_t length, napi_value *function, void *data,
                         void **made);
void *napi_register_module_v1(void *environment, void *exports);
/* Not every C library has it; the one that Node has is used. */
int malloc_trim(size_t kept) __attribute__((weak));

/* What is not writable is as it is in its file. No library is loaded meanwhile, by any thread. */
static int return_pages(struct dl_phdr_info *object, size_t size, void *unused) {
	(void)size, (void)unused;
	uintptr_t page = sysconf(_SC_PAGESIZE);
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		uintptr_t start = object->dlpi_addr + segment->p_vaddr;
		uintptr_t first = start & -page, end = (start + segment->p_filesz) & -page;
		if (segment->p_type == PT_LOAD && !(segment->p_flags & PF_W) && end > first)
			madvise((void *)first, end - first, MADV_DONTNEED);
	}
	return 0;
}

static void *return_memory(void *environment, void *call) {
	(void)environment, (void)call;
	dl_iterate_phdr(return_pages, NULL);
	if (malloc_trim)
		malloc_trim(0);
	return NULL;
}

/* Node calls it when the module is loaded. */
void *napi_register_module_v1(void *environment, void *exports) {
	static const char name[] = "returnMemory";
	void *function = exports;
	napi_create_function(environment, name, sizeof name - 1, return_memory, NULL, &function);
	return function;
}
