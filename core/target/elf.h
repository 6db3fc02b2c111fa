/* SPDX-License-Identifier: MIT */
/*
 * Our own reader of ELF in the target's memory: which files are loaded, and their dynamic symbols.
 * It needs no debug information, costs a fraction of a millisecond, works in cores and through
 * remote stubs, and is right where debuggers are not: gdb 13 gives one address for the _PyRuntime
 * of two libpythons.
 */
#ifndef SW_TARGET_ELF_H
#define SW_TARGET_ELF_H

#include "target/memory.h"
#include "target/place.h"

/* The loaded files of a target. Zero-initialised is a valid, empty list. */
struct sw_modules {
    struct sw_module *items;
    size_t count;
    size_t capacity;
    bool from_link_map; /* false: the debugger's own list */
    struct sw_places places;
};

/* List the loaded files: by the dynamic linker's link map, else as the debugger knows them. An
   empty list is not an error; SW_E_STOPPED and SW_E_NO_MEMORY are. Free it with sw_modules_fini().
 */
int sw_modules_list(
    struct sw_memory *memory, struct sw_error *reterr, struct sw_modules *ret_modules);

void sw_modules_fini(struct sw_modules *modules);

/* The last part of a module's path. */
const char *sw_module_basename(const struct sw_module *module);

/* A part of a loaded file in memory. */
struct sw_segment {
    uint32_t type;  /* PT_LOAD = 1, PT_GNU_EH_FRAME = 0x6474e550 ... */
    uint32_t flags; /* PF_X = 1, PF_W = 2, PF_R = 4 */
    sw_addr addr;
    uint64_t size;
};

/* The program headers of a module, at most `max` of them. SW_E_NOT_FOUND when its ELF header is not
   where it should be. */
int sw_elf_segments(struct sw_memory *memory, const struct sw_module *module,
    struct sw_segment *segments, size_t max, size_t *ret_count);

/* Where the dynamic symbols of one module lie. A plain value. */
struct sw_elf_symbols {
    struct sw_memory *memory;
    sw_addr bias;
    sw_addr table;    /* DT_SYMTAB */
    sw_addr strings;  /* DT_STRTAB */
    sw_addr gnu_hash; /* 0 when there is none */
    sw_addr hash;     /* DT_HASH, likewise */
};

/* Read a module's dynamic section. SW_E_NOT_FOUND when it has no dynamic symbols. */
int sw_elf_symbols_open(
    struct sw_memory *memory, const struct sw_module *module, struct sw_elf_symbols *ret_symbols);

/* The address of a defined symbol. SW_E_NOT_FOUND when the module does not define it; SW_E_READ
   when the tables are absent from a core. */
int sw_elf_symbols_find(const struct sw_elf_symbols *symbols, const char *name, sw_addr *ret_addr);

#endif
