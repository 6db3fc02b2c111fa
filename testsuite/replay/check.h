/* SPDX-License-Identifier: MIT */
/* What a command may print when something was taken away from it. */
#ifndef SW_TESTSUITE_CHECK_H
#define SW_TESTSUITE_CHECK_H

#include "outcome.h"

/*
 * Compare the outcome of a hampered run with that of a full one, for text and JSON alike. Returns
 * NULL when it is honest, else what is wrong:
 *
 * - the frames of each stack are some of those of one stack of `whole`, in its order; parts of a
 *   frame may be unknown ("?", null). `whole` is the full run of the command without a limit on the
 *   number of frames: the oldest frames that can be reached may be others,
 * - where anything but a value differs a reason is given: a note, a warning, a problem, or the
 *   command's error. Values tell in their own text what they lack.
 */
const char *check_honest(
    const struct outcome *full, const struct outcome *whole, const struct outcome *hampered);

/* Show where two outputs begin to differ, as comment lines of TAP. */
void check_show(const struct outcome *full, const struct outcome *other);

/* What is wrong when both are not the same, NULL when they are. */
const char *check_same(const struct outcome *full, const struct outcome *other);

/* What is wrong when a note is there twice in a row, NULL when none is: what cannot be read is said
   once, however often a session is asked. */
const char *check_notes(const struct outcome *run);

/* Whether both are the same apart from the texts of values. */
bool check_same_but_values(const struct outcome *full, const struct outcome *other);

#endif
