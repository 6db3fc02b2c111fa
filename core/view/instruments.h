/* SPDX-License-Identifier: MIT */
/* What py-info says of tracers, hooks, the JIT and the allocator. */
#ifndef SW_VIEW_INSTRUMENTS_H
#define SW_VIEW_INSTRUMENTS_H

#include "view/command.h"

/* Lines of a runtime's block. Nothing, and SW_E_NO_MEMORY, when out of memory. */
int sw_view_instruments(
    const struct sw_run *run, unsigned runtime_index, const struct sw_threads *threads);

/* The same as members of the runtime's JSON object, likewise. */
int sw_view_json_instruments(const struct sw_run *run, unsigned runtime_index,
    const struct sw_threads *threads, struct sw_json *json);

#endif
