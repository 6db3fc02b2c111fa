/* SPDX-License-Identifier: MIT */
#include "target/symbolfile.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- regions */

static bool is_copy(struct sw_memory *memory, const struct sw_trampoline_form *form, sw_addr at)
{
    uint8_t bytes[sizeof(form->bytes)];

    return sw_memory_read(memory, at, bytes, form->size, "code", NULL) == 0 &&
           memcmp(bytes, form->bytes, form->size) == 0;
}

/* CPython aligns copies to 16 or 32 bytes, or not at all (3.12), and leaves room for unwind tables
   of its own between them with -X perf_jit. */
enum { SPACING_MAX = 512 };

static unsigned find_spacing(struct sw_memory *memory, const struct sw_trampoline *trampoline)
{
    const struct sw_trampoline_form *form = trampoline->form;

    for (unsigned step = form->size; step <= SPACING_MAX; step++)
        if (is_copy(memory, form, trampoline->start + step) ||
            is_copy(memory, form, trampoline->start - step))
            return step;
    return form->size;
}

int sw_trampoline_region_read(struct sw_memory *memory, const struct sw_trampoline *trampoline,
    struct sw_trampoline_region *ret_region)
{
    struct sw_trampoline_region region = {
        .start = trampoline->start,
        .spacing = find_spacing(memory, trampoline),
        .form = trampoline->form,
    };
    sw_addr last = trampoline->start;
    int status;

    /* CPython makes them 64 KiB at a time (arena_size in Python/perf_trampoline.c). */
    while (last - region.start < SW_MAX_TRAMPOLINE_REGION &&
           is_copy(memory, region.form, region.start - region.spacing))
        region.start -= region.spacing;
    while (last - region.start < SW_MAX_TRAMPOLINE_REGION &&
           is_copy(memory, region.form, last + region.spacing))
        last += region.spacing;
    region.size = last + region.form->size - region.start;
    region.bytes = malloc((size_t)region.size);
    if (!region.bytes)
        return SW_E_NO_MEMORY;
    status = sw_memory_read(memory, region.start, region.bytes, (size_t)region.size, "code", NULL);
    if (status < 0) {
        free(region.bytes);
        return status;
    }
    *ret_region = region;
    return 0;
}

/* ---------------------------------------------------------------- bytes */

/* A file in the making. Once something failed, nothing is added any more. */
struct file {
    uint8_t *bytes;
    size_t len, capacity;
    int status;
};

static void put(struct file *file, const void *bytes, size_t len)
{
    if (file->status < 0)
        return;
    if (len > SW_MAX_SYMBOL_FILE - file->len) {
        file->status = SW_E_LIMIT;
        return;
    }
    if (file->len + len > file->capacity) {
        size_t capacity = (file->len + len) * 2;
        uint8_t *grown = realloc(file->bytes, capacity);

        if (!grown) {
            file->status = SW_E_NO_MEMORY;
            return;
        }
        file->bytes = grown;
        file->capacity = capacity;
    }
    if (len)
        memcpy(file->bytes + file->len, bytes, len);
    file->len += len;
}

