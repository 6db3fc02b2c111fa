/* SPDX-License-Identifier: MIT */
/* From one object to another by what Python would write: self.sides, data['k'][3]. */
#ifndef SW_VALUE_PATH_H
#define SW_VALUE_PATH_H

#include "frame/locals.h"
#include "value/writer.h"

/* What a name or a path leads to. */
struct sw_found {
    const char *scope; /* "local", "global", "builtin"; NULL for a path or an address */
    sw_addr value;
    bool is_int; /* no object but a number (struct sw_local) */
    int64_t number;
};

/*
 * Look `expression` up in a frame: NAME, NAME.attribute[key].., 0xADDRESS and what follows it. Keys
 * are ints and quoted strings. Attributes are looked up as they lie in memory, in the object and
 * then in its classes; no property is called. SW_E_USAGE for what is no such expression,
 * SW_E_NOT_FOUND with the part that is missing.
 */
int sw_path_find(struct sw_writer *writer, const struct sw_frame *frame, const char *expression,
    struct sw_error *reterr, struct sw_found *ret_found);

/* Whether the expression begins with an address, and so needs no frame. */
bool sw_path_is_address(const char *expression);

#endif
