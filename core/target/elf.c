/* SPDX-License-Identifier: MIT */
#include "target/elf.h"

#include <stdlib.h>
#include <string.h>

#include "target/mapped.h"

/* Numbers of the ELF specification and of glibc's link.h that are needed here; <elf.h> is the
   host's and not everywhere there is a debugger. */
enum {
    AUX_PHDR = 3,
    AUX_PHENT = 4,
    AUX_PHNUM = 5,
    AUX_EXECFN = 31,
    PHDR_LOAD = 1,
    PHDR_DYNAMIC = 2,
    PHDR_PHDR = 6,
    DYN_NULL = 0,
    DYN_HASH = 4,
    DYN_STRTAB = 5,
    DYN_SYMTAB = 6,
    DYN_DEBUG = 21,
    DYN_GNU_HASH = 0x6ffffef5,
};

/* Offsets in the two classes of ELF structures: one row for 32-bit, one for 64-bit. */
struct elf_class {
    unsigned phdr_size, phdr_flags, phdr_vaddr, phdr_memsz;
    unsigned header_size, header_phoff, header_phentsize, header_phnum;
    unsigned sym_size, sym_value, sym_shndx, rdebug_map;
};

static const struct elf_class elf32 = {
    .phdr_size = 32,
    .phdr_flags = 24,
    .phdr_vaddr = 8,
    .phdr_memsz = 20,
    .header_size = 52,
    .header_phoff = 28,
    .header_phentsize = 42,
    .header_phnum = 44,
    .sym_size = 16,
    .sym_value = 4,
    .sym_shndx = 14,
    .rdebug_map = 4,
};
static const struct elf_class elf64 = {
    .phdr_size = 56,
    .phdr_flags = 4,
    .phdr_vaddr = 16,
    .phdr_memsz = 40,
    .header_size = 64,
    .header_phoff = 32,
    .header_phentsize = 54,
    .header_phnum = 56,
    .sym_size = 24,
    .sym_value = 8,
    .sym_shndx = 6,
    .rdebug_map = 8,
};

static const struct elf_class *elf_class_of(const struct sw_memory *memory)
{
    return memory->info.pointer_size == 4 ? &elf32 : &elf64;
}

static int auxv_get(struct sw_memory *memory, uint64_t type, uint64_t *ret_value)
{
    return memory->ops.auxv ? memory->ops.auxv(memory->ctx, type, ret_value) : SW_E_NOT_FOUND;
}

/* ---------------------------------------------------------------- segments */

/* Where the program headers of a module lie. */
static int find_program_headers(struct sw_memory *memory, const struct sw_module *module,
    sw_addr *ret_at, uint64_t *ret_count, uint64_t *ret_size)
{
    const struct elf_class *elf = elf_class_of(memory);
    sw_addr base = module->base;
    uint8_t magic[4];
    uint64_t offset;
    int status;

    /* A program that is not position-independent has no bias; its headers are in the aux vector. */
    if (!base) {
        *ret_size = elf->phdr_size;
        status = auxv_get(memory, AUX_PHDR, ret_at);
        return status < 0 ? status : auxv_get(memory, AUX_PHNUM, ret_count);
    }
    status = sw_memory_read(memory, base, magic, sizeof(magic), "ELF header", NULL);
    if (status < 0 || memcmp(magic, "\177ELF", sizeof(magic)) != 0)
        return status < 0 ? status : SW_E_NOT_FOUND;
    status = sw_memory_ptr(memory, base + elf->header_phoff, "ELF header", NULL, &offset);
    if (status == 0)
        status =
            sw_memory_uint(memory, base + elf->header_phentsize, 2, "ELF header", NULL, ret_size);
    if (status == 0)
        status = sw_memory_uint(memory, base + elf->header_phnum, 2, "ELF header", NULL, ret_count);
    if (status == 0)
        *ret_at = base + offset;
    return status;
}

static int read_segment(
    struct sw_memory *memory, sw_addr at, sw_addr bias, struct sw_segment *ret_segment)
{
    const struct elf_class *elf = elf_class_of(memory);
    uint64_t type = 0, flags = 0, addr = 0, size = 0;
    int status = sw_memory_uint(memory, at, 4, "program header", NULL, &type);

