/* SPDX-License-Identifier: MIT */
#include "target/function.h"

#include "base/bytes.h"

/* Encodings of .eh_frame_hdr that linkers write (LSB, "Exception Frames"); others are left alone.
 */
enum {
    ENCODING_PCREL_SDATA4 = 0x1b,
    ENCODING_UDATA4 = 0x03,
    ENCODING_DATAREL_SDATA4 = 0x3b,
};

enum { SEGMENT_LOAD = 1, SEGMENT_GNU_EH_FRAME = 0x6474e550 };

/* The module's .eh_frame_hdr when one of its segments holds `pc`. */
static int find_table(
    struct sw_memory *memory, const struct sw_module *module, sw_addr pc, sw_addr *ret_table)
{
    struct sw_segment segments[SW_MAX_PROGRAM_HEADERS];
    bool holds = false;
    sw_addr table = 0;
    size_t count = 0;
    int status = sw_elf_segments(memory, module, segments, SW_MAX_PROGRAM_HEADERS, &count);

    for (size_t i = 0; status == 0 && i < count; i++) {
        const struct sw_segment *segment = &segments[i];

        if (segment->type == SEGMENT_LOAD && pc >= segment->addr &&
            pc - segment->addr < segment->size)
            holds = true;
        if (segment->type == SEGMENT_GNU_EH_FRAME)
            table = segment->addr;
    }
    if (status == 0 && (!holds || !table))
        status = SW_E_NOT_FOUND;
    if (status == 0)
        *ret_table = table;
    return status;
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

static int find_in_module(struct sw_memory *memory, const struct sw_module *module, sw_addr pc,
    struct sw_function *ret_function)
{
    sw_addr table, start = 0, fde = 0;
    uint64_t size = 0;
    int status = find_table(memory, module, pc, &table);

    if (status == 0)
        status = search(memory, table, pc, &start, &fde);
    /* An FDE is {length, CIE, start, size ...}, 4 bytes each in this encoding. */
    if (status == 0)
        status = sw_memory_uint(memory, fde + 12, 4, "eh_frame", NULL, &size);
    if (status < 0)
        return status;
    if (pc - start >= size)
        return SW_E_NOT_FOUND;
    *ret_function = (struct sw_function){start, size, fde};
    return 0;
}

static int find_function(struct sw_memory *memory, const struct sw_modules *modules, sw_addr pc,
    struct sw_function *ret_function)
{
    const struct sw_module *nearest = NULL;

    /* The file that begins last before pc; a program without a load bias seems to begin at 0. */
    for (size_t i = 0; i < modules->count; i++)
        if (modules->items[i].base <= pc && (!nearest || modules->items[i].base > nearest->base))
            nearest = &modules->items[i];
    if (!nearest)
        return SW_E_NOT_FOUND;
    if (find_in_module(memory, nearest, pc, ret_function) == 0)
        return 0;
    return find_in_module(memory, &modules->items[0], pc, ret_function);
}

int sw_function_find(struct sw_memory *memory, struct sw_modules *modules, sw_addr pc,
    struct sw_function *ret_function)
{
    size_t slot = (size_t)(pc * UINT64_C(0x9e3779b97f4a7c15) >> 32) % SW_FUNCTIONS_KEPT;
    struct sw_function function;
    int status = 0;

    if (modules->functions[slot].pc != pc) {
        status = find_function(memory, modules, pc, &function);
        if (status < 0)
            return status;
        modules->functions[slot].pc = pc;
        modules->functions[slot].function = function;
    }
    *ret_function = modules->functions[slot].function;
    return 0;
}
