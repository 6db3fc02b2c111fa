/* SPDX-License-Identifier: MIT */
/* Integers in the target's byte order, out of a host buffer. */
#ifndef SW_BASE_BYTES_H
#define SW_BASE_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* An unsigned integer of 1 to 8 bytes at `p`. The common case, eight little endian bytes on a
   little endian host, is one load: of a copy whose size compilers do not know they make a loop. */
static inline uint64_t sw_bytes_uint(const uint8_t *p, unsigned width, bool big_endian)
{
    uint64_t value = 0;

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (!big_endian && width >= 8)
        return memcpy(&value, p, 8), value;
    if (!big_endian && width == 4)
        return memcpy(&value, p, 4), value;
#endif
    for (unsigned i = 0; i < width && i < 8; i++) {
        unsigned shift = 8 * (big_endian ? width - 1 - i : i);

        value |= (uint64_t)p[i] << shift;
    }
    return value;
}

/* The same bits as a signed number. */
static inline int64_t sw_bytes_sign(uint64_t value, unsigned width)
{
    if (width >= 8 || width == 0)
        return (int64_t)value;

    uint64_t sign = (uint64_t)1 << (8 * width - 1);

    return (int64_t)((value ^ sign) - sign);
}

#endif
