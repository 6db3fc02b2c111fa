/* SPDX-License-Identifier: MIT */
/* An exception and those it came from, as py-exc shows them. */
#ifndef SW_VIEW_CHAIN_H
#define SW_VIEW_CHAIN_H

#include "value/exception.h"
#include "view/command.h"

/* How one exception came from the next older one. */
enum sw_chain_link { SW_CHAIN_FIRST, SW_CHAIN_CAUSE, SW_CHAIN_CONTEXT };

struct sw_chain {
    struct sw_exception items[SW_MAX_CHAIN]; /* newest first */
    enum sw_chain_link links[SW_MAX_CHAIN];  /* from the next item, which is older */
    size_t count;
};

/* The exception at `addr` and those it came from; none when it cannot be read. */
void sw_chain_follow(struct sw_writer *writer, sw_addr addr, struct sw_chain *ret_chain);

/* The JSON document of py-exc; of all threads, or of the selected one. */
void sw_view_json_exceptions(
    const struct sw_run *run, const struct sw_threads *threads, bool all_threads);

#endif
