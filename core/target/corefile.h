/* SPDX-License-Identifier: MIT */
/*
 * What a core file has: debuggers make up for what it lacks with zeros, or with what the program's
 * files held before it ran, and do not tell. Only the file's own headers and its note of mapped
 * files are read, so a core of any size costs the same.
 */
#ifndef SW_TARGET_COREFILE_H
#define SW_TARGET_COREFILE_H

#include "sidewinder.h"

/* A piece of the process's memory. */
struct sw_core_segment {
    sw_addr start, end;
    uint64_t offset; /* in the file */
    uint64_t size;   /* that was dumped; less than end - start when the rest was left out */
    bool writable;
};

/* A part of a file that was mapped. */
struct sw_core_mapping {
    sw_addr start, end;
    uint64_t offset;  /* in that file, in bytes */
    const char *path; /* as the process named it */
};

struct sw_corefile {
    struct sw_core_segment *segments; /* by address, as kernels and debuggers write them */
    size_t segment_count;
    struct sw_core_mapping *mappings; /* none in a core without the note */
    size_t mapping_count;
    char *paths;         /* owned */
    uint64_t size;       /* of the file */
    uint64_t whole_size; /* that its headers speak of: larger when it was cut off */
};

/* What a core has at an address. */
enum sw_core_state {
    SW_CORE_HAS = 0,  /* the bytes, or nothing that contradicts what a debugger says is there */
    SW_CORE_CUT_OFF,  /* they were written behind the place where the file ends now */
    SW_CORE_LEFT_OUT, /* memory that the process had for itself, and that nobody wrote down */
};

/* Read the headers of a core file of this machine, by its path. SW_E_NOT_FOUND when it is none
   whose form is understood; unchanged then. Free with sw_corefile_fini(). */
int sw_corefile_read(const char *path, struct sw_corefile *ret_core);

void sw_corefile_fini(struct sw_corefile *core);

enum sw_core_state sw_corefile_state(const struct sw_corefile *core, sw_addr addr, size_t len);

static inline bool sw_corefile_is_cut_off(const struct sw_corefile *core)
{
    return core->size < core->whole_size;
}

#endif
