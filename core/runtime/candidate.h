/* SPDX-License-Identifier: MIT */
/* Places where a Python runtime may be, before anything of it is believed. */
#ifndef SW_RUNTIME_CANDIDATE_H
#define SW_RUNTIME_CANDIDATE_H

#include "runtime/runtime.h"

/* What was found of one runtime; absent addresses are 0. */
struct sw_candidate {
    enum sw_found_by found_by;
    struct sw_module module;
    sw_addr root;           /* _PyRuntime (3.7+) */
    sw_addr head;           /* interp_head (2.7, 3.6) */
    sw_addr current_thread; /* _PyThreadState_Current (2.7, 3.6) */
    bool has_symbols;
    struct sw_elf_symbols symbols; /* the module's, for what is asked later */
    int minor_from_path; /* 0x030c for ".../libpython3.12.so", 0 when the path does not tell */
};

struct sw_candidates {
    struct sw_candidate *items;
    size_t count;
};

/* The version that a file's name tells: 0x030c for "libpython3.12.so.1.0", 0 when it tells none. */
int sw_module_python_minor(const struct sw_module *module);

/* Whether a file is called as CPython's are. */
bool sw_module_is_called_python(const struct sw_module *module);

/* Whether a file is likely to hold Python, by its name or because it is the main program. */
bool sw_module_is_likely(const struct sw_modules *modules, size_t index);

/* Look through all modules, and ask the debugger when that finds nothing. 0 with possibly none. */
int sw_candidates_find(struct sw_memory *memory, const struct sw_modules *modules,
    struct sw_error *reterr, struct sw_candidates *ret_candidates);

/* Whether a module exports the names of a Python, or the debugger has symbols of one. */
bool sw_candidates_are_named(struct sw_memory *memory, const struct sw_modules *modules);

void sw_candidates_fini(struct sw_candidates *candidates);

/* The address of a symbol of the candidate's module; 0 when it has none of that name. */
sw_addr sw_candidate_symbol(const struct sw_candidate *candidate, const char *name);

#endif
