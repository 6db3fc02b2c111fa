/* SPDX-License-Identifier: MIT */
/* Which CPython a candidate is, and whether a layout fits what is in memory. */
#ifndef SW_RUNTIME_VERSION_H
#define SW_RUNTIME_VERSION_H

#include "runtime/candidate.h"

/*
 * Settle version, flavour and layout of a candidate and fill the runtime with them.
 * SW_E_UNSUPPORTED names a version without a layout; SW_E_NOT_FOUND: a runtime that is not
 * initialised; SW_E_CORRUPT: nothing fits.
 */
int sw_runtime_open(struct sw_memory *memory, const struct sw_candidate *candidate,
    struct sw_error *reterr, struct sw_runtime *runtime);

/* The versions, as 0x030c, that no symbol names: those with a _PyRuntime, or those with a list in
   static variables. 0 ends them. Static storage. */
const uint16_t *sw_versions_without_name(bool have_runtime);

#endif
