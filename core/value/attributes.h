/* SPDX-License-Identifier: MIT */
/* An instance's own attributes, in the order in which they are shown: those of its __dict__, then
   its
   __slots__, the base class's first. */
#ifndef SW_VALUE_ATTRIBUTES_H
#define SW_VALUE_ATTRIBUTES_H

#include "object/dict.h"
#include "object/sequence.h"
#include "value/type.h"

/* A walk. A plain value; the types are borrowed. */
struct sw_attributes {
    const struct sw_reader *reader;
    sw_addr object;
    bool has_place; /* for attributes: a dict, or where one would be kept (3.11) */
    bool has_dict;
    struct sw_dict dict;
    /* Slots: the classes of the MRO from the last to the first, and the dict of the one at hand. */
    struct sw_sequence mro;
    uint64_t classes_left;
    bool in_class;
    struct sw_dict members;
    uint64_t place; /* offset of the last slot, where they are not found in order */
};

/* Begin. An object without attributes has an empty walk; a dict that cannot be read is a failure.
 */
int sw_attributes_open(const struct sw_reader *reader, sw_addr object, const struct sw_type *type,
    struct sw_error *reterr, struct sw_attributes *ret_attributes);

/* The next one: 1, 0 at the end, or a negative status. The name is a str object. */
int sw_attributes_next(struct sw_attributes *attributes, struct sw_error *reterr, sw_addr *ret_name,
    sw_addr *ret_value);

/* The value of the attribute with an ASCII name, the object's own. SW_E_NOT_FOUND without an error
   when it has none. */
int sw_attribute_find(const struct sw_reader *reader, sw_addr object, const struct sw_type *type,
    const char *name, sw_addr *ret_value);

/* The address of the instance's __dict__, 0 when it has none (yet). */
int sw_instance_dict(const struct sw_reader *reader, sw_addr object, const struct sw_type *type,
    struct sw_error *reterr, sw_addr *ret_dict);

#endif
