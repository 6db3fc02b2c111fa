/* SPDX-License-Identifier: MIT */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int sw_fail(struct sw_error *reterr, enum sw_status status, sw_addr address, const char *field,
    const char *format, ...)
{
    va_list args;

    if (!reterr)
        return status;
    memset(reterr, 0, sizeof(*reterr));
    reterr->status = status;
    reterr->address = address;
    snprintf(reterr->field, sizeof(reterr->field), "%s", field ? field : "");
    va_start(args, format);
    vsnprintf(reterr->message, sizeof(reterr->message), format, args);
    va_end(args);
    for (char *c = reterr->message; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    return status;
}

const char *sw_status_name(enum sw_status status)
{
    switch (status) {
    case SW_OK:
        return "ok";
    case SW_E_READ:
        return "read";
    case SW_E_CORRUPT:
        return "corrupt";
    case SW_E_UNSUPPORTED:
        return "unsupported";
    case SW_E_NOT_PYTHON:
        return "not-python";
    case SW_E_NOT_FOUND:
        return "not-found";
    case SW_E_LIMIT:
        return "limit";
    case SW_E_STOPPED:
        return "stopped";
    case SW_E_USAGE:
        return "usage";
    case SW_E_NO_MEMORY:
        return "no-memory";
    }
    return "unknown";
}

const char *sw_version(void)
{
    return SW_VERSION_STRING;
}
