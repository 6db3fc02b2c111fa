/* SPDX-License-Identifier: MIT */
/*
 * Reads of a remote target in large blocks, where a way there and back costs more than bytes do.
 * lldb keeps what it read until the process goes on, so nothing is kept here.
 */
#ifndef SW_LLDB_BLOCK_H
#define SW_LLDB_BLOCK_H

#include <stdbool.h>

#include "lldb.h"

enum {
    SW_LLDB_BLOCK = 64 * 1024, /* half of what a packet of lldb-server holds */
    SW_LLDB_PARTIAL = 64,
};

/* Zero-initialised is a valid beginning. */
struct sw_lldb_blocks {
    bool asked, is_useful;
    unsigned partial_count;
    uint64_t partial[SW_LLDB_PARTIAL]; /* blocks that are not there as a whole */
    uint8_t bytes[SW_LLDB_BLOCK];
};

/* Read memory as sw_lldb_read() does. */
size_t sw_lldb_block_read(
    struct sw_lldb_blocks *blocks, struct sw_lldb *lldb, uint64_t addr, void *buf, size_t len);

#endif
