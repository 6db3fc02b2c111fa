/* SPDX-License-Identifier: MIT */
/* The interpreter's own functions on the way from one call to the next. */
#ifndef SW_FRAME_PLUMBING_H
#define SW_FRAME_PLUMBING_H

#include <stdbool.h>
#include <stddef.h>

/* Longest name of a function that is looked at. */
enum { SW_FUNCTION_NAME = 256 };

/* The name of a function without what compilers put behind it: "list_sort" of "list_sort.cold",
   ".constprop.0", ".lto_priv.0". */
size_t sw_function_name_length(const char *name);

/* Whether a function of Python's only passes a call on, or begins and ends the program: no stack is
   clearer with it. */
bool sw_function_is_plumbing(const char *name);

/* Whether the name is that of a function, or of a part of it that compilers moved out of line. */
bool sw_function_is_part_of(const char *name, const char *function);

/* Whether it is an instruction's handler, which the loop has called: builds with tail calls (3.14,
   gh-128563, Python/ceval_macros.h). */
bool sw_function_is_handler(const char *name);

#endif
