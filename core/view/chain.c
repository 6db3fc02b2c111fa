/* SPDX-License-Identifier: MIT */
#include "view/chain.h"

static bool is_in(const struct sw_chain *chain, sw_addr addr)
{
    for (size_t i = 0; i < chain->count; i++)
        if (chain->items[i].addr == addr)
            return true;
    return false;
}

void sw_chain_follow(struct sw_writer *writer, sw_addr addr, struct sw_chain *chain)
{
    chain->count = 0;
    while (addr && chain->count < SW_MAX_CHAIN && !is_in(chain, addr)) {
        struct sw_exception *item = &chain->items[chain->count];
        enum sw_chain_link link = SW_CHAIN_FIRST;

        if (sw_exception_read(writer, addr, NULL, item) < 0)
            return;
        sw_exception_complete(writer, item);
        addr = 0;
        if (item->cause) {
            addr = item->cause;
            link = SW_CHAIN_CAUSE;
        } else if (item->context && !item->suppress_context) {
            addr = item->context;
            link = SW_CHAIN_CONTEXT;
        }
        chain->links[chain->count++] = link;
    }
    /* The last one came from none that is shown. */
    if (chain->count)
        chain->links[chain->count - 1] = SW_CHAIN_FIRST;
}