static void put_uint(struct file *file, unsigned width, uint64_t value)
{
    uint8_t bytes[8];

    for (unsigned i = 0; i < width; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
    put(file, bytes, width);
}

static void align(struct file *file, size_t start)
{
    while (file->status == 0 && (file->len - start) % 8 != 0)
        put_uint(file, 1, 0);
}

/* Overwrite what was put before. */
static void patch(struct file *file, size_t at, unsigned width, uint64_t value)
{
    for (unsigned i = 0; file->status == 0 && i < width; i++)
        file->bytes[at + i] = (uint8_t)(value >> 8 * i);
}

/* ---------------------------------------------------------------- .debug_frame */

/* DWARF 4, 7.23, and the ABI of aarch64. */
enum {
    CFA_ADVANCE_LOC = 0x40,
    CFA_OFFSET = 0x80,
    CFA_RESTORE = 0xc0,
    CFA_DEF_CFA = 0x0c,
    CFA_DEF_CFA_OFFSET = 0x0e,
    CFA_NEGATE_RA_STATE = 0x2d,
    X86_RBP = 6,
    X86_RSP = 7,
    X86_PC = 16,
    ARM_FP = 29,
    ARM_LINK = 30,
    ARM_SP = 31,
};

static bool is_x86(const struct sw_trampoline_form *form)
{
    return form->machine[0] == 'x';
}

/* An entry begins with its length; everything in it is written between these two. */
static size_t begin_entry(struct file *file)
{
    put_uint(file, 4, 0);
    return file->len;
}

static void end_entry(struct file *file, size_t start)
{
    align(file, start + 4); /* with DW_CFA_nop */
    patch(file, start - 4, 4, file->len - start);
}

static void put_cie(struct file *file, bool x86)
{
    size_t start = begin_entry(file);

    put_uint(file, 4, 0xffffffff);
    put_uint(file, 1, 1);    /* version */
    put_uint(file, 1, 0);    /* augmentation "" */
    put_uint(file, 1, 1);    /* code alignment */
    put_uint(file, 1, 0x78); /* data alignment -8 */
    put_uint(file, 1, x86 ? X86_PC : ARM_LINK);
    put_uint(file, 1, CFA_DEF_CFA);
    put_uint(file, 1, x86 ? X86_RSP : ARM_SP);
    put_uint(file, 1, x86 ? 8 : 0);
    if (x86) {
        put_uint(file, 1, CFA_OFFSET | X86_PC);
        put_uint(file, 1, 1);
    }
    end_entry(file, start);
}

static void put_pointer_rule(struct file *file, bool x86, bool saved)
{
    put_uint(file, 1, (saved ? CFA_OFFSET : CFA_RESTORE) | (x86 ? X86_RBP : ARM_FP));
    if (saved)
        put_uint(file, 1, 2);
    if (x86)
        return;
    put_uint(file, 1, (saved ? CFA_OFFSET : CFA_RESTORE) | ARM_LINK);
    if (saved)
        put_uint(file, 1, 1);
}

/* paciasp and pacibsp at the start, autiasp and autibsp before the return. */
static bool is_signed(const struct sw_trampoline_form *form)
{
    return !is_x86(form) && form->size == 28;
}

static void put_steps(struct file *file, const struct sw_trampoline_form *form)
{
    for (unsigned i = 1; i < form->step_count; i++) {
        const struct sw_trampoline_step *step = &form->steps[i], *before = step - 1;

        put_uint(file, 1, CFA_ADVANCE_LOC | (unsigned)(step->offset - before->offset));
        if (step->cfa != before->cfa) {
            put_uint(file, 1, CFA_DEF_CFA_OFFSET);
            put_uint(file, 1, step->cfa);
        }
        if (step->has_pointer != before->has_pointer)
            put_pointer_rule(file, is_x86(form), step->has_pointer);
        if (is_signed(form) && (i == 1 || i + 1u == form->step_count))
            put_uint(file, 1, CFA_NEGATE_RA_STATE);
    }
}

static void put_frames(
    struct file *file, const struct sw_trampoline_region *regions, size_t region_count)
{
    put_cie(file, is_x86(regions[0].form));
    for (size_t i = 0; i < region_count; i++) {
        const struct sw_trampoline_region *region = &regions[i];

        for (uint64_t at = 0; at < region->size && file->status == 0; at += region->spacing) {
            size_t start = begin_entry(file);

            put_uint(file, 4, 0); /* the CIE, at the start of the section */
            put_uint(file, 8, region->start + at);
            put_uint(file, 8, region->form->size);
            put_steps(file, region->form);
            end_entry(file, start);
        }
    }
}

/* ---------------------------------------------------------------- the rest of ELF */

enum {
    HEADER_SIZE = 64,
    SEGMENT_SIZE = 56,
    SYMBOL_SIZE = 24,
    TYPE_PROGBITS = 1,
    TYPE_SYMTAB = 2,
    TYPE_STRTAB = 3,
    MACHINE_X86_64 = 62,
    MACHINE_AARCH64 = 183,
};

/* Behind the sections of the regions. */
enum { FRAMES = 0, SYMBOLS, STRINGS, NAMES, TABLES };

static const char section_names[] = "\0.text\0.debug_frame\0.symtab\0.strtab\0.shstrtab";
enum { NAME_TEXT = 1, NAME_FRAMES = 7, NAME_SYMBOLS = 20, NAME_STRINGS = 28, NAME_NAMES = 36 };

struct extent {
    size_t offset, size;
};

static void put_header(struct file *file, const struct sw_trampoline_form *form, size_t regions)
{
    static const uint8_t ident[16] = {0x7f, 'E', 'L', 'F', 2, 1, 1};

    put(file, ident, sizeof(ident));
    put_uint(file, 2, 3); /* ET_DYN */
    put_uint(file, 2, is_x86(form) ? MACHINE_X86_64 : MACHINE_AARCH64);
    put_uint(file, 4, 1);
    put_uint(file, 8, 0); /* entry */
    put_uint(file, 8, HEADER_SIZE);
    put_uint(file, 8, 0); /* sections, filled in at the end */
    put_uint(file, 4, 0);
    put_uint(file, 2, HEADER_SIZE);
    put_uint(file, 2, SEGMENT_SIZE);
    put_uint(file, 2, regions);
    put_uint(file, 2, HEADER_SIZE); /* size of a section's header */
    put_uint(file, 2, 1 + regions + TABLES);
    put_uint(file, 2, 1 + regions + NAMES);
}

static void put_segments(
    struct file *file, const struct sw_trampoline_region *regions, size_t count)
{
    size_t offset = HEADER_SIZE + count * SEGMENT_SIZE;

    for (size_t i = 0; i < count; i++) {
        put_uint(file, 4, 1); /* PT_LOAD */
        put_uint(file, 4, 5); /* read, execute */
        put_uint(file, 8, offset);
        put_uint(file, 8, regions[i].start);
        put_uint(file, 8, regions[i].start);
        put_uint(file, 8, regions[i].size);
        put_uint(file, 8, regions[i].size);
        put_uint(file, 8, 1);
        offset += (size_t)regions[i].size;
    }
    for (size_t i = 0; i < count; i++)
        put(file, regions[i].bytes, (size_t)regions[i].size);
}

/* The symbols, and their names behind them. */
static void put_symbols(struct file *file, const struct sw_trampoline_region *regions,
    size_t region_count, const struct sw_symbol *symbols, size_t count, struct extent *extents)
{
    static const uint8_t nothing[SYMBOL_SIZE];
    struct file strings = {.bytes = NULL};

    put_uint(&strings, 1, 0);
    extents[SYMBOLS].offset = file->len;
    put(file, nothing, SYMBOL_SIZE);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < region_count; k++) {
            if (symbols[i].addr - regions[k].start >= regions[k].size)
                continue;
            put_uint(file, 4, strings.len);
            put_uint(file, 1, 2); /* local, a function */
            put_uint(file, 1, 0);
            put_uint(file, 2, 1 + k);
            put_uint(file, 8, symbols[i].addr);
            put_uint(file, 8, symbols[i].size);
            put(&strings, symbols[i].name, strlen(symbols[i].name) + 1);
            break;
        }
    extents[SYMBOLS].size = file->len - extents[SYMBOLS].offset;
    extents[STRINGS] = (struct extent){file->len, strings.len};
    put(file, strings.bytes, strings.len);
    if (strings.status < 0)
        file->status = strings.status;
    free(strings.bytes);
}

