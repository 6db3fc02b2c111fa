/* SPDX-License-Identifier: MIT */
/*
 * call.h - which system call a thread is in, by the code that it is in.
 *
 * The kernel keeps the number in orig_rax, which no lldb shows; rax has the result already. x86-64.
 */
#ifndef SW_LLDB_CALL_H
#define SW_LLDB_CALL_H

#include <stddef.h>
#include <stdint.h>

enum { SW_LLDB_CALL_BYTES = 48 };

enum sw_lldb_call {
    SW_LLDB_CALL_UNKNOWN = 0,
    SW_LLDB_CALL_NONE, /* the thread is in no call: those return behind their instruction */
    SW_LLDB_CALL_NUMBER,
    SW_LLDB_CALL_ARGUMENT, /* the number is the caller's first argument on the stack */
};

/* What the bytes before the program counter say. */
enum sw_lldb_call sw_lldb_call_decode(const uint8_t code[SW_LLDB_CALL_BYTES], uint64_t *ret_number);

#endif
