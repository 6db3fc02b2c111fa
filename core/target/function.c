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

enum { SEGMENT_LOAD = 1, SEGMENT_GNU_EH_FRAME = 0x6474e550 };

/* Where a module's .eh_frame_hdr is, and where the code it is asked about ends. */
struct table {
    sw_addr addr;
    sw_addr code_end;
};

/* The module's table when one of its segments holds `pc`. */
static int find_table(
    struct sw_memory *memory, const struct sw_module *module, sw_addr pc, struct table *ret_table)
{
    struct sw_segment segments[SW_MAX_PROGRAM_HEADERS];
    struct table table = {0};
    size_t count = 0;
    int status = sw_elf_segments(memory, module, segments, SW_MAX_PROGRAM_HEADERS, &count);

    for (size_t i = 0; status == 0 && i < count; i++) {
        const struct sw_segment *segment = &segments[i];

        if (segment->type == SEGMENT_LOAD && pc >= segment->addr &&
            pc - segment->addr < segment->size)
            table.code_end = segment->addr + segment->size;
        if (segment->type == SEGMENT_GNU_EH_FRAME)
            table.addr = segment->addr;
    }
    if (status == 0 && (!table.code_end || !table.addr))
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

/* Entries looked at where an even spread of functions would put the one that is sought: two or
   three pages of memory are then read where bisection reads eight, each a round trip on a remote
   target. Bisection ends what guesses did not. */
enum { GUESSES = 8 };

/* The last entry that begins at or before `pc`; entries are pairs relative to the table, sorted by
   the first. */
static int search(struct sw_memory *memory, const struct table *table, sw_addr pc,
    sw_addr *ret_start, sw_addr *ret_fde)
{
    const sw_addr entries = table->addr + 12;
    uint8_t head[4];
    uint64_t low = 0, high = 0;
    int64_t start = 0, fde = 0;
    sw_addr low_start = 0, high_start = table->code_end;
    int status = sw_memory_read(memory, table->addr, head, sizeof(head), "eh_frame_hdr", NULL);

    if (status < 0)
        return status;
    if (head[0] != 1 || head[1] != ENCODING_PCREL_SDATA4 || head[2] != ENCODING_UDATA4 ||
        head[3] != ENCODING_DATAREL_SDATA4)
        return SW_E_NOT_FOUND;
    status = sw_memory_uint(memory, table->addr + 8, 4, "eh_frame_hdr", NULL, &high);
    for (unsigned step = 0; status == 0 && low < high; step++) {
        uint64_t index = low + (high - low) / 2;
        sw_addr at;

        if (step == 0)
            index = 0;
        else if (step < GUESSES && pc < high_start && low_start < pc)
            index = low + (uint64_t)((double)(high - low) * (double)(pc - low_start) /
                                     (double)(high_start - low_start));
        status = signed32(memory, entries + 8 * index, &start);
        at = table->addr + (sw_addr)start;
        if (at <= pc) {
            low = index + 1;
            low_start = at;
        } else {
            high = index;
            high_start = at;
        }
    }
    if (status == 0 && low == 0)
        return SW_E_NOT_FOUND;
    if (status == 0)
        status = signed32(memory, entries + 8 * (low - 1), &start);
    if (status == 0)
        status = signed32(memory, entries + 8 * (low - 1) + 4, &fde);
    if (status < 0)
        return status;
    *ret_start = table->addr + (sw_addr)start;
    *ret_fde = table->addr + (sw_addr)fde;
    return 0;
}

static int find_in_module(struct sw_memory *memory, const struct sw_module *module, sw_addr pc,
    struct sw_function *ret_function)
{
    struct table table = {0};
    sw_addr start = 0, fde = 0;
    uint64_t size = 0;
    int status = find_table(memory, module, pc, &table);

    if (status == 0)
        status = search(memory, &table, pc, &start, &fde);
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

/* The file that begins last before pc, NULL when there is none; a program without a load bias seems
   to begin at 0. */
static const struct sw_module *nearest_module(const struct sw_modules *modules, sw_addr pc)
{
    const struct sw_module *nearest = NULL;

    for (size_t i = 0; i < modules->count; i++)
        if (modules->items[i].base <= pc && (!nearest || modules->items[i].base > nearest->base))
            nearest = &modules->items[i];
    return nearest;
}

static int find_segment(struct sw_memory *memory, const struct sw_module *module, sw_addr pc,
    struct sw_segment *ret_segment)
{
    struct sw_segment segments[SW_MAX_PROGRAM_HEADERS];
    size_t count = 0;
    int status = sw_elf_segments(memory, module, segments, SW_MAX_PROGRAM_HEADERS, &count);

