/* SPDX-License-Identifier: MIT */
/*
 * Names of types made in C for which tp_name cannot be read: it is a string constant of the file,
 * which cores do not have, and the file may be gone. The target's own namespaces know most of them.
 */
#ifndef SW_VALUE_TYPENAMES_H
#define SW_VALUE_TYPENAMES_H

#include "base/arena.h"
#include "base/map.h"
#include "runtime/runtime.h"

/* Names by the type's address. Zero-initialised is valid, and empty. */
struct sw_type_names {
    struct sw_map map;
    struct sw_arena arena;
    bool is_read;
};

/* The name of the type at `addr` as its tp_name would be; NULL when no namespace tells. They are
   read when this is first asked. Lives until sw_type_names_clear(). */
const char *sw_type_names_find(
    struct sw_type_names *names, const struct sw_runtime *runtime, sw_addr addr);

void sw_type_names_clear(struct sw_type_names *names);

#endif