    if (status == 0)
        status = sw_memory_uint(memory, at + elf->phdr_flags, 4, "program header", NULL, &flags);
    if (status == 0)
        status = sw_memory_ptr(memory, at + elf->phdr_vaddr, "program header", NULL, &addr);
    if (status == 0)
        status = sw_memory_ptr(memory, at + elf->phdr_memsz, "program header", NULL, &size);
    if (status == 0)
        *ret_segment = (struct sw_segment){(uint32_t)type, (uint32_t)flags, bias + addr, size};
    return status;
}

int sw_elf_segments(struct sw_memory *memory, const struct sw_module *module,
    struct sw_segment *segments, size_t max, size_t *ret_count)
{
    uint64_t count = 0, size = 0;
    sw_addr at = 0;
    int status = find_program_headers(memory, module, &at, &count, &size);

    if (status == 0 && count > max)
        status = SW_E_CORRUPT;
    for (uint64_t i = 0; status == 0 && i < count; i++)
        status = read_segment(memory, at + i * size, module->base, &segments[i]);
    if (status == 0)
        *ret_count = (size_t)count;
    return status;
}

/* ---------------------------------------------------------------- modules */

const char *sw_module_basename(const struct sw_module *module)
{
    const char *slash = strrchr(module->path, '/');

    return slash ? slash + 1 : module->path;
}

void sw_modules_fini(struct sw_modules *modules)
{
    free(modules->items);
    memset(modules, 0, sizeof(*modules));
}

static struct sw_module *modules_add(struct sw_modules *modules)
{
    if (modules->count == modules->capacity) {
        size_t capacity = modules->capacity ? modules->capacity * 2 : 16;
        struct sw_module *items = realloc(modules->items, capacity * sizeof(*items));

        if (!items)
            return NULL;
        modules->items = items;
        modules->capacity = capacity;
    }
    memset(&modules->items[modules->count], 0, sizeof(*modules->items));
    return &modules->items[modules->count++];
}

/* The load bias of a program whose headers are at `phdr`. One that was linked statically has no
   PT_PHDR; then the headers stand behind the file's own, at the beginning of its first segment. */
static sw_addr bias_of(
    struct sw_memory *memory, sw_addr phdr, const struct sw_segment *segments, size_t count)
{
    sw_addr start = phdr - elf_class_of(memory)->header_size;
    uint8_t magic[4];

    for (size_t i = 0; i < count; i++)
        if (segments[i].type == PHDR_PHDR)
            return phdr - segments[i].addr;
    for (size_t i = 0; i < count; i++)
        if (segments[i].type == PHDR_LOAD)
            return sw_memory_read(memory, start, magic, sizeof(magic), "ELF header", NULL) == 0 &&
                           memcmp(magic, "\177ELF", sizeof(magic)) == 0
                       ? start - segments[i].addr
                       : 0;
    return 0;
}

/* The main program as its program headers tell it: load bias and dynamic section, 0 for none. */
static int main_program(struct sw_memory *memory, struct sw_module *ret_module)
{
    static const struct sw_module no_bias; /* its headers are where the aux vector says */
    struct sw_segment segments[SW_MAX_PROGRAM_HEADERS];
    sw_addr phdr = 0;
    size_t count = 0;
    int status = auxv_get(memory, AUX_PHDR, &phdr);

    if (status == 0)
        status = sw_elf_segments(memory, &no_bias, segments, SW_MAX_PROGRAM_HEADERS, &count);
    if (status < 0)
        return status;
    ret_module->base = bias_of(memory, phdr, segments, count);
    ret_module->dynamic = 0;
    for (size_t i = 0; i < count; i++)
        if (segments[i].type == PHDR_DYNAMIC)
            ret_module->dynamic = ret_module->base + segments[i].addr;
    return 0;
}

