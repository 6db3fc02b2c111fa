/* SPDX-License-Identifier: MIT */
#include "frame/valuestack.h"

int sw_value_stack_find(const struct sw_runtime *runtime, const struct sw_frame *frame,
    struct sw_value_stack *ret_stack)
{
    const struct sw_reader *reader = &runtime->reader;
    unsigned size = reader->memory->info.pointer_size;
    uint64_t locals = 0, top = 0;
    int status =
        sw_reader_uint(reader, frame->code->addr, SW_F_CODE_STACKSIZE, NULL, &ret_stack->slots);

    if (status < 0)
        return status;
    if (ret_stack->slots > SW_MAX_VALUE_STACK)
        ret_stack->slots = SW_MAX_VALUE_STACK;
    if (sw_reader_has(reader, SW_F_FRAME_VALUESTACK))
        return sw_reader_uint(reader, frame->addr, SW_F_FRAME_VALUESTACK, NULL, &ret_stack->start);
    status = sw_reader_uint(reader, frame->code->addr, SW_F_CODE_NLOCALSPLUS, NULL, &locals);
    ret_stack->start =
        sw_reader_at(reader, frame->addr, SW_F_FRAME_LOCALSPLUS) + (uint32_t)locals * (sw_addr)size;
    /* Debug builds store NULL while the frame runs. */
    if (status == 0 && sw_reader_has(reader, SW_F_FRAME_STACKPOINTER) &&
        sw_reader_uint(reader, frame->addr, SW_F_FRAME_STACKPOINTER, NULL, &top) == 0 &&
        top >= ret_stack->start && (top - ret_stack->start) / size < ret_stack->slots)
        ret_stack->slots = (top - ret_stack->start) / size;
    return status;
}

int sw_value_stack_object(const struct sw_reader *reader, const struct sw_value_stack *stack,
    uint64_t index, sw_addr *ret_object)
{
    unsigned size = reader->memory->info.pointer_size;
    int status =
        sw_memory_ptr(reader->memory, stack->start + index * size, "value stack", NULL, ret_object);

    if (status == 0 && reader->layout->traits.stackref == SW_STACKREF_TAGGED)
        *ret_object &= ~(sw_addr)3;
    return status;
}
