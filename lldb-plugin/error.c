/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int sw_lldb_fail(struct sw_error *reterr, enum sw_status status, const char *format, ...)
{
    va_list args;

    memset(reterr, 0, sizeof(*reterr));
    reterr->status = status;
    va_start(args, format);
    vsnprintf(reterr->message, sizeof(reterr->message), format, args);
    va_end(args);
    return status;
}