/* The value of an entry of a dynamic section; SW_E_NOT_FOUND when it has none. */
static int dynamic_get(struct sw_memory *memory, sw_addr dynamic, uint64_t tag, uint64_t *ret_value)
{
    unsigned size = memory->info.pointer_size;

    for (unsigned i = 0; i < SW_MAX_DYNAMIC_ENTRIES; i++) {
        sw_addr at = dynamic + (sw_addr)i * 2 * size;
        uint64_t found;
        int status = sw_memory_ptr(memory, at, "dynamic section", NULL, &found);

        if (status < 0)
            return status;
        if (found == DYN_NULL)
            return SW_E_NOT_FOUND;
        if (found == tag)
            return sw_memory_ptr(memory, at + size, "dynamic section", NULL, ret_value);
    }
    return SW_E_LIMIT;
}

/* The dynamic linker's r_debug: by DT_DEBUG, or by its own symbol when the linker itself was
   started as the program (`ld.so python`). */
static int find_r_debug(struct sw_memory *memory, sw_addr *ret_r_debug)
{
    struct sw_module program = {0};
    struct sw_elf_symbols symbols;
    uint64_t value = 0;
    int status = main_program(memory, &program);

    if (status == 0 && !program.dynamic)
        status = SW_E_NOT_FOUND;
    if (status < 0)
        return status;
    if (dynamic_get(memory, program.dynamic, DYN_DEBUG, &value) == 0 && value) {
        *ret_r_debug = value;
        return 0;
    }
    status = sw_elf_symbols_open(memory, &program, &symbols);
    if (status == 0)
        status = sw_elf_symbols_find(&symbols, "_r_debug", ret_r_debug);
    return status;
}

/* The main program has no name on the link map; what exec() was given names it. */
static void name_main_program(struct sw_memory *memory, struct sw_module *module)
{
    uint64_t name;

    if (auxv_get(memory, AUX_EXECFN, &name) == 0 &&
        sw_memory_string(memory, name, "AT_EXECFN", module->path, sizeof(module->path), NULL) < 0)
        module->path[0] = '\0';
}

static int walk_link_map(struct sw_memory *memory, sw_addr map, struct sw_modules *modules)
{
    unsigned size = memory->info.pointer_size;

    for (unsigned i = 0; map && i < SW_MAX_MODULES; i++) {
        uint64_t fields[4] = {0}; /* l_addr, l_name, l_ld, l_next */
        struct sw_module *module;
        int status = 0;

        for (unsigned k = 0; k < 4 && status == 0; k++)
            status = sw_memory_ptr(memory, map + (sw_addr)k * size, "link_map", NULL, &fields[k]);
        if (status < 0)
            return status;
        module = modules_add(modules);
        if (!module)
            return SW_E_NO_MEMORY;
        module->base = fields[0];
        module->dynamic = fields[2];
        if (fields[1] && sw_memory_string(memory, fields[1], "l_name", module->path,
                             sizeof(module->path), NULL) < 0)
            module->path[0] = '\0';
        if (!module->path[0] && i == 0)
            name_main_program(memory, module);
        map = fields[3];
    }
    return 0;
}

/* A program that was linked statically has no link map: it is its own only module. */
static int add_main_program(struct sw_memory *memory, struct sw_modules *modules)
{
    struct sw_module program = {0}, *module;
    int status = main_program(memory, &program);

    if (status < 0)
        return status;
    name_main_program(memory, &program);
    module = modules_add(modules);
    if (!module)
        return SW_E_NO_MEMORY;
    *module = program;
    return 0;
}

/* What the debugger has that the link map has not, told by the dynamic section. */
static int add_debugger_modules(struct sw_memory *memory, struct sw_modules *modules)
{
    for (unsigned i = 0; memory->ops.module && i < SW_MAX_MODULES; i++) {
        struct sw_module found, *module;
        int status;

        memset(&found, 0, sizeof(found));
        status = memory->ops.module(memory->ctx, i, &found);
        if (status == SW_E_STOPPED)
            return status;
        if (status < 0)
            break;
        module = modules_add(modules);
        if (!module)
            return SW_E_NO_MEMORY;
        *module = found;
        module->path[sizeof(module->path) - 1] = '\0';
    }
    return 0;
}

/* What a core's own note tells, when the link map is not in it. */
static int add_mapped_modules(struct sw_memory *memory, struct sw_modules *modules)
{
    struct sw_module found;
    size_t index = 0;
    int status = 0;

    while (modules->count < SW_MAX_MODULES && status == 0) {
        struct sw_module *module;

        status = sw_mapped_module(memory, &index, &found);
        if (status < 0)
            break;
        module = modules_add(modules);
        if (!module)
            return SW_E_NO_MEMORY;
        *module = found;
    }
    return status == SW_E_STOPPED ? status : 0;
}

