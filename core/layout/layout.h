/* SPDX-License-Identifier: MIT */
/*
 * A layout: where CPython keeps each thing, for one build of one version. The fields come from
 * layouts/ (generated tables) and the target's own _Py_DebugOffsets (3.13+) where it has them.
 */
#ifndef SW_LAYOUT_LAYOUT_H
#define SW_LAYOUT_LAYOUT_H

#include "layout_fields.h" /* generated from layouts/fields.txt and traits.txt */
#include "sidewinder.h"

/* The offset of a field that this build does not have. Never 0: 0 is an offset. */
#define SW_ABSENT UINT32_MAX

/* Where one field lies in its struct. */
struct sw_field {
    uint32_t offset; /* bytes from the start of the struct, SW_ABSENT when there is no such field */
    uint8_t width;   /* bytes; 0 for fields of which only the offset counts */
    uint8_t bits;    /* size of a bit field, 0 for whole fields */
    uint8_t bit;     /* its lowest bit, from the least significant of the `width`-byte unit */
};

/* Which layout of a version is meant: everything that moves a field. */
struct sw_flavour {
    uint32_t hexversion;  /* PY_VERSION_HEX; the micro release counts */
    uint8_t pointer_size; /* 4 or 8 */
    bool big_endian;
    bool debug;         /* Py_DEBUG */
    bool free_threaded; /* Py_GIL_DISABLED */
    bool trace_refs;    /* Py_TRACE_REFS: every object is 16 bytes (two pointers) longer */
    char machine[16];   /* as in struct sw_target_info */
};

/* Where a value of a layout came from. */
enum sw_layout_source {
    SW_SOURCE_TABLE = 0,     /* layouts/cpython-X.Y.layout */
    SW_SOURCE_DEBUG_OFFSETS, /* the target's own _Py_DebugOffsets */
};

/* A complete layout. A plain value. */
struct sw_layout {
    struct sw_flavour flavour;
    struct sw_field fields[SW_F_COUNT];
    /* sizeof each struct, SW_ABSENT when this build has no such struct. Of those that fields.txt
       marks with `...` (the runtime, the interpreter) the table has the end of the last field. */
    uint32_t sizes[SW_S_COUNT];
    struct sw_traits traits;
    uint8_t sources[SW_F_COUNT]; /* enum sw_layout_source */
    unsigned from_debug_offsets; /* fields taken from the target */
    unsigned disagreements;      /* fields where the target's value and the table's differ */
    char first_disagreement[96]; /* "thread_state.id: target 224, table 232", or "" */
};

/* True when there is a table for this major.minor version. */
bool sw_layout_has_version(unsigned major, unsigned minor);

/* Fill a layout from the built-in tables for a flavour. The flavour in the layout has trace_refs
   set where Py_DEBUG brought it (2.7 to 3.7). SW_E_UNSUPPORTED names the version when there is
   none. */
int sw_layout_from_table(
    const struct sw_flavour *flavour, struct sw_error *reterr, struct sw_layout *ret_layout);

/* "thread_state.next" for a field, "thread_state" for a struct. Static storage. */
const char *sw_field_name(enum sw_field_id field);
const char *sw_struct_name(enum sw_struct_id id);

/* The struct a field belongs to. */
enum sw_struct_id sw_field_struct(enum sw_field_id field);

#endif
