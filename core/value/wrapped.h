/* SPDX-License-Identifier: MIT */
/* Objects of a class that extends a builtin type: Name(V, attribute=V). */
#ifndef SW_VALUE_WRAPPED_H
#define SW_VALUE_WRAPPED_H

#include "value/writer.h"

/* Write the value by `put`; of a subclass with the class's name around it, and the attributes. */
void sw_writer_wrapped(
    struct sw_writer *writer, sw_addr addr, const struct sw_type *type, sw_value_put *put);

/* A container's value by `put`, which writes what lies between `open` and `close`; for one that is
   being written already or lies too deep, "..." is in its place. `length` is what it holds. */
void sw_writer_container(struct sw_writer *writer, sw_addr addr, const struct sw_type *type,
    const char *open, const char *close, uint64_t length, sw_value_put *put);

#endif
