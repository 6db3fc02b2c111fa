/* SPDX-License-Identifier: MIT */
/* Stands between the library and a debugger, and writes everything down. */
#ifndef SW_TESTSUITE_RECORDER_H
#define SW_TESTSUITE_RECORDER_H

#include "image.h"

struct recorder {
    struct image *image;
    struct sw_target_ops ops; /* the debugger's */
    void *ctx;
    bool overflowed; /* something could not be written down: the image is not complete */
};

/* Record into `image`, which is borrowed; `info` and what the debugger can do are put into it. */
void recorder_init(struct recorder *recorder, const struct sw_target_info *info,
    const struct sw_target_ops *ops, void *ctx, struct image *image);

/* Callbacks that pass everything on; `ctx` is the struct recorder. */
void recorder_ops(const struct recorder *recorder, struct sw_target_ops *ret_ops);

#endif
