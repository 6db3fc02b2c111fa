/* SPDX-License-Identifier: MIT */
/*
 * The allocator between the tests and the C library: counts, and fails when told to. A test that
 * includes this is linked with -Wl,--wrap=malloc and so on, see meson.build.
 */
#ifndef SW_TESTSUITE_ALLOC_H
#define SW_TESTSUITE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alloc_counters {
    uint64_t calls;  /* that asked for memory */
    uint64_t failed; /* those that were made to fail */
    size_t live;     /* bytes in use, by malloc_usable_size() */
    size_t peak;     /* most bytes in use at once */
};

/* Start counting from zero. The `fail_at`th allocation from now on fails (0: none does), and with
   `all_after` every later one too. */
void alloc_begin(uint64_t fail_at, bool all_after);

/* Let every allocation succeed again, and go on counting. */
void alloc_recover(void);

/* Stop counting, and failing. */
struct alloc_counters alloc_end(void);

/* What is counted so far. `live` may be below what it was at the beginning: then more was freed. */
struct alloc_counters alloc_now(void);

#endif