int sw_modules_list(
    struct sw_memory *memory, struct sw_error *reterr, struct sw_modules *ret_modules)
{
    struct sw_modules modules = {0};
    sw_addr r_debug, map;
    int status = find_r_debug(memory, &r_debug);

    if (status == 0)
        status = sw_memory_ptr(
            memory, r_debug + elf_class_of(memory)->rdebug_map, "r_debug.r_map", NULL, &map);
    if (status == 0)
        status = walk_link_map(memory, map, &modules);
    modules.from_link_map = modules.count > 0;
    if (!modules.count && status != SW_E_STOPPED && status != SW_E_NO_MEMORY)
        status = add_debugger_modules(memory, &modules);
    if (!modules.count && status != SW_E_STOPPED && status != SW_E_NO_MEMORY)
        status = add_mapped_modules(memory, &modules);
    if (!modules.count && status != SW_E_STOPPED && status != SW_E_NO_MEMORY)
        status = add_main_program(memory, &modules);
    if (status == SW_E_STOPPED || status == SW_E_NO_MEMORY) {
        sw_modules_fini(&modules);
        return sw_fail(reterr, status, 0, "modules", "%s",
            status == SW_E_STOPPED ? "interrupted" : "the debugger is out of memory");
    }
    *ret_modules = modules;
    return 0;
}

/* ---------------------------------------------------------------- symbols */

/* glibc relocates the pointers of the dynamic section in place, but not on every architecture. */
static sw_addr relocated(const struct sw_module *module, uint64_t value)
{
    return value < module->base ? value + module->base : value;
}

int sw_elf_symbols_open(
    struct sw_memory *memory, const struct sw_module *module, struct sw_elf_symbols *ret_symbols)
{
    struct sw_elf_symbols symbols = {.memory = memory, .bias = module->base};
    unsigned size = memory->info.pointer_size;

    if (!module->dynamic)
        return SW_E_NOT_FOUND;
    for (unsigned i = 0; i < SW_MAX_DYNAMIC_ENTRIES; i++) {
        sw_addr at = module->dynamic + (sw_addr)i * 2 * size;
        uint64_t tag, value;
        int status = sw_memory_ptr(memory, at, "dynamic section", NULL, &tag);

        if (status == 0)
            status = sw_memory_ptr(memory, at + size, "dynamic section", NULL, &value);
        if (status < 0)
            return status;
        if (tag == DYN_NULL)
            break;
        value = relocated(module, value);
        if (tag == DYN_SYMTAB)
            symbols.table = value;
        else if (tag == DYN_STRTAB)
            symbols.strings = value;
        else if (tag == DYN_GNU_HASH)
            symbols.gnu_hash = value;
        else if (tag == DYN_HASH)
            symbols.hash = value;
    }
    if (!symbols.table || !symbols.strings || (!symbols.gnu_hash && !symbols.hash))
        return SW_E_NOT_FOUND;
    *ret_symbols = symbols;
    return 0;
}

static int word32(const struct sw_elf_symbols *symbols, sw_addr addr, uint32_t *ret_value)
{
    uint64_t value;
    int status = sw_memory_uint(symbols->memory, addr, 4, "symbol table", NULL, &value);

    if (status == 0)
        *ret_value = (uint32_t)value;
    return status;
}

/* 0 and the address when symbol `index` is a definition of `name`; SW_E_NOT_FOUND when it is not.
 */
static int symbol_matches(
    const struct sw_elf_symbols *symbols, uint32_t index, const char *name, sw_addr *ret_addr)
{
    const struct elf_class *elf = elf_class_of(symbols->memory);
    sw_addr at = symbols->table + (sw_addr)index * elf->sym_size;
    char found[128];
    uint64_t value, section;
    uint32_t string;
    int status = word32(symbols, at, &string);

    if (status == 0)
        status = sw_memory_string(
            symbols->memory, symbols->strings + string, "symbol name", found, sizeof(found), NULL);
    if (status < 0)
        return status;
    if (strcmp(found, name) != 0)
        return SW_E_NOT_FOUND;
    status = sw_memory_uint(symbols->memory, at + elf->sym_shndx, 2, "symbol", NULL, &section);
    if (status == 0)
        status = sw_memory_ptr(symbols->memory, at + elf->sym_value, "symbol", NULL, &value);
    if (status < 0)
        return status;
    if (section == 0 || value == 0)
        return SW_E_NOT_FOUND;
    *ret_addr = value + symbols->bias;
    return 0;
}

