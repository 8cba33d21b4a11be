#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Has the reader take an input. What it does wrong ends the program. */
void fuzz_one(const uint8_t *bytes, size_t length);

#endif
