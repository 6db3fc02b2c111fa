/* SPDX-License-Identifier: MIT */
/* A command run for a test: what it printed, how it ended, what it cost. */
#ifndef SW_TESTSUITE_OUTCOME_H
#define SW_TESTSUITE_OUTCOME_H

#include "sidewinder.h"

/* Text beyond this ends a command: no fixture has that much. */
#define OUTCOME_MAX_TEXT ((size_t)8 * 1024 * 1024)

struct outcome {
    char *text; /* NUL-terminated, never NULL after outcome_run() */
    size_t len;
    size_t capacity;
    int status;
    struct sw_error error; /* when status is negative */
    uint64_t reads;        /* that this run made */
    uint64_t bytes;
};

/* Run a command line such as "bt -a", or several, "frame 3; locals", up to the first that fails;
   and overwrite `outcome`, which is zero-initialised or was used before. An unknown command is
   SW_E_USAGE. */
void outcome_run(struct sw_session *session, const char *line, struct outcome *outcome);

/* Let the text take its room now: enough for every fixture. */
void outcome_reserve(struct outcome *outcome);

/* Free the text. */
void outcome_fini(struct outcome *outcome);

#endif
