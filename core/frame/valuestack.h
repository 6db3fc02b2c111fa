/* SPDX-License-Identifier: MIT */
/* The value stack of a frame: what its instructions work on. */
#ifndef SW_FRAME_VALUESTACK_H
#define SW_FRAME_VALUESTACK_H

#include "frame/stack.h"

/* Its slots. How many are in use is in memory since 3.14 only; before, what lies above the top is
   left from earlier instructions. */
struct sw_value_stack {
    sw_addr start;
    uint64_t slots;
};

/* Find it; the frame's code must be known. */
int sw_value_stack_find(const struct sw_runtime *runtime, const struct sw_frame *frame,
    struct sw_value_stack *ret_stack);

/* What is in a slot: an object if the slot is in use, else anything. */
int sw_value_stack_object(const struct sw_reader *reader, const struct sw_value_stack *stack,
    uint64_t index, sw_addr *ret_object);

#endif
