/* SPDX-License-Identifier: MIT */
/*
 * setting.h - `set sidewinder NAME VALUE` and `show sidewinder NAME`, out of the library's table.
 *
 * What is set holds for every session, those of later inferiors too.
 */
#ifndef SW_GDB_SETTING_H
#define SW_GDB_SETTING_H

#include "python.h"

#include <sidewinder.h>

/* Tell gdb about every setting. Returns 0, or -1 with a Python exception set. */
int sw_gdb_setting_register(void);

/* Give a new session the values that hold now. */
void sw_gdb_setting_apply(struct sw_session *session);

/* The value of the setting NAME; `otherwise` when there is none. */
int64_t sw_gdb_setting_value(const char *name, int64_t otherwise);

#endif
