/* SPDX-License-Identifier: MIT */
/* The collector of cyclic garbage. */
#ifndef SW_INTERP_GC_H
#define SW_INTERP_GC_H

#include "interp/interp.h"

enum { SW_GC_GENERATIONS = 3 };

/* A plain value. What could not be read is not known. */
struct sw_gc {
    bool enabled_known, enabled;       /* collects by itself, gc.enable() */
    bool collecting_known, collecting; /* at this moment */
    sw_addr frame;      /* the one that was newest when the collection began (3.15+); 0 elsewhere */
    size_t generations; /* SW_GC_GENERATIONS, or 0 when they could not be read */
    struct {
        int64_t count;     /* as gc.get_count() */
        int64_t threshold; /* as gc.get_threshold() */
    } generation[SW_GC_GENERATIONS];
    struct sw_error problem; /* why something is not known; status SW_OK for nothing */
};

/* Whether each interpreter has a collector of its own (3.9+), or all share one. */
bool sw_gc_is_per_interpreter(const struct sw_runtime *runtime);

/* The collector of an interpreter. */
void sw_gc_read(const struct sw_runtime *runtime, const struct sw_interpreter *interpreter,
    struct sw_gc *ret_gc);

/* Whether the interpreter is collecting garbage at this moment; false when that is not known. Looks
   at structs only, which costs a read. */
bool sw_gc_is_collecting(
    const struct sw_runtime *runtime, const struct sw_interpreter *interpreter);

/* Whether `addr` can be that of the collector's state, struct _gc_runtime_state, of an interpreter.
 */
bool sw_gc_is_state(
    const struct sw_runtime *runtime, const struct sw_interpreter *interpreter, sw_addr addr);

#endif
