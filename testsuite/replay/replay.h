/* SPDX-License-Identifier: MIT */
/* A recorded image in the place of a debugger, with switches that make it fail. */
#ifndef SW_TESTSUITE_REPLAY_H
#define SW_TESTSUITE_REPLAY_H

#include "image.h"

/* What goes wrong, at the replay's `fail_at`th read (the first is 1). */
enum replay_failure {
    REPLAY_FAILS_NEVER,
    REPLAY_FAILS_ONCE,  /* that read only: a debugger's link that hiccups */
    REPLAY_FAILS_PAGE,  /* every read that touches the page where that read begins: a hole */
    REPLAY_FAILS_AFTER, /* that read and all that follow: the link is gone */
    REPLAY_STOPS,       /* the user presses Ctrl-C during that read */
    REPLAY_INTERRUPTS,  /* `interrupted` says so when it is polled for the `fail_at`th time */
    REPLAY_FAILURES
};

struct replay {
    const struct image *image;
    enum replay_failure failure;
    uint64_t fail_at;
    const char *file_root; /* where the target's files are; NULL: nowhere */

    uint64_t reads; /* so far */
    uint64_t polls; /* of `interrupted` so far */
    bool failed;    /* the failure happened */
    sw_addr hole;   /* REPLAY_FAILS_PAGE: the page, once it is known */
};

/* Begin anew; what was set in `replay` before is forgotten. The image is borrowed. */
void replay_init(struct replay *replay, const struct image *image, const char *file_root);

/* Choose a failure; counting starts again. */
void replay_fail(struct replay *replay, enum replay_failure failure, uint64_t fail_at);

/* The callbacks: those that the recorded debugger had. `ctx` is the struct replay. */
void replay_ops(const struct replay *replay, struct sw_target_ops *ret_ops);

/* A session on a replay; NULL when out of memory. */
struct sw_session *replay_session(struct replay *replay);

#endif
