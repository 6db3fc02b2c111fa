/* SPDX-License-Identifier: MIT */
#include "target/function.h"

#include <string.h>

#include "base/bytes.h"

/* Encodings of .eh_frame_hdr that linkers write (LSB, "Exception Frames"); others are left alone.
 */
enum {
    ENCODING_PCREL_SDATA4 = 0x1b,
    ENCODING_UDATA4 = 0x03,
    ENCODING_DATAREL_SDATA4 = 0x3b,
};

enum { PHDR_LOAD = 1, PHDR_GNU_EH_FRAME = 0x6474e550 };

/* Where the program headers of a module lie in memory. */
struct headers {
    sw_addr at;
    uint64_t count;
    uint64_t size;
};

static int find_headers(
    struct sw_memory *memory, const struct sw_module *module, struct headers *ret_headers)
{
    bool wide = memory->info.pointer_size == 8;
    sw_addr base = module->base;
    uint8_t magic[4];
    uint64_t offset, size, count;
    int status;

    /* A program that is not position-independent has no bias; its headers are in the aux vector. */
    if (!base) {
        if (!memory->ops.auxv || memory->ops.auxv(memory->ctx, 3, &ret_headers->at) < 0 ||
            memory->ops.auxv(memory->ctx, 5, &ret_headers->count) < 0)
            return SW_E_NOT_FOUND;
        ret_headers->size = wide ? 56 : 32;
        return 0;
    }
    status = sw_memory_read(memory, base, magic, sizeof(magic), "ELF header", NULL);
    if (status < 0 || memcmp(magic, "\177ELF", 4) != 0)
        return status < 0 ? status : SW_E_NOT_FOUND;
    status = sw_memory_ptr(memory, base + (wide ? 32 : 28), "ELF header", NULL, &offset);
    if (status == 0)
        status = sw_memory_uint(memory, base + (wide ? 54 : 42), 2, "ELF header", NULL, &size);
    if (status == 0)
        status = sw_memory_uint(memory, base + (wide ? 56 : 44), 2, "ELF header", NULL, &count);
    if (status < 0)
        return status;
    *ret_headers = (struct headers){base + offset, count, size};
    return 0;
}

/* The module's .eh_frame_hdr when one of its segments holds `pc`. */
static int find_table(
    struct sw_memory *memory, const struct sw_module *module, sw_addr pc, sw_addr *ret_table)
{
    bool wide = memory->info.pointer_size == 8, holds = false;
    struct headers headers;
    sw_addr table = 0;
    int status = find_headers(memory, module, &headers);

    if (status == 0 && headers.count > SW_MAX_PROGRAM_HEADERS)
        status = SW_E_CORRUPT;
    for (uint64_t i = 0; status == 0 && i < headers.count; i++) {
        sw_addr at = headers.at + i * headers.size;
        uint64_t type = 0, vaddr = 0, size = 0;

        status = sw_memory_uint(memory, at, 4, "program header", NULL, &type);
        if (status == 0)
            status = sw_memory_ptr(memory, at + (wide ? 16 : 8), "program header", NULL, &vaddr);
        if (status == 0)
            status = sw_memory_ptr(memory, at + (wide ? 40 : 20), "program header", NULL, &size);
        vaddr += module->base;
        if (type == PHDR_LOAD && pc >= vaddr && pc - vaddr < size)
            holds = true;
        if (type == PHDR_GNU_EH_FRAME)
            table = vaddr;
    }
    if (status < 0)
        return status;
    if (!holds || !table)
        return SW_E_NOT_FOUND;
    *ret_table = table;
    return 0;
}

static int signed32(struct sw_memory *memory, sw_addr addr, int64_t *ret_value)
{
    uint64_t value = 0;
    int status = sw_memory_uint(memory, addr, 4, "eh_frame", NULL, &value);

    if (status == 0)
        *ret_value = sw_bytes_sign(value, 4);
    return status;
}

/* Binary search for the last entry that begins at or before `pc`; entries are pairs relative to the
   table, sorted by the first. */
static int search(
    struct sw_memory *memory, sw_addr table, sw_addr pc, sw_addr *ret_start, sw_addr *ret_fde)
{
    uint8_t head[4];
    uint64_t low = 0, high = 0;
    int64_t start = 0, fde = 0;
    int status = sw_memory_read(memory, table, head, sizeof(head), "eh_frame_hdr", NULL);

    if (status < 0)
        return status;
    if (head[0] != 1 || head[1] != ENCODING_PCREL_SDATA4 || head[2] != ENCODING_UDATA4 ||
        head[3] != ENCODING_DATAREL_SDATA4)
        return SW_E_NOT_FOUND;
    status = sw_memory_uint(memory, table + 8, 4, "eh_frame_hdr", NULL, &high);
    while (status == 0 && low < high) {
        uint64_t middle = low + (high - low) / 2;

        status = signed32(memory, table + 12 + 8 * middle, &start);
        if (table + (sw_addr)start <= pc)
            low = middle + 1;
        else
            high = middle;
    }
    if (status == 0 && low == 0)
        return SW_E_NOT_FOUND;
    if (status == 0)
        status = signed32(memory, table + 12 + 8 * (low - 1), &start);
    if (status == 0)
        status = signed32(memory, table + 12 + 8 * (low - 1) + 4, &fde);
    if (status < 0)
        return status;
    *ret_start = table + (sw_addr)start;
    *ret_fde = table + (sw_addr)fde;
    return 0;
}

int sw_function_start(
    struct sw_memory *memory, const struct sw_modules *modules, sw_addr pc, sw_addr *ret_start)
{
    for (size_t i = 0; i < modules->count; i++) {
        sw_addr table, start, fde;
        uint64_t size = 0;
        int status;

        if (modules->items[i].base > pc || find_table(memory, &modules->items[i], pc, &table) < 0)
            continue;
        status = search(memory, table, pc, &start, &fde);
        /* An FDE is {length, CIE, start, size ...}, 4 bytes each in this encoding. */
        if (status == 0)
            status = sw_memory_uint(memory, fde + 12, 4, "eh_frame", NULL, &size);
        if (status < 0 || pc - start >= size)
            return status < 0 ? status : SW_E_NOT_FOUND;
        *ret_start = start;
        return 0;
    }
    return SW_E_NOT_FOUND;
}
