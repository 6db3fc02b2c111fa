/* SPDX-License-Identifier: MIT */
/*
 * _Py_DebugOffsets: the table of offsets at the start of _PyRuntime since CPython 3.13
 * (Include/internal/pycore_debug_offsets.h). The bytes come from the target and are not trusted: a
 * core may be torn, a cookie may be an accident.
 */
#ifndef SW_LAYOUT_DEBUG_OFFSETS_H
#define SW_LAYOUT_DEBUG_OFFSETS_H

#include "layout/layout.h"

/* "xdebugpy", the first eight bytes. */
#define SW_DEBUG_OFFSETS_COOKIE "xdebugpy"

/* How many bytes to read: enough for the largest table that a supported version has. */
#define SW_DEBUG_OFFSETS_MAX 1024

/* What the head of the table says: cookie, version, free_threaded (24 bytes, 64-bit words in the
   target's byte order). SW_E_NOT_FOUND without the cookie, SW_E_CORRUPT when the version is
   implausible. */
int sw_debug_offsets_head(const uint8_t *bytes, size_t len, bool big_endian,
    uint32_t *ret_hexversion, bool *ret_free_threaded);

/* How many bytes the table of that version has; 0 when the version is unknown. */
size_t sw_debug_offsets_size(uint32_t hexversion);

/*
 * Overlay a layout (already filled from the built-in table) with the target's values. Every value
 * is checked first: the sizes are bounded, each offset and its width lie within its struct,
 * pointers are aligned. One bad value rejects the whole table with SW_E_CORRUPT and leaves the
 * layout unchanged. Differences between the two sources are counted in the layout.
 */
int sw_debug_offsets_apply(
    const uint8_t *bytes, size_t len, struct sw_layout *layout, struct sw_error *reterr);

#endif
