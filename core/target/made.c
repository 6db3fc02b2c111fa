/* SPDX-License-Identifier: MIT */
#include "target/made.h"

#include "target/executor.h"
#include "target/trampoline.h"

/* DWARF's numbers of registers, of both machines. */
enum { X86_RBX = 3, X86_RBP = 6, X86_R12 = 12, AARCH64_FP = 29, AARCH64_LINK = 30 };

static int read_saved(struct sw_memory *memory, sw_addr at, uint8_t number, const char *name,
    struct sw_made_caller *caller)
{
    uint64_t value;
    int status = sw_memory_uint(memory, at, 8, "saved register", NULL, &value);

    if (status < 0)
        return status;
    caller->saved[caller->saved_count].number = number;
    caller->saved[caller->saved_count].name = name;
    caller->saved[caller->saved_count++].value = value;
    return 0;
}

/* Pointer authentication signs a return address in the bits that addresses of programs lack. */
static sw_addr without_signature(sw_addr address)
{
    return address & ((UINT64_C(1) << 48) - 1);
}

static int leave_aarch64(struct sw_memory *memory, const struct sw_made_registers *registers,
    const struct sw_trampoline *trampoline, struct sw_made_caller *caller)
{
    int status = 0;

    caller->pc = registers->link;
    if (trampoline->step->has_pointer) {
        status = read_saved(memory, caller->sp - 16, AARCH64_FP, "x29", caller);
        if (status == 0)
            status = read_saved(memory, caller->sp - 8, AARCH64_LINK, "x30", caller);
        if (status == 0)
            caller->pc = caller->saved[1].value;
    }
    caller->pc = without_signature(caller->pc);
    return status;
}

static int leave_trampoline(struct sw_memory *memory, const struct sw_made_registers *registers,
    const struct sw_trampoline *trampoline, struct sw_made_caller *ret_caller)
{
    struct sw_made_caller caller = {
        .kind = SW_MADE_TRAMPOLINE,
        .start = trampoline->start,
        .sp = registers->sp + trampoline->step->cfa,
    };
    int status;

    if (trampoline->form->machine[0] == 'a') {
        status = leave_aarch64(memory, registers, trampoline, &caller);
    } else {
        status = sw_memory_uint(memory, caller.sp - 8, 8, "return address", NULL, &caller.pc);
        if (status == 0 && trampoline->step->has_pointer)
            status = read_saved(memory, caller.sp - 16, X86_RBP, "rbp", &caller);
    }
    if (status == 0)
        *ret_caller = caller;
    return status;
}

/* Whether a value may be a frame pointer of the caller: up the stack and not far away. */
static bool is_frame_pointer(sw_addr value, sw_addr sp)
{
    return value >= sp && value - sp < 65536 && value % 8 == 0;
}

/*
 * The pieces of a trace may use rbp for anything, and then push it first; others push what nobody
 * needs, to align the stack. What is pushed counts only where it can be the frame pointer of the
 * evaluation loop and rbp itself cannot; a loop without frame pointer is unwound without rbp.
 */
static int leave_executor(struct sw_memory *memory, const struct sw_made_registers *registers,
    const struct sw_executor *executor, struct sw_made_caller *ret_caller)
{
    static const char *const names[] = {"rbx", "r12", "r13", "r14", "r15"};
    struct sw_made_caller caller = {
        .kind = SW_MADE_JIT,
        .start = executor->start,
        .sp = executor->saved + 48,
    };
    int status = sw_memory_uint(memory, caller.sp - 8, 8, "return address", NULL, &caller.pc);

    for (unsigned i = executor->missing; status == 0 && i < 5; i++)
        status = read_saved(memory, executor->saved + 8 * (sw_addr)i,
            (uint8_t)(i ? X86_R12 + i - 1 : X86_RBX), names[i], &caller);
    if (status == 0 && executor->local && !is_frame_pointer(registers->fp, caller.sp)) {
        status = read_saved(memory, executor->local, X86_RBP, "rbp", &caller);
        if (status == 0 && !is_frame_pointer(caller.saved[caller.saved_count - 1].value, caller.sp))
            caller.saved_count--;
    }
    if (status == 0)
        *ret_caller = caller;
    return status;
}

int sw_made_step(struct sw_memory *memory, const struct sw_made_registers *registers,
    struct sw_made_caller *ret_caller)
{
    struct sw_trampoline trampoline;
    struct sw_executor executor;
    struct sw_made_caller caller;
    int status;

    if (memory->info.pointer_size != 8 || memory->info.big_endian)
        return SW_E_NOT_FOUND;
    status = sw_trampoline_find(memory, registers->pc, &trampoline);
    if (status == 0) {
        status = leave_trampoline(memory, registers, &trampoline, &caller);
    } else if (status == SW_E_NOT_FOUND) {
        status = sw_executor_find(memory, registers->pc, registers->sp, &executor);
        if (status == 0)
            status = leave_executor(memory, registers, &executor, &caller);
    }
    if (status < 0)
        return status;
    if (!caller.pc || caller.sp < registers->sp)
        return SW_E_CORRUPT;
    *ret_caller = caller;
    return 0;
}

bool sw_made_is_trampoline(struct sw_memory *memory, sw_addr pc)
{
    struct sw_trampoline trampoline;

    return memory->info.pointer_size == 8 && !memory->info.big_endian &&
           sw_trampoline_find(memory, pc, &trampoline) == 0;
}
