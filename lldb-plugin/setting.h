/* SPDX-License-Identifier: MIT */
/*
 * setting.h - the library's settings, by `pystack set`. lldb's own settings take no new ones.
 */
#ifndef SW_LLDB_SETTING_H
#define SW_LLDB_SETTING_H

#include <sidewinder.h>

/* Get ready. False when there is no memory. */
bool sw_lldb_setting_open(void);

/* Give a session what was set. */
void sw_lldb_setting_apply(struct sw_session *session);

/* The value of a setting, `otherwise` when there is none of that name. */
int64_t sw_lldb_setting_value(const char *name, int64_t otherwise);

/* Set one for all sessions, as typed: a number, "on" or "off". Returns 0, or a negative status with
   one line in reterr. */
int sw_lldb_setting_set(const char *name, const char *value, struct sw_error *reterr);

/* What `pystack set` says of the `index`th setting; false at the end of the list. */
bool sw_lldb_setting_show(size_t index, char *buf, size_t size);

#endif
