/* SPDX-License-Identifier: MIT */
#include "value/attributes.h"

#include <string.h>

#include "base/bytes.h"
#include "object/object.h"
#include "object/text.h"

/* Include/object.h: Py_TPFLAGS_INLINE_VALUES (3.13), Py_TPFLAGS_MANAGED_DICT (3.11). */
enum { FLAG_HEAP = 9, FLAG_INLINE_VALUES = 2, FLAG_MANAGED_DICT = 4 };

/* Include/structmember.h; the numbers have not changed. */
enum { MEMBER_OBJECT = 6, MEMBER_OBJECT_EX = 16 };

/* ---------------------------------------------------------------- the dict */

/* Before 3.11, and types made in C: the word at tp_dictoffset, which counts from the end of objects
   of variable size when it is negative (_PyObject_GetDictPtr). */
static int dict_by_offset(const struct sw_reader *reader, sw_addr object,
    const struct sw_type *type, struct sw_error *reterr, sw_addr *ret_dict)
{
    unsigned size = reader->memory->info.pointer_size;
    int64_t offset = type->dictoffset;

    if (offset == 0)
        return 0;
    if (offset < 0) {
        uint64_t word;
        int64_t length;
        int status = sw_reader_uint(reader, object, SW_F_VAR_OBJECT_LENGTH, reterr, &word);

        if (status < 0)
            return status;
        length = sw_bytes_sign(word, size);
        length = length < 0 ? -length : length;
        offset += (int64_t)((type->basicsize + (uint64_t)length * type->itemsize + size - 1) /
                            size * size);
    }
    return sw_memory_ptr(reader->memory, object + (sw_addr)offset, "__dict__", reterr, ret_dict);
}

/* 3.11 and later: Py_TPFLAGS_MANAGED_DICT, `pycore_object.h`. Values without a dict come back in
 *ret_values. */
static int managed_dict(const struct sw_reader *reader, sw_addr object, const struct sw_type *type,
    struct sw_error *reterr, sw_addr *ret_dict, sw_addr *ret_values)
{
    unsigned size = reader->memory->info.pointer_size;
    bool free_threaded = reader->layout->flavour.free_threaded;
    uint64_t word, valid = 0;
    sw_addr values;
    /* MANAGED_DICT_OFFSET: free-threaded builds have no GC header before the object. */
    int status = sw_memory_ptr(
        reader->memory, object - (free_threaded ? 1 : 3) * size, "__dict__", reterr, &word);

    if (status < 0)
        return status;
    switch (reader->layout->traits.instance_dict) {
    case SW_INSTANCE_DICT_TWO_WORDS:
        *ret_dict = word;
        if (word)
            return 0;
        return sw_memory_ptr(reader->memory, object - 4 * size, "__dict__", reterr, ret_values);
    case SW_INSTANCE_DICT_TAGGED_WORD:
        if (word & 1)
            *ret_values = word + 1;
        else
            *ret_dict = word;
        return 0;
    case SW_INSTANCE_DICT_INLINE_HEAD:
    case SW_INSTANCE_DICT_INLINE_END:
        *ret_dict = word;
        if (word || !(type->flags >> FLAG_INLINE_VALUES & 1))
            return 0;
        values = object + (reader->layout->traits.instance_dict == SW_INSTANCE_DICT_INLINE_HEAD
                                  ? reader->layout->sizes[SW_S_OBJECT]
                                  : type->basicsize);
        status = sw_memory_uint(reader->memory, values + 3, 1, "dict_values.valid", reterr, &valid);
        if (status == 0 && valid)
            *ret_values = values;
        return status;
    case SW_INSTANCE_DICT_DICTOFFSET:
        break;
    }
    return 0;
}

static bool has_managed_dict(const struct sw_reader *reader, const struct sw_type *type)
{
    return reader->layout->traits.instance_dict != SW_INSTANCE_DICT_DICTOFFSET &&
           type->flags >> FLAG_MANAGED_DICT & 1;
}

static int find_dict(const struct sw_reader *reader, sw_addr object, const struct sw_type *type,
    struct sw_error *reterr, sw_addr *ret_dict, sw_addr *ret_values)
{
    *ret_dict = *ret_values = 0;
    if (has_managed_dict(reader, type))
        return managed_dict(reader, object, type, reterr, ret_dict, ret_values);
    if (type->kind == SW_KIND_INSTANCE27)
        return sw_object_word(reader, object, 1, "in_dict", reterr, ret_dict);
    return dict_by_offset(reader, object, type, reterr, ret_dict);
}

int sw_instance_dict(const struct sw_reader *reader, sw_addr object, const struct sw_type *type,
    struct sw_error *reterr, sw_addr *ret_dict)
{
    sw_addr values;

    return find_dict(reader, object, type, reterr, ret_dict, &values);
}

/* ---------------------------------------------------------------- the walk */

int sw_attributes_open(const struct sw_reader *reader, sw_addr object, const struct sw_type *type,
    struct sw_error *reterr, struct sw_attributes *ret_attributes)
{
    struct sw_attributes attributes = {.reader = reader, .object = object};
    sw_addr dict, values;
    int status = find_dict(reader, object, type, reterr, &dict, &values);

    if (status == 0 && dict)
        status = sw_dict_open(reader, dict, reterr, &attributes.dict);
    else if (status == 0 && values && type->cached_keys)
        status = sw_dict_open_values(reader, type->cached_keys, values, reterr, &attributes.dict);
    if (status < 0)
        return status;
    attributes.has_dict = dict || (values && type->cached_keys);
    attributes.has_place = attributes.has_dict || has_managed_dict(reader, type);
    /* Only classes made in Python have __slots__. */
    if (type->is_python && type->mro &&
        sw_sequence_open(reader, type->mro, "mro", NULL, &attributes.mro) == 0)
        attributes.classes_left =
            attributes.mro.length < SW_MAX_BASES ? attributes.mro.length : SW_MAX_BASES;
    *ret_attributes = attributes;
    return 0;
}

