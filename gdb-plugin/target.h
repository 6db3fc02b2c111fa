/* SPDX-License-Identifier: MIT */
/*
 * target.h - gdb's selected inferior as libsidewinder sees it.
 *
 * A target belongs to one inferior and may be used only between sw_gdb_target_begin() and
 * sw_gdb_target_end(), while that inferior is the selected one: the Inferior.read_memory of gdb 13
 * and before reads the selected inferior, whichever object it is called on.
 */
#ifndef SW_GDB_TARGET_H
#define SW_GDB_TARGET_H

#include "python.h"

#include <sidewinder.h>

struct sw_gdb_target;

/* The callbacks; their ctx is a struct sw_gdb_target. */
extern const struct sw_target_ops sw_gdb_target_ops;

/* Make a target; NULL when there is no memory for it. */
struct sw_gdb_target *sw_gdb_target_create(const struct sw_target_info *info);
void sw_gdb_target_destroy(struct sw_gdb_target *target);

/* Forget what the debugger said about the process itself: auxiliary vector, sections. */
void sw_gdb_target_forget(struct sw_gdb_target *target);

/* Make ready for one command. Returns 0, or -1 with a Python exception set. */
int sw_gdb_target_begin(struct sw_gdb_target *target, PyObject *inferior);

/*
 * Keep the Python exception that is set now, until sw_gdb_target_end(): from here on every callback
 * returns SW_E_STOPPED. For KeyboardInterrupt, which must not pass through the library.
 */
void sw_gdb_target_stop(struct sw_gdb_target *target);

/* End a command. Returns 0, or -1 with the exception set again that was kept during it. */
int sw_gdb_target_end(struct sw_gdb_target *target);

#endif
