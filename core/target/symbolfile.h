/* SPDX-License-Identifier: MIT */
/*
 * A small ELF file that tells a debugger of trampolines: their bytes, their names, and how they are
 * unwound (.debug_frame). It is the one way into debuggers whose unwinder has no plugins.
 */
#ifndef SW_TARGET_SYMBOLFILE_H
#define SW_TARGET_SYMBOLFILE_H

#include "target/trampoline.h"

/* A stretch of memory filled with copies of one trampoline. */
struct sw_trampoline_region {
    sw_addr start;
    uint64_t size;    /* up to the end of the last copy */
    unsigned spacing; /* from one copy to the next */
    const struct sw_trampoline_form *form;
    uint8_t *bytes; /* what is there */
};

/* The region around a trampoline. SW_E_READ, SW_E_NO_MEMORY. Free it with free(ret->bytes). */
int sw_trampoline_region_read(struct sw_memory *memory, const struct sw_trampoline *trampoline,
    struct sw_trampoline_region *ret_region);

struct sw_symbol {
    sw_addr addr;
    uint64_t size;
    const char *name;
};

/*
 * Make the file, for a little endian 64-bit machine, with every address as it is in memory. Symbols
 * outside of all regions are left out. SW_E_LIMIT for more than SW_MAX_TRAMPOLINE_REGIONS, or a
 * file beyond SW_MAX_SYMBOL_FILE bytes. Free it with free().
 */
int sw_symbol_file_make(const struct sw_trampoline_region *regions, size_t region_count,
    const struct sw_symbol *symbols, size_t symbol_count, uint8_t **ret_bytes, size_t *ret_len);

#endif
