/* SPDX-License-Identifier: MIT */
#include "runtime/statics.h"

#include <string.h>

#include "base/bytes.h"

/* How the variables are called, and who leads to them. `_PyGC_generation0` is exported, and points
   to the first generation, whose first member it is. */
static const struct {
    const char *name;     /* to the debugger */
    const char *pointer;  /* exported variable that holds its address; NULL when there is none */
    const char *function; /* exported function that begins by reading it; likewise */
} variables[] = {
    [SW_STATIC_GC_GENERATIONS] = {"generations", "_PyGC_generation0", NULL},
    [SW_STATIC_GC_ENABLED] = {"enabled", NULL, NULL},
    [SW_STATIC_GC_COLLECTING] = {"collecting", NULL, "PyGC_Collect"},
    [SW_STATIC_GIL_LOCK] = {"interpreter_lock", NULL, "PyEval_ThreadsInitialized"},
};

bool sw_static_is_own(const struct sw_runtime *runtime, sw_addr addr)
{
    enum { LOAD = 1, WRITABLE = 2 };
    struct sw_segment segments[SW_MAX_PROGRAM_HEADERS];
    size_t count = 0;

    if (!runtime->module.path[0] && !runtime->module.base)
        return false;
    if (sw_elf_segments(
            runtime->reader.memory, &runtime->module, segments, SW_MAX_PROGRAM_HEADERS, &count) < 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (segments[i].type == LOAD && (segments[i].flags & WRITABLE) &&
            addr >= segments[i].addr && addr - segments[i].addr < segments[i].size)
            return true;
    return false;
}

/*
 * The first variable that a function reads: `mov disp(%rip),%r` or `cmp $0,disp(%rip)`, 32 bits or
 * 64. Before it stands the prologue alone: pushes, room on the stack, a register set to 0.
 */
static int first_variable(struct sw_memory *memory, sw_addr function, sw_addr *ret_addr)
{
    enum { LOOKED_AT = 32, MOV = 0x8b, CMP_BYTE = 0x83, RELATIVE = 0x05, MODE = 0xc7 };
    uint8_t code[LOOKED_AT + 8];
    int status;

    if (strcmp(memory->info.machine, "x86_64") != 0)
        return SW_E_NOT_FOUND;
    status = sw_memory_read(memory, function, code, sizeof(code), "code", NULL);
    for (unsigned i = 0; status == 0 && i < LOOKED_AT; i++) {
        bool compares = code[i] == CMP_BYTE && (code[i + 1] & 0x38) == 0x38;

        if ((code[i] != MOV && !compares) || (code[i + 1] & MODE) != RELATIVE)
            continue;
        /* Relative to the end of the instruction; the comparison ends with its number. */
        *ret_addr = function + i + 6 + compares +
                    (sw_addr)sw_bytes_sign(sw_bytes_uint(code + i + 2, 4, false), 4);
        return 0;
    }
    return status < 0 ? status : SW_E_NOT_FOUND;
}

static int find_in_file(const struct sw_runtime *runtime, enum sw_static which, sw_addr *ret_addr)
{
    struct sw_memory *memory = runtime->reader.memory;
    struct sw_elf_symbols symbols;
    sw_addr addr;
    int status = sw_elf_symbols_open(memory, &runtime->module, &symbols);

    if (status < 0)
        return status;
    if (variables[which].pointer) {
        status = sw_elf_symbols_find(&symbols, variables[which].pointer, &addr);
        return status < 0 ? status : sw_memory_ptr(memory, addr, "static", NULL, ret_addr);
    }
    if (!variables[which].function)
        return SW_E_NOT_FOUND;
    status = sw_elf_symbols_find(&symbols, variables[which].function, &addr);
    return status < 0 ? status : first_variable(memory, addr, ret_addr);
}

int sw_static_find(const struct sw_runtime *runtime, enum sw_static which, sw_addr *ret_addr)
{
    struct sw_memory *memory = runtime->reader.memory;
    sw_addr addr = 0;
    int status = find_in_file(runtime, which, &addr);

    if (status == SW_E_STOPPED)
        return status;
    if ((status < 0 || !sw_static_is_own(runtime, addr)) && memory->ops.symbol)
        status = memory->ops.symbol(memory->ctx, variables[which].name, 0, &addr);
    if (status == 0 && !sw_static_is_own(runtime, addr))
        status = SW_E_NOT_FOUND;
    if (status == 0)
        *ret_addr = addr;
    return status;
}
