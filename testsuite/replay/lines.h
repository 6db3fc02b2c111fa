/* SPDX-License-Identifier: MIT */
/* Command lines for tests that want every command: made from the table, so that one that is added
   later is among them. */
#ifndef SW_TESTSUITE_LINES_H
#define SW_TESTSUITE_LINES_H

#include <stddef.h>

enum { LINES_MAX = 256, LINES_LENGTH = 96 };

struct lines {
    char items[LINES_MAX][LINES_LENGTH];
    size_t count;
};

/* Every command alone, with each option that its usage names, with all of them, and in some frames
   and orders that matter. */
void lines_init(struct lines *ret_lines);

#endif
