/* SPDX-License-Identifier: MIT */
#include "value/wrapped.h"

#include <string.h>

void sw_writer_wrapped(
    struct sw_writer *writer, sw_addr addr, const struct sw_type *type, sw_value_put *put)
{
    /* What an extension makes of a builtin type is named as well: "defaultdict({...})". */
    if (type->addr == type->solid && (type->kind == SW_KIND_DEQUE || !strchr(type->name, '.'))) {
        put(writer, addr, type);
        return;
    }
    sw_writer_printf(writer, "%s(", sw_type_short_name(type));
    put(writer, addr, type);
    switch (sw_writer_enter(writer, addr)) {
    case SW_ENTERED:
        sw_writer_attributes(writer, addr, type, false);
        sw_writer_leave(writer);
        break;
    case SW_ENTERED_CYCLE:
    case SW_ENTERED_TOO_DEEP:
        break;
    }
    sw_writer_puts(writer, ")");
}

void sw_writer_container(struct sw_writer *writer, sw_addr addr, const struct sw_type *type,
    const char *open, const char *close, uint64_t length, sw_value_put *put)
{
    sw_writer_size(writer, length, "items");
    sw_writer_puts(writer, open);
    switch (length ? sw_writer_enter(writer, addr) : SW_ENTERED) {
    case SW_ENTERED:
        if (!length)
            break;
        put(writer, addr, type);
        sw_writer_leave(writer);
        break;
    case SW_ENTERED_CYCLE:
        sw_writer_puts(writer, "...");
        break;
    case SW_ENTERED_TOO_DEEP:
        sw_writer_printf(writer, "...(%llu items)", (unsigned long long)length);
        break;
    }
    sw_writer_puts(writer, close);
}
