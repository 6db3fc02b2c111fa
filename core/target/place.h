/* SPDX-License-Identifier: MIT */
/*
 * What was found about places in the target's code: code does not change while it is loaded, so it
 * is kept from stop to stop. To find it anew would cost a dozen reads a function.
 */
#ifndef SW_TARGET_PLACE_H
#define SW_TARGET_PLACE_H

#include "sidewinder.h"

/* A function, or a part of one that the compiler moved out of line (".cold"). */
struct sw_function {
    sw_addr start;
    uint64_t size;
    sw_addr fde; /* its frame description entry, in .eh_frame (function.h); 0 for none */
};

/* Numbers of the x86-64 psABI for DWARF: rax rdx rcx rbx rsi rdi rbp rsp r8-r15, return address. */
enum { SW_UNWIND_RBP = 6, SW_UNWIND_RSP = 7, SW_UNWIND_PC = 16, SW_UNWIND_REGISTERS = 17 };

enum sw_rule_kind { SW_RULE_SAME = 0, SW_RULE_UNDEFINED, SW_RULE_AT_OFFSET };

/* Where the caller's registers are: its stack pointer (the CFA), and the others from there. */
struct sw_unwind_rules {
    unsigned cfa_register;
    int64_t cfa_offset;
    struct {
        enum sw_rule_kind kind;
        int64_t offset;
    } registers[SW_UNWIND_REGISTERS];
};

struct sw_place {
    sw_addr pc;
    bool has_function;
    bool has_rules;
    bool is_part; /* of the function that begins at `part_of`; 0 until that was asked */
    sw_addr part_of;
    struct sw_function function;
    struct sw_unwind_rules rules;
};

enum { SW_PLACES_KEPT = 128 };

/* Zero-initialised is valid and empty. */
struct sw_places {
    struct sw_place items[SW_PLACES_KEPT];
};

/* What is known of the place; an empty note to fill in when nothing is. Valid until the next call.
 */
struct sw_place *sw_places_get(struct sw_places *places, sw_addr pc);

#endif