/* DT_GNU_HASH: {buckets, first symbol, bloom words, bloom shift}, bloom, buckets, chains. */
static int find_by_gnu_hash(
    const struct sw_elf_symbols *symbols, const char *name, sw_addr *ret_addr)
{
    unsigned size = symbols->memory->info.pointer_size;
    uint32_t head[4] = {0}, hash = 5381, index = 0, chain_hash = 0;
    sw_addr bloom = symbols->gnu_hash + sizeof(head), buckets, chains;
    uint64_t filter;
    int status = 0;

    for (const unsigned char *c = (const unsigned char *)name; *c; c++)
        hash = hash * 33 + *c;
    for (unsigned i = 0; i < 4 && status == 0; i++)
        status = word32(symbols, symbols->gnu_hash + 4 * (sw_addr)i, &head[i]);
    if (status < 0)
        return status;
    if (!head[0] || !head[2] || head[3] > 31)
        return SW_E_NOT_FOUND;
    status = sw_memory_ptr(symbols->memory, bloom + (sw_addr)(hash / (8 * size) % head[2]) * size,
        "symbol filter", NULL, &filter);
    if (status < 0)
        return status;
    if (!(filter >> (hash % (8 * size)) & filter >> ((hash >> head[3]) % (8 * size)) & 1))
        return SW_E_NOT_FOUND;
    buckets = bloom + (sw_addr)head[2] * size;
    chains = buckets + (sw_addr)head[0] * 4;
    status = word32(symbols, buckets + (sw_addr)(hash % head[0]) * 4, &index);
    if (status < 0 || index < head[1])
        return status < 0 ? status : SW_E_NOT_FOUND;
    for (unsigned i = 0; i < SW_MAX_HASH_CHAIN; i++, index++) {
        status = word32(symbols, chains + (sw_addr)(index - head[1]) * 4, &chain_hash);
        if (status < 0)
            return status;
        if ((chain_hash | 1) == (hash | 1)) {
            status = symbol_matches(symbols, index, name, ret_addr);
            if (status != SW_E_NOT_FOUND)
                return status;
        }
        if (chain_hash & 1)
            return SW_E_NOT_FOUND;
    }
    return SW_E_LIMIT;
}

/* DT_HASH: {buckets, chains}, buckets, chains; the older form. */
static int find_by_hash(const struct sw_elf_symbols *symbols, const char *name, sw_addr *ret_addr)
{
    uint32_t buckets = 0, hash = 0, index = 0;
    int status = word32(symbols, symbols->hash, &buckets);

    if (status < 0 || !buckets)
        return status < 0 ? status : SW_E_NOT_FOUND;
    for (const unsigned char *c = (const unsigned char *)name; *c; c++) {
        hash = (hash << 4) + *c;
        hash = (hash ^ ((hash >> 24) & 0xf0)) & 0x0fffffff;
    }
    status = word32(symbols, symbols->hash + 8 + (sw_addr)(hash % buckets) * 4, &index);
    for (unsigned i = 0; status == 0 && index && i < SW_MAX_HASH_CHAIN; i++) {
        status = symbol_matches(symbols, index, name, ret_addr);
        if (status != SW_E_NOT_FOUND)
            return status;
        status = word32(symbols, symbols->hash + 8 + ((sw_addr)buckets + index) * 4, &index);
    }
    return status < 0 ? status : SW_E_NOT_FOUND;
}

int sw_elf_symbols_find(const struct sw_elf_symbols *symbols, const char *name, sw_addr *ret_addr)
{
    if (symbols->gnu_hash)
        return find_by_gnu_hash(symbols, name, ret_addr);
    return find_by_hash(symbols, name, ret_addr);
}
