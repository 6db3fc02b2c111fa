/* SPDX-License-Identifier: MIT */
/* What changes how Python code runs: tracers, hooks, the JIT; and the memory it runs in. */
#ifndef SW_INTERP_INSTRUMENTS_H
#define SW_INTERP_INSTRUMENTS_H

#include "interp/interp.h"

/* What is not known (this version has none of it, or it cannot be read) and what is. */
enum sw_known { SW_UNKNOWN = -1, SW_NO = 0, SW_YES = 1 };

enum { SW_MONITORING_TOOLS = 8 }; /* PY_MONITORING_TOOL_IDS */

/* Of one interpreter. A plain value. */
struct sw_instruments {
    enum sw_known jit;        /* machine code is made of hot loops (3.14+) */
    enum sw_known eval_hook;  /* another function than CPython's own evaluates frames (PEP 523) */
    sw_addr eval_function;    /* that one; 0 when there is none */
    enum sw_known audit_hook; /* Python functions added by sys.addaudithook() (3.8+) */
    sw_addr tools[SW_MONITORING_TOOLS]; /* names of the tools of sys.monitoring (3.12+), objects */
    size_t tool_count;
    bool unread; /* something that this version has could not be read */
};

/* Of all interpreters of a runtime. A plain value. */
struct sw_process_instruments {
    enum sw_known trampolines; /* of perf, sys.activate_stack_trampoline() (3.12+) */
    enum sw_known audit_hook;  /* C functions added by PySys_AddAuditHook() (3.8+) */
    const char *allocator;     /* as PYTHONMALLOC calls it, "default" when nobody chose one; NULL
                                  when it cannot be told (before 3.8). Static storage */
    enum sw_known debug_hooks; /* of the allocators (3.13+) */
    bool unread;               /* as above */
};

void sw_instruments_read(const struct sw_runtime *runtime, const struct sw_interpreter *interpreter,
    struct sw_instruments *ret_instruments);

void sw_process_instruments_read(
    const struct sw_runtime *runtime, struct sw_process_instruments *ret_instruments);

#endif
