/* SPDX-License-Identifier: MIT */
/* What the plugin itself says of a failure, in the form of core's. */
#ifndef SW_LLDB_ERROR_H
#define SW_LLDB_ERROR_H

#include "sidewinder.h"

/* Describe a failure and return its status. */
int sw_lldb_fail(struct sw_error *reterr, enum sw_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
