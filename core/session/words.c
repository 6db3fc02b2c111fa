/* SPDX-License-Identifier: MIT */
#include "session/words.h"

#include <string.h>

#include "base/bytes.h"
#include "session/kernel.h"

enum { STACK_PIECE = 4096 };

int sw_stack_pointer(const struct sw_memory *memory, int tasks, int64_t tid, sw_addr *ret_pointer)
{
    const char *name = strcmp(memory->info.machine, "x86_64") == 0 ? "rsp"
                       : strcmp(memory->info.machine, "i386") == 0 ? "esp"
                                                                   : "sp";
    struct sw_kernel_call call;

    if (sw_kernel_call(tasks, tid, &call) && call.sp) {
        *ret_pointer = call.sp;
        return 0;
    }
    return memory->ops.thread_registers
               ? memory->ops.thread_registers(memory->ctx, tid, &name, 1, ret_pointer)
               : SW_E_NOT_FOUND;
}

void sw_stack_words_read(
    struct sw_memory *memory, sw_addr pointer, struct sw_stack_words *ret_words)
{
    unsigned width = memory->info.pointer_size;
    uint64_t absent = memory->absent;
    uint8_t bytes[STACK_PIECE];

    ret_words->count = 0;
    pointer -= pointer % width;
    for (unsigned at = 0; at < SW_STACK_SEARCH; at += STACK_PIECE) {
        if (sw_memory_read(memory, pointer + at, bytes, sizeof(bytes), "stack", NULL) < 0) {
            /* The end of a stack is nothing that is missing. */
            if (ret_words->count)
                memory->absent = absent;
            return;
        }
        for (unsigned k = 0; k < STACK_PIECE; k += width)
            ret_words->items[ret_words->count++] =
                sw_bytes_uint(bytes + k, width, memory->info.big_endian);
    }
}
