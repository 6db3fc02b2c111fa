/* SPDX-License-Identifier: MIT */
/*
 * Perf trampolines: since CPython 3.12 each Python function may run under a native function of its
 * own, so that perf can tell them apart (-X perf, PYTHONPERFSUPPORT, sys.activate_stack_trampoline,
 * -X perf_jit; Python/perf_trampoline.c). They are copies of one template in anonymous memory,
 * without unwind tables. What they do follows from their bytes alone, all of which are compared.
 */
#ifndef SW_TARGET_TRAMPOLINE_H
#define SW_TARGET_TRAMPOLINE_H

#include "target/memory.h"

enum { SW_TRAMPOLINE_STEPS = 7 };

/* The state of the stack from an instruction on. */
struct sw_trampoline_step {
    uint8_t offset;   /* of the instruction */
    uint8_t cfa;      /* bytes from the stack pointer to the caller's */
    bool has_pointer; /* the caller's frame pointer (aarch64: and the link register) is saved */
};

/* One template of CPython's asm_trampoline*.S as compilers make it. */
struct sw_trampoline_form {
    const char *machine;
    uint8_t size;
    uint8_t bytes[28];
    uint8_t step_count;
    struct sw_trampoline_step steps[SW_TRAMPOLINE_STEPS];
};

/* A trampoline around a program counter. */
struct sw_trampoline {
    sw_addr start;
    const struct sw_trampoline_form *form; /* static storage */
    const struct sw_trampoline_step *step; /* where the program counter is */
};

/* The trampoline in which `pc` is an instruction, or a return address. SW_E_NOT_FOUND. */
int sw_trampoline_find(struct sw_memory *memory, sw_addr pc, struct sw_trampoline *ret_trampoline);

/* The form of the trampoline that begins with these bytes, NULL when none does. */
const struct sw_trampoline_form *sw_trampoline_form_of(
    const char *machine, const uint8_t *bytes, size_t len);

#endif
