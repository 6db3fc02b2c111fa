/* SPDX-License-Identifier: MIT */
#include "block.h"

#include <string.h>

void sw_lldb_blocks_use(struct sw_lldb_blocks *blocks, enum sw_target_kind kind, uint32_t stop_id)
{
    blocks->is_remote = kind == SW_TARGET_REMOTE;
    if (blocks->stop_id != stop_id)
        blocks->range_count = 0;
    blocks->stop_id = stop_id;
}

static bool is_in(const struct sw_lldb_range *range, uint64_t addr)
{
    return range->start <= addr && addr < range->end;
}

static struct sw_lldb_range *find_known(struct sw_lldb_blocks *blocks, uint64_t addr)
{
    for (unsigned i = 0; i < blocks->range_count && i < SW_LLDB_RANGES; i++)
        if (is_in(&blocks->ranges[i], addr))
            return &blocks->ranges[i];
    return NULL;
}

/* lldb-server and debugserver tell of mappings, and take requests of any size. Stubs that do not
   (gdbserver, emulators) take a few kilobytes at a time: there a block is many packets. NULL where
   nobody tells. */
static struct sw_lldb_range *ask(struct sw_lldb_blocks *blocks, struct sw_lldb *lldb, uint64_t addr)
{
    struct sw_lldb_range *range = &blocks->ranges[blocks->range_count % SW_LLDB_RANGES];

    if (blocks->teller == SW_LLDB_TELLER_SILENT)
        return NULL;
    blocks->teller =
        sw_lldb_region(lldb, addr, range) ? SW_LLDB_TELLER_TELLS : SW_LLDB_TELLER_SILENT;
    if (blocks->teller == SW_LLDB_TELLER_SILENT)
        return NULL;
    blocks->range_count++;
    return is_in(range, addr) ? range : NULL;
}

bool sw_lldb_block_mapping_end(
    struct sw_lldb_blocks *blocks, struct sw_lldb *lldb, uint64_t addr, uint64_t *ret_end)
{
    const struct sw_lldb_range *range = find_known(blocks, addr);

    if (!range)
        range = ask(blocks, lldb, addr);
    if (!range || !range->is_readable)
        return false;
    *ret_end = range->end;
    return true;
}

/* Read the block that `addr` is in, as far as it is within a range. */
static bool fetch(struct sw_lldb_blocks *blocks, struct sw_lldb *lldb, uint64_t addr,
    const struct sw_lldb_range *within, struct sw_lldb_range *ret_block)
{
    uint64_t start = addr - (addr - within->start) % SW_LLDB_BLOCK;
    size_t len =
        within->end - start < SW_LLDB_BLOCK ? (size_t)(within->end - start) : SW_LLDB_BLOCK;

    *ret_block = (struct sw_lldb_range){start, start + len, true, true};
    return within->is_readable && sw_lldb_read(lldb, start, blocks->bytes, len) == len;
}

/* What lldb knows of segments costs no question, but may be about another file. */
static bool fetch_block(struct sw_lldb_blocks *blocks, struct sw_lldb *lldb, uint64_t addr,
    bool may_ask, struct sw_lldb_range *ret_block)
{
    struct sw_lldb_range *mapping = find_known(blocks, addr), segment;

    if (!mapping && blocks->teller == SW_LLDB_TELLER_TELLS &&
        sw_lldb_segment(lldb, addr, &segment) && is_in(&segment, addr) &&
        fetch(blocks, lldb, addr, &segment, ret_block))
        return true;
    if (!mapping && may_ask)
        mapping = ask(blocks, lldb, addr);
    if (!mapping)
        return false;
    /* There are mappings that cannot be read, whatever they say: the kernel's own. */
    mapping->is_readable = fetch(blocks, lldb, addr, mapping, ret_block);
    return mapping->is_readable;
}

/* By blocks, as far as it goes. */
static size_t read_blocks(struct sw_lldb_blocks *blocks, struct sw_lldb *lldb, uint64_t addr,
    uint8_t *to, size_t len, bool may_ask)
{
    size_t done = 0;

    while (done < len) {
        uint64_t at = addr + done;
        struct sw_lldb_range block;
        size_t piece;

        if (!fetch_block(blocks, lldb, at, may_ask, &block))
            break;
        piece = len - done < block.end - at ? len - done : (size_t)(block.end - at);
        memcpy(to + done, blocks->bytes + (at - block.start), piece);
        done += piece;
    }
    return done;
}

size_t sw_lldb_block_read(
    struct sw_lldb_blocks *blocks, struct sw_lldb *lldb, uint64_t addr, void *buf, size_t len)
{
    const struct sw_lldb_range *range;
    bool may_ask;
    size_t done;

    if (!blocks->is_remote || len > SW_LLDB_RUN || addr + len < addr)
        return sw_lldb_read(lldb, addr, buf, len);
    may_ask = find_known(blocks, addr) == find_known(blocks, addr + len - 1);
    done = read_blocks(blocks, lldb, addr, buf, len, may_ask);
    range = done < len ? find_known(blocks, addr + done) : NULL;
    if (done == len || !may_ask || (range && !range->is_mapped))
        return done;
    return done + sw_lldb_read(lldb, addr + done, (uint8_t *)buf + done, len - done);
}
