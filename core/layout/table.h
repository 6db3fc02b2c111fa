/* SPDX-License-Identifier: MIT */
/*
 * The form of the tables that layout-gen writes from layouts/: private to core/layout. A version
 * has one complete base table (64-bit little endian x86_64 release) and overrides, of which all
 * that apply are laid over it in the order of the file.
 */
#ifndef SW_LAYOUT_TABLE_H
#define SW_LAYOUT_TABLE_H

#include "layout/layout.h"

/* Properties that an override can demand; the words after `@` in a layout file. */
enum sw_table_when {
    SW_WHEN_DEBUG = 1 << 0,
    SW_WHEN_FREE_THREADED = 1 << 1,
    SW_WHEN_TRACE_REFS = 1 << 2,
    SW_WHEN_BIG_ENDIAN = 1 << 3,
    SW_WHEN_ABI_I386 = 1 << 4,  /* 4-byte pointers, 8-byte integers aligned to 4 */
    SW_WHEN_ABI_ARMHF = 1 << 5, /* 4-byte pointers, 8-byte integers aligned to 8 */
};

struct sw_table_row {
    uint16_t field; /* enum sw_field_id */
    struct sw_field value;
};

struct sw_table_size {
    uint16_t id; /* enum sw_struct_id */
    uint32_t size;
};

struct sw_table_override {
    uint16_t when;       /* enum sw_table_when, all of them */
    uint8_t micro_first; /* the micro releases that are meant, both ends included */
    uint8_t micro_last;
    const char *machine; /* NULL for any */
    const struct sw_table_row *rows;
    size_t rows_count;
    const struct sw_table_size *sizes;
    size_t sizes_count;
};

struct sw_table_version {
    uint8_t major;
    uint8_t minor;
    const struct sw_field *fields; /* SW_F_COUNT */
    const uint32_t *sizes;         /* SW_S_COUNT */
    struct sw_traits traits;
    const struct sw_table_override *overrides;
    size_t overrides_count;
};

/* What a word of _Py_DebugOffsets says. */
enum sw_table_word_kind {
    SW_WORD_FIELD, /* the offset of a field */
    SW_WORD_SIZE,  /* the size of a struct */
};

/* One word, or a sum or difference of two, of _Py_DebugOffsets. */
struct sw_table_word {
    uint8_t kind;       /* enum sw_table_word_kind */
    bool free_threaded; /* means something only in a free-threaded build, 0 elsewhere */
    int8_t sign;        /* of the second word; 0 when there is none */
    uint16_t id;        /* field or struct */
    uint16_t position;  /* byte offset of the word in _Py_DebugOffsets */
    uint16_t second;    /* byte offset of the word to add or subtract */
};

struct sw_table_debug_offsets {
    uint8_t major;
    uint8_t minor;
    uint16_t size; /* bytes */
    const struct sw_table_word *words;
    size_t words_count;
};

extern const struct sw_table_version sw_table_versions[];
extern const size_t sw_table_versions_count;
extern const struct sw_table_debug_offsets sw_table_debug_offsets[];
extern const size_t sw_table_debug_offsets_count;
extern const char *const sw_table_field_names[SW_F_COUNT];
extern const char *const sw_table_struct_names[SW_S_COUNT];
extern const uint8_t sw_table_field_structs[SW_F_COUNT];

#endif
