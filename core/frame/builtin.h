/* SPDX-License-Identifier: MIT */
/*
 * The C function that the newest Python frame is calling, as CPython's own gdb extension shows it.
 * It is shown only when two witnesses agree: an object on the frame's value stack names the
 * function, and the function is on the native stack between the evaluation loop and the innermost
 * frame.
 */
#ifndef SW_FRAME_BUILTIN_H
#define SW_FRAME_BUILTIN_H

#include "frame/stack.h"

enum { SW_BUILTIN_NAME = 64, SW_NATIVE_CALLS = 64 };

/* The functions that run above the newest evaluation loop of one native thread: their first
   addresses, the innermost first. */
struct sw_native_calls {
    sw_addr starts[SW_NATIVE_CALLS];
    size_t count;
};

/* `<built-in method NAME of TYPE object at remote SELF>`. */
struct sw_builtin {
    char name[SW_BUILTIN_NAME];
    char self_type[SW_BUILTIN_NAME]; /* "" for a function without self */
    sw_addr self;
    sw_addr function; /* the first address of the C function */
};

/* Look at the selected native thread. SW_E_NOT_FOUND when the debugger cannot walk it, or no
   evaluation loop was met: then nothing is known. */
int sw_native_calls_read(const struct sw_runtime *runtime, struct sw_modules *modules,
    struct sw_native_calls *ret_calls);

/* What the frame calls. SW_E_NOT_FOUND when it is not known. */
int sw_builtin_find(const struct sw_runtime *runtime, const struct sw_frame *frame,
    const struct sw_native_calls *calls, struct sw_builtin *ret_builtin);

#endif
