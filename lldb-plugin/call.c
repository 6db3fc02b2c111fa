/* SPDX-License-Identifier: MIT */
#include "call.h"

#include <stdbool.h>
#include <string.h>

enum {
    SYSCALL = 2, /* bytes of the instruction itself */
    MOVE = 5,    /* mov $NUMBER,%eax */
    MOVE_EAX = 0xb8,
    MOVE_ECX = 0xb9,
    NEAR = 30, /* how far before the call that is */
    MAX_NUMBER = 1024,
};

/* Whether the code ends with these bytes, in which 0x100 stands for any. */
static bool ends_with(const uint8_t *end, const uint16_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (bytes[i] < 0x100 && end[i - len] != bytes[i])
            return false;
    return true;
}

/* mov $NUMBER,%eax or another register, with a few instructions between it and the call. */
static bool find_move(
    uint8_t instruction, const uint8_t *start, const uint8_t *end, uint64_t *ret_number)
{
    for (const uint8_t *at = end - MOVE; at >= start; at--) {
        uint64_t number = at[1] | (uint64_t)at[2] << 8 | (uint64_t)at[3] << 16;

        if (at[0] == instruction && at[4] == 0 && number < MAX_NUMBER) {
            *ret_number = number;
            return true;
        }
    }
    return false;
}

enum sw_lldb_call sw_lldb_call_decode(const uint8_t code[SW_LLDB_CALL_BYTES], uint64_t *ret_number)
{
    static const uint16_t call[] = {0x0f, 0x05};
    /* xor %eax,%eax */
    static const uint16_t zero[] = {0x31, 0xc0};
    /* test %eax,%eax; jne: glibc before 2.33 looks there whether the process has one thread */
    static const uint16_t tested[] = {0x85, 0xc0, 0x75, 0x100};
    /* mov %ecx,%eax: do_futex_wait() of glibc before 2.33 */
    static const uint16_t moved[] = {0x89, 0xc8};
    /* mov %r11,0x8(%rsp): __syscall_cancel_arch() of glibc 2.41 and later, the one place for every
       call that can be cancelled. Its caller gets the number as its seventh argument. */
    static const uint16_t shared[] = {0x4c, 0x89, 0x5c, 0x24, 0x08};
    const uint8_t *end = code + SW_LLDB_CALL_BYTES - SYSCALL;

    if (!ends_with(code + SW_LLDB_CALL_BYTES, call, 2))
        return SW_LLDB_CALL_NONE;
    if (ends_with(end, shared, sizeof(shared) / sizeof(shared[0])))
        return SW_LLDB_CALL_ARGUMENT;
    *ret_number = 0;
    if (ends_with(end, moved, 2))
        return find_move(MOVE_ECX, code, end, ret_number) ? SW_LLDB_CALL_NUMBER
                                                          : SW_LLDB_CALL_UNKNOWN;
    if (ends_with(end, zero, 2) || ends_with(end, tested, 4) ||
        find_move(MOVE_EAX, end - NEAR, end, ret_number))
        return SW_LLDB_CALL_NUMBER;
    return SW_LLDB_CALL_UNKNOWN;
}
