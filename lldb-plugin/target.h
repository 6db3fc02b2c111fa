/* SPDX-License-Identifier: MIT */
/*
 * target.h - a process of lldb as libsidewinder sees it.
 */
#ifndef SW_LLDB_TARGET_H
#define SW_LLDB_TARGET_H

#include <sidewinder.h>

#include "lldb.h"

struct sw_lldb_target;

/* The callbacks; their ctx is a struct sw_lldb_target. */
extern const struct sw_target_ops sw_lldb_target_ops;

/* What kind of process it is. Reads nothing of it. */
void sw_lldb_target_describe(struct sw_lldb *lldb, struct sw_target_info *ret_info);

/* Make a target; NULL when there is no memory for it. */
struct sw_lldb_target *sw_lldb_target_create(const struct sw_target_info *info);
void sw_lldb_target_destroy(struct sw_lldb_target *target);

/* Forget what lldb said about the process itself. */
void sw_lldb_target_forget(struct sw_lldb_target *target);

/* From here on, until it is given NULL, the target may be used. */
void sw_lldb_target_use(struct sw_lldb_target *target, struct sw_lldb *lldb);

#endif