/* The next class of the MRO, from its end, that was made in Python: 1, 0 when there is none, or a
   negative status. */
static int next_class(struct sw_attributes *attributes, struct sw_error *reterr)
{
    const struct sw_reader *reader = attributes->reader;

    while (attributes->classes_left) {
        sw_addr class, dict = 0;
        uint64_t flags = 0;
        int status;

        attributes->classes_left--;
        status =
            sw_sequence_item(reader, &attributes->mro, attributes->classes_left, reterr, &class);
        if (status == 0)
            status = sw_type_flags(reader, class, reterr, &flags);
        if (status == 0 && flags >> FLAG_HEAP & 1)
            status = sw_reader_uint(reader, class, SW_F_TYPE_DICT, reterr, &dict);
        if (status == 0 && dict)
            status = sw_dict_open(reader, dict, reterr, &attributes->members);
        if (status < 0)
            return status;
        if (dict)
            return 1;
    }
    return 0;
}

/* What a member descriptor (Objects/descrobject.c: PyDescrObject, then PyMemberDef *) stands for in
   the object, and at which
   offset; 0 when it is something else, or not set. PyMemberDef is {name, type, offset ...}. */
static sw_addr slot_value(
    const struct sw_attributes *attributes, sw_addr descriptor, uint64_t *ret_place)
{
    const struct sw_reader *reader = attributes->reader;
    struct sw_memory *memory = reader->memory;
    unsigned size = memory->info.pointer_size;
    sw_addr type, def, value = 0;
    uint64_t kind, offset;
    char name[32];

    if (sw_object_type(reader, descriptor, NULL, &type) < 0 ||
        sw_type_name(reader, type, NULL, name, sizeof(name)) < 0 ||
        strcmp(name, "member_descriptor") != 0 ||
        sw_memory_ptr(
            memory, descriptor + reader->layout->sizes[SW_S_DESCR], "member", NULL, &def) < 0 ||
        sw_memory_uint(memory, def + size, 4, "member.type", NULL, &kind) < 0 ||
        sw_memory_ptr(memory, def + 2 * size, "member.offset", NULL, &offset) < 0 ||
        (kind != MEMBER_OBJECT && kind != MEMBER_OBJECT_EX) ||
        sw_memory_ptr(memory, attributes->object + offset, "slot", NULL, &value) < 0)
        return 0;
    *ret_place = offset;
    return value;
}

/* 2.7's dicts have no order, but members lie in that of their names: the one behind the last. */
static int next_by_place(struct sw_attributes *attributes, sw_addr *ret_name, sw_addr *ret_value)
{
    uint64_t best = UINT64_MAX, place;
    struct sw_dict members = attributes->members;
    sw_addr name, descriptor, value;

    for (unsigned i = 0; i < SW_MAX_DICT_SEARCH; i++) {
        if (sw_dict_next(&members, NULL, &name, &descriptor) <= 0)
            break;
        value = slot_value(attributes, descriptor, &place);
        if (value && place > attributes->place && place < best) {
            best = place;
            *ret_name = name;
            *ret_value = value;
        }
    }
    attributes->place = best;
    return best != UINT64_MAX;
}

static int next_in_order(struct sw_attributes *attributes, struct sw_error *reterr,
    sw_addr *ret_name, sw_addr *ret_value)
{
    uint64_t place;

    if (attributes->reader->layout->traits.dict_form == SW_DICT_FORM_TABLE)
        return next_by_place(attributes, ret_name, ret_value);
    for (;;) {
        sw_addr descriptor;
        int status = sw_dict_next(&attributes->members, reterr, ret_name, &descriptor);

        if (status <= 0)
            return status;
        *ret_value = slot_value(attributes, descriptor, &place);
        if (*ret_value)
            return 1;
    }
}

static int next_slot(struct sw_attributes *attributes, struct sw_error *reterr, sw_addr *ret_name,
    sw_addr *ret_value)
{
    for (;;) {
        int status;

        if (!attributes->in_class) {
            status = next_class(attributes, reterr);
            if (status <= 0)
                return status;
            attributes->place = 0;
        }
        attributes->in_class = true;
        status = next_in_order(attributes, reterr, ret_name, ret_value);
        if (status != 0)
            return status;
        attributes->in_class = false;
    }
}

int sw_attributes_next(struct sw_attributes *attributes, struct sw_error *reterr, sw_addr *ret_name,
    sw_addr *ret_value)
{
    if (attributes->has_dict) {
        int status = sw_dict_next(&attributes->dict, reterr, ret_name, ret_value);

        if (status != 0)
            return status;
        attributes->has_dict = false;
    }
    return next_slot(attributes, reterr, ret_name, ret_value);
}

int sw_attribute_find(const struct sw_reader *reader, sw_addr object, const struct sw_type *type,
    const char *name, sw_addr *ret_value)
{
    struct sw_attributes attributes;
    sw_addr found;
    int status = sw_attributes_open(reader, object, type, NULL, &attributes);

    if (status < 0)
        return status;
    for (unsigned i = 0; i < SW_MAX_DICT_SEARCH; i++) {
        status = sw_attributes_next(&attributes, NULL, &found, ret_value);
        if (status <= 0)
            break;
        if (sw_text_is(reader, found, name))
            return 0;
    }
    return status < 0 ? status : SW_E_NOT_FOUND;
}
