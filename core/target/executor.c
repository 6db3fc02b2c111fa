/* SPDX-License-Identifier: MIT */
#include "target/executor.h"

#include <string.h>

#include "base/bytes.h"

/* push r15, r14, r13, r12, rbx; mov r12, rdi; mov r13, rsi; mov r14, rdx; call TRACE; pop rbx, r12,
   r13, r14, r15; ret. The bytes of TRACE are the distance, anything here. */
static const uint8_t shim[] = {0x41, 0x57, 0x41, 0x56, 0x41, 0x55, 0x41, 0x54, 0x53, 0x49, 0x89,
    0xfc, 0x49, 0x89, 0xf5, 0x49, 0x89, 0xd6, 0xe8, 0, 0, 0, 0, 0x5b, 0x41, 0x5c, 0x41, 0x5d, 0x41,
    0x5e, 0x41, 0x5f, 0xc3};

enum {
    SHIM_SIZE = sizeof(shim),
    SHIM_CALL = 18,   /* offset of the call */
    SHIM_RETURN = 23, /* and of the instruction behind it */
    REGISTERS = 5,
    TRACE_WORDS = 32, /* stack of one piece of a trace: the largest seen has four */
};

static bool is_shim(struct sw_memory *memory, sw_addr start)
{
    uint8_t bytes[SHIM_SIZE];

    return sw_memory_read(memory, start, bytes, SHIM_SIZE, "code", NULL) == 0 &&
           memcmp(bytes, shim, SHIM_CALL + 1) == 0 &&
           memcmp(bytes + SHIM_RETURN, shim + SHIM_RETURN, SHIM_SIZE - SHIM_RETURN) == 0;
}

/* Where instructions of the shim begin, and how many registers are not on the stack there. */
static const struct {
    uint8_t offset, missing;
} places[] = {{0, 5}, {2, 4}, {4, 3}, {6, 2}, {8, 1}, {9, 0}, {12, 0}, {15, 0}, {18, 0}, {23, 0},
    {24, 1}, {26, 2}, {28, 3}, {30, 4}, {32, 5}};

/* A thread that stopped in the shim itself. */
static bool find_in_shim(
    struct sw_memory *memory, sw_addr pc, sw_addr sp, struct sw_executor *ret_executor)
{
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        uint8_t byte = 0;

        if (sw_memory_read(memory, pc, &byte, 1, "code", NULL) < 0)
            return false;
        if (byte != shim[places[i].offset] || !is_shim(memory, pc - places[i].offset))
            continue;
        /* What is missing would be below the stack pointer. */
        *ret_executor = (struct sw_executor){
            .start = pc - places[i].offset,
            .saved = sp - 8 * (sw_addr)places[i].missing,
            .missing = places[i].missing,
        };
        return true;
    }
    return false;
}

bool sw_executor_has(struct sw_memory *memory, sw_addr pc)
{
    static const uint8_t elf[] = {0x7f, 'E', 'L', 'F'};
    sw_addr page = pc - pc % SW_PAGE_SIZE;

    for (unsigned i = 0; i < SW_MAX_EXECUTOR_PAGES && page; i++, page -= SW_PAGE_SIZE) {
        uint8_t bytes[sizeof(elf)];

        if (is_shim(memory, page))
            return true;
        if (sw_memory_read(memory, page, bytes, sizeof(bytes), "code", NULL) < 0 ||
            memcmp(bytes, elf, sizeof(elf)) == 0)
            return false;
    }
    return false;
}

int sw_executor_find(
    struct sw_memory *memory, sw_addr pc, sw_addr sp, struct sw_executor *ret_executor)
{
    uint8_t words[8 * TRACE_WORDS];
    unsigned count = TRACE_WORDS;

    if (strcmp(memory->info.machine, "x86_64") != 0)
        return SW_E_NOT_FOUND;
    if (find_in_shim(memory, pc, sp, ret_executor))
        return 0;
    while (count && sw_memory_read(memory, sp, words, 8 * count, "stack", NULL) < 0)
        count /= 2;
    for (unsigned i = 0; i < count; i++) {
        sw_addr word = sw_bytes_uint(words + 8 * i, 8, false);

        /* Neither numbers nor addresses on this stack are code. */
        if (word < SW_PAGE_SIZE || word >> 47 || word - sp < 8 * TRACE_WORDS ||
            !is_shim(memory, word - SHIM_RETURN))
            continue;
        *ret_executor = (struct sw_executor){
            .start = word - SHIM_RETURN,
            .saved = sp + 8 * (sw_addr)i + 8,
            .local = i ? sp + 8 * (sw_addr)i - 8 : 0,
        };
        return 0;
    }
    return SW_E_NOT_FOUND;
}