static void put_section(struct file *file, unsigned name, unsigned type, unsigned flags,
    sw_addr addr, struct extent extent)
{
    put_uint(file, 4, name);
    put_uint(file, 4, type);
    put_uint(file, 8, flags);
    put_uint(file, 8, addr);
    put_uint(file, 8, extent.offset);
    put_uint(file, 8, extent.size);
    put_uint(file, 4, 0); /* link and info, filled in for symbols */
    put_uint(file, 4, 0);
    put_uint(file, 8, 1);
    put_uint(file, 8, type == TYPE_SYMTAB ? SYMBOL_SIZE : 0);
}

static void put_sections(struct file *file, const struct sw_trampoline_region *regions,
    size_t count, const struct extent *extents)
{
    size_t offset = HEADER_SIZE + count * SEGMENT_SIZE, start = file->len;
    size_t symbols = start + (1 + count + SYMBOLS) * HEADER_SIZE;

    patch(file, 40, 8, start);
    put_section(file, 0, 0, 0, 0, (struct extent){0, 0});
    patch(file, start + 48, 8, 0);
    for (size_t i = 0; i < count; i++) {
        struct extent text = {offset, (size_t)regions[i].size};

        put_section(file, NAME_TEXT, TYPE_PROGBITS, 6, regions[i].start, text);
        offset += text.size;
    }
    put_section(file, NAME_FRAMES, TYPE_PROGBITS, 0, 0, extents[FRAMES]);
    put_section(file, NAME_SYMBOLS, TYPE_SYMTAB, 0, 0, extents[SYMBOLS]);
    put_section(file, NAME_STRINGS, TYPE_STRTAB, 0, 0, extents[STRINGS]);
    put_section(file, NAME_NAMES, TYPE_STRTAB, 0, 0, extents[NAMES]);
    patch(file, symbols + 40, 4, 1 + count + STRINGS);
    patch(file, symbols + 44, 4, extents[SYMBOLS].size / SYMBOL_SIZE); /* all are local */
}

int sw_symbol_file_make(const struct sw_trampoline_region *regions, size_t region_count,
    const struct sw_symbol *symbols, size_t symbol_count, uint8_t **ret_bytes, size_t *ret_len)
{
    struct file file = {.bytes = NULL};
    struct extent extents[TABLES];

    if (region_count == 0 || region_count > SW_MAX_TRAMPOLINE_REGIONS)
        return SW_E_LIMIT;
    put_header(&file, regions[0].form, region_count);
    put_segments(&file, regions, region_count);
    align(&file, 0);
    extents[FRAMES].offset = file.len;
    put_frames(&file, regions, region_count);
    extents[FRAMES].size = file.len - extents[FRAMES].offset;
    put_symbols(&file, regions, region_count, symbols, symbol_count, extents);
    extents[NAMES] = (struct extent){file.len, sizeof(section_names)};
    put(&file, section_names, sizeof(section_names));
    align(&file, 0);
    put_sections(&file, regions, region_count, extents);
    if (file.status < 0) {
        free(file.bytes);
        return file.status;
    }
    *ret_bytes = file.bytes;
    *ret_len = file.len;
    return 0;
}
