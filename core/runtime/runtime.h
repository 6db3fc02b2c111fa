/* SPDX-License-Identifier: MIT */
/*
 * A Python runtime in the target: where it is, which version and flavour, and the layout that fits
 * it. This folder and layouts/ are the only places that know version numbers.
 */
#ifndef SW_RUNTIME_RUNTIME_H
#define SW_RUNTIME_RUNTIME_H

#include "layout/reader.h"
#include "object/hash.h"
#include "target/elf.h"

/* How a runtime was found, in the order in which the ways are tried. */
enum sw_found_by {
    SW_FOUND_BY_DYNAMIC_SYMBOL = 0, /* our own look-up in the module's dynamic symbols */
    SW_FOUND_BY_CODE,               /* the address in the code of an exported function */
    SW_FOUND_BY_THREAD_STATE,       /* the interpreter of the running thread (2.7, 3.6 stripped) */
    SW_FOUND_BY_SECTION,            /* the debugger's sections: .PyRuntime */
    SW_FOUND_BY_SYMBOL,             /* the debugger's symbols */
    SW_FOUND_BY_SCAN,               /* a look through all writable data */
};

/* Where the layout's numbers came from. */
enum sw_layout_origin {
    SW_LAYOUT_FROM_TABLE = 0,
    SW_LAYOUT_FROM_DEBUG_OFFSETS, /* the target's own, completed from the table */
};

struct sw_runtime {
    sw_addr root; /* _PyRuntime, or 0 where there is none (2.7, 3.6) */
    sw_addr head; /* address of the pointer to the newest interpreter, 0 when only one is known */
    sw_addr first_interpreter; /* used when head is 0 */
    sw_addr current_thread;    /* address of _PyThreadState_Current (2.7, 3.6), 0 elsewhere */
    sw_addr evaluation_loop;   /* its function; 0 when no file exports it */
    struct sw_module module;   /* path "" when the runtime was found without its module */
    enum sw_found_by found_by;
    enum sw_layout_origin origin;
    bool debug_offsets_rejected; /* the target had a table that failed its checks: the core may be
                                    torn */
    bool version_from_sys;       /* sys.hexversion said it, not a symbol */
    bool validated;              /* sizes of well-known types in the target equal the layout's */
    struct sw_layout layout;
    struct sw_hash hash;
    struct sw_reader reader; /* memory through that layout; points into this struct */
};

/* Every runtime of a target. Zero-initialised is a valid, empty list. */
struct sw_runtimes {
    struct sw_modules modules; /* the files that were looked at */
    struct sw_runtime *items[SW_MAX_RUNTIMES];
    size_t count;
    struct sw_error
        problem; /* why a runtime that is there could not be used; status SW_OK for none */
};

/*
 * Find the runtimes. 0 with at least one in the list; SW_E_NOT_PYTHON when there is no trace of
 * any, SW_E_UNSUPPORTED and others when there is one that cannot be used. Free with
 * sw_runtimes_fini().
 */
int sw_runtimes_find(
    struct sw_memory *memory, struct sw_error *reterr, struct sw_runtimes *ret_runtimes);

/* Whether files of the target export the names of a Python, or the debugger has symbols of one:
   what can be known without a search. True when that was interrupted. *ret_is_whole is set when
   there was a list of files to look at.
 */
bool sw_runtimes_are_likely(struct sw_memory *memory, bool *ret_is_whole);

void sw_runtimes_fini(struct sw_runtimes *runtimes);

/* The object that the module sys of the newest interpreter has under a name. SW_E_NOT_FOUND. */
int sw_runtime_sys_find(const struct sw_runtime *runtime, const char *name, sw_addr *ret_object);

/* Whether it is a build with Py_TRACE_REFS. Since 3.13 (gh-108634) no object shows it, so that the
   layout's flavour does not say it; sys.getobjects does. Costs a search in sys each time. */
bool sw_runtime_traces_references(const struct sw_runtime *runtime);

/* "dynamic symbol", "section .PyRuntime" ... for people. Static storage. */
const char *sw_found_by_name(enum sw_found_by found_by);

/* The name of the evaluation loop's function in this version. Static storage. */
const char *sw_runtime_loop_name(const struct sw_runtime *runtime);

/* "3.12.1", "3.15.0b2", "2.7.18+": the layout's hexversion as people write it; buf of 24 bytes. */
void sw_version_text(uint32_t hexversion, char *buf, size_t size);

/* Address of the pointer-or-value `field` of the runtime (SW_F_RUNTIME_STATE_...); 0 when absent.
 */
sw_addr sw_runtime_at(const struct sw_runtime *runtime, enum sw_field_id field);

#endif
