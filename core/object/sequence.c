/* SPDX-License-Identifier: MIT */
#include "object/sequence.h"

#include "object/object.h"

int sw_sequence_open(const struct sw_reader *reader, sw_addr addr, const char *what,
    struct sw_error *reterr, struct sw_sequence *ret_sequence)
{
    struct sw_sequence sequence = {.length = 0};
    bool is_list = false;
    uint64_t flags;
    sw_addr type;
    int status = sw_object_type(reader, addr, reterr, &type);

    if (status == 0)
        status = sw_type_flags(reader, type, reterr, &flags);
    if (status == 0) {
        is_list = flags >> SW_TYPE_LIST & 1;
        if (!is_list)
            status = sw_object_check(reader, addr, SW_TYPE_TUPLE, what, reterr);
    }
    if (status == 0)
        status = sw_reader_uint(
            reader, addr, is_list ? SW_F_LIST_LENGTH : SW_F_TUPLE_LENGTH, reterr, &sequence.length);
    if (status == 0 && is_list)
        status = sw_reader_uint(reader, addr, SW_F_LIST_ITEMS, reterr, &sequence.items);
    if (status == 0 && !is_list)
        sequence.items = sw_reader_at(reader, addr, SW_F_TUPLE_ITEMS);
    /* Lengths are signed, and bounded by the address space. */
    if (status == 0 && sequence.length > SW_MAX_OBJECT_BYTES / 8)
        status = sw_fail(reterr, SW_E_CORRUPT, addr, what, "%s at 0x%llx has the length 0x%llx",
            what, (unsigned long long)addr, (unsigned long long)sequence.length);
    if (status == 0)
        *ret_sequence = sequence;
    return status;
}

int sw_sequence_item(const struct sw_reader *reader, const struct sw_sequence *sequence,
    uint64_t index, struct sw_error *reterr, sw_addr *ret_item)
{
    if (index >= sequence->length)
        return SW_E_NOT_FOUND;
    return sw_memory_ptr(reader->memory,
        sequence->items + index * reader->memory->info.pointer_size, "item", reterr, ret_item);
}
