/* SPDX-License-Identifier: MIT */
/*
 * The `with` statements that a frame is inside of: between their __enter__, which has returned, and
 * their __exit__, which has not begun. What the interpreter keeps to unwind them says so: the stack
 * of blocks up to 3.10, the exception table since 3.11. Both tell how much of the value stack is in
 * use there, so what is left in it from earlier instructions is not mistaken.
 */
#ifndef SW_FRAME_WITHBLOCKS_H
#define SW_FRAME_WITHBLOCKS_H

#include "frame/stack.h"

enum { SW_WITH_BLOCKS = 32 };

/* Innermost first. */
struct sw_with_blocks {
    sw_addr managers[SW_WITH_BLOCKS]; /* the objects whose __exit__ will be called */
    unsigned count;
};

/* Read them; the frame's code must be known. None is a success, and what cannot be read is left
   out. */
void sw_with_blocks_read(const struct sw_runtime *runtime, const struct sw_frame *frame,
    struct sw_with_blocks *ret_blocks);

#endif
