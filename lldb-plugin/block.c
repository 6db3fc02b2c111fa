/* SPDX-License-Identifier: MIT */
#include "block.h"

#include <string.h>

/* lldb-server and debugserver tell of mappings, and take requests of any size. Stubs that do not
   (gdbserver, emulators) take a few kilobytes at a time: there a block is many packets. */
static bool is_useful(struct sw_lldb_blocks *blocks, struct sw_lldb *lldb, uint64_t addr)
{
    uint64_t end;

    if (!blocks->asked) {
        blocks->asked = true;
        blocks->is_useful = sw_lldb_region_end(lldb, addr, &end);
    }
    return blocks->is_useful;
}

static bool is_partial(const struct sw_lldb_blocks *blocks, uint64_t start)
{
    for (unsigned i = 0; i < blocks->partial_count; i++)
        if (blocks->partial[i] == start)
            return true;
    return false;
}

size_t sw_lldb_block_read(
    struct sw_lldb_blocks *blocks, struct sw_lldb *lldb, uint64_t addr, void *buf, size_t len)
{
    uint64_t start = addr - addr % SW_LLDB_BLOCK;
    size_t at = (size_t)(addr - start);

    if (len > SW_LLDB_BLOCK - at || blocks->partial_count == SW_LLDB_PARTIAL ||
        is_partial(blocks, start) || !is_useful(blocks, lldb, addr))
        return sw_lldb_read(lldb, addr, buf, len);
    if (sw_lldb_read(lldb, start, blocks->bytes, SW_LLDB_BLOCK) == SW_LLDB_BLOCK) {
        memcpy(buf, blocks->bytes + at, len);
        return len;
    }
    blocks->partial[blocks->partial_count++] = start;
    return sw_lldb_read(lldb, addr, buf, len);
}
