/* SPDX-License-Identifier: MIT */
/*
 * Reads of a remote target in large blocks, where a way there and back costs more than bytes do.
 * lldb keeps what it read until the process goes on, so that no bytes are kept here; where the
 * process's mappings end is, for as long.
 */
#ifndef SW_LLDB_BLOCK_H
#define SW_LLDB_BLOCK_H

#include <sidewinder.h>

#include "lldb.h"

enum {
    SW_LLDB_BLOCK = 31 * 4096, /* a packet of lldb's holds 128 KiB with what is around it */
    SW_LLDB_RUN = 64 * 1024,   /* longer reads are of one object, and asked for as they are */
    SW_LLDB_RANGES = 64,
};

enum sw_lldb_teller {
    SW_LLDB_TELLER_UNKNOWN = 0,
    SW_LLDB_TELLER_SILENT, /* whoever debugs the process tells of no mappings */
    SW_LLDB_TELLER_TELLS,
};

/* Zero-initialised is a valid beginning. */
struct sw_lldb_blocks {
    bool is_remote;
    enum sw_lldb_teller teller;
    uint32_t stop_id;
    unsigned range_count; /* that were asked for; the last ones are kept */
    struct sw_lldb_range ranges[SW_LLDB_RANGES];
    uint8_t bytes[SW_LLDB_BLOCK];
};

/* Begin a command. Other targets than remote ones are read as they come. */
void sw_lldb_blocks_use(struct sw_lldb_blocks *blocks, enum sw_target_kind kind, uint32_t stop_id);

/* The end of the readable mapping that `addr` is in. */
bool sw_lldb_block_mapping_end(
    struct sw_lldb_blocks *blocks, struct sw_lldb *lldb, uint64_t addr, uint64_t *ret_end);

/* Read memory as sw_lldb_read() does. A run of pages that leads out of what is known to be one
   mapping may come back short: who reads ahead does not know where it ends, and who needs them all
   asks for each page then. */
size_t sw_lldb_block_read(
    struct sw_lldb_blocks *blocks, struct sw_lldb *lldb, uint64_t addr, void *buf, size_t len);

#endif
