/* SPDX-License-Identifier: MIT */
/* Filling in struct sw_error. */
#ifndef SW_BASE_STATUS_H
#define SW_BASE_STATUS_H

#include "sidewinder.h"

#if defined(__GNUC__)
#define SW_PRINTF(text_at, args_at) __attribute__((format(printf, text_at, args_at)))
#else
#define SW_PRINTF(text_at, args_at)
#endif

/* Describe a failure and return its status, so that `return sw_fail(...)` reads well. `reterr` may
   be NULL. Newlines and control characters in the message become '?': it may quote the target. */
int sw_fail(struct sw_error *reterr, enum sw_status status, sw_addr address, const char *field,
    const char *format, ...) SW_PRINTF(5, 6);

#endif