    for (size_t i = 0; status == 0 && i < count; i++)
        if (segments[i].type == SEGMENT_LOAD && pc >= segments[i].addr &&
            pc - segments[i].addr < segments[i].size) {
            *ret_segment = segments[i];
            return 0;
        }
    return status < 0 ? status : SW_E_NOT_FOUND;
}

int sw_segment_find(struct sw_memory *memory, const struct sw_modules *modules, sw_addr pc,
    struct sw_segment *ret_segment)
{
    /* A program without a dynamic linker is in no list; its headers are in the aux vector. */
    static const struct sw_module program;
    const struct sw_module *nearest = nearest_module(modules, pc);

    if (!nearest)
        return modules->count ? SW_E_NOT_FOUND : find_segment(memory, &program, pc, ret_segment);
    if (find_segment(memory, nearest, pc, ret_segment) == 0)
        return 0;
    return find_segment(memory, &modules->items[0], pc, ret_segment);
}

static int find_function(struct sw_memory *memory, const struct sw_modules *modules, sw_addr pc,
    struct sw_function *ret_function)
{
    const struct sw_module *nearest = nearest_module(modules, pc);

    if (!nearest)
        return SW_E_NOT_FOUND;
    if (find_in_module(memory, nearest, pc, ret_function) == 0)
        return 0;
    return find_in_module(memory, &modules->items[0], pc, ret_function);
}

int sw_function_find(struct sw_memory *memory, struct sw_modules *modules, sw_addr pc,
    struct sw_function *ret_function)
{
    struct sw_place *place = sw_places_get(&modules->places, pc);
    int status = 0;

    if (!place->has_function) {
        status = find_function(memory, modules, pc, &place->function);
        place->has_function = status == 0;
    }
    *ret_function = place->function;
    return status;
}

/* ---------------------------------------------------------------- parts out of line */

/* The part of an evaluation loop was 7572 bytes and more in every build looked at, and the first
   page of the loop had from 3 to 21 jumps there; into any other function all of it had 2 at most,
   in bytes that are no jumps. */
enum { LEAST_PART = 4096, LOOKED_AT = 4096, LEAST_JUMPS = 3 };

/* Where the direct jump at `code` goes, "jmp rel32" or "jcc rel32"; 0 when there is none. */
static sw_addr jump_target(const uint8_t *code, sw_addr addr)
{
    unsigned opcode = code[0] == 0xe9 ? 1 : code[0] == 0x0f && (code[1] & 0xf0) == 0x80 ? 2 : 0;

    if (!opcode)
        return 0;
    return addr + opcode + 4 + (sw_addr)sw_bytes_sign(sw_bytes_uint(code + opcode, 4, false), 4);
}

static bool jumps_into(
    struct sw_memory *memory, const struct sw_function *from, const struct sw_function *to)
{
    uint8_t code[LOOKED_AT];
    size_t size = from->size < sizeof(code) ? (size_t)from->size : sizeof(code);
    unsigned jumps = 0;

    if (sw_memory_read(memory, from->start, code, size, "code", NULL) < 0)
        return false;
    for (size_t i = 0; i + 6 <= size && jumps < LEAST_JUMPS; i++) {
        sw_addr target = jump_target(code + i, from->start + i);

        /* To the start of a function leads also a call that is the last thing to do. */
        jumps += target > to->start && target - to->start < to->size;
    }
    return jumps >= LEAST_JUMPS;
}

bool sw_function_is(struct sw_memory *memory, struct sw_modules *modules,
    const struct sw_function *function, sw_addr start)
{
    struct sw_function whole;
    struct sw_place *place;
    bool is_part;

    if (function->start == start)
        return true;
    if (function->size < LEAST_PART || strcmp(memory->info.machine, "x86_64") != 0)
        return false;
    place = sw_places_get(&modules->places, function->start);
    if (place->part_of == start)
        return place->is_part;
    if (sw_function_find(memory, modules, start, &whole) < 0)
        return false;
    is_part = jumps_into(memory, &whole, function);
    place = sw_places_get(&modules->places, function->start);
    place->function = *function;
    place->has_function = true;
    place->is_part = is_part;
    place->part_of = start;
    return is_part;
}
