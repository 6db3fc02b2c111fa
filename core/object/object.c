/* SPDX-License-Identifier: MIT */
#include "object/object.h"

int sw_object_type(
    const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr, sw_addr *ret_type)
{
    uint64_t type;
    int status;

    if (!sw_reader_is_pointer(reader, addr))
        return sw_fail(reterr, SW_E_CORRUPT, addr, "object",
            "0x%llx cannot be the address of an object", (unsigned long long)addr);
    status = sw_reader_uint(reader, addr, SW_F_OBJECT_TYPE, reterr, &type);
    if (status < 0)
        return status;
    if (!sw_reader_is_pointer(reader, type))
        return sw_fail(reterr, SW_E_CORRUPT, addr, "object.type",
            "no object at 0x%llx: its type would be 0x%llx", (unsigned long long)addr,
            (unsigned long long)type);
    *ret_type = type;
    return 0;
}

int sw_type_flags(
    const struct sw_reader *reader, sw_addr type, struct sw_error *reterr, uint64_t *ret_flags)
{
    return sw_reader_uint(reader, type, SW_F_TYPE_FLAGS, reterr, ret_flags);
}

sw_addr sw_object_word_at(const struct sw_reader *reader, sw_addr addr, unsigned index)
{
    return addr + reader->layout->sizes[SW_S_OBJECT] +
           (sw_addr)index * reader->memory->info.pointer_size;
}

int sw_object_word(const struct sw_reader *reader, sw_addr addr, unsigned index, const char *what,
    struct sw_error *reterr, uint64_t *ret_word)
{
    return sw_memory_ptr(
        reader->memory, sw_object_word_at(reader, addr, index), what, reterr, ret_word);
}

int sw_type_name(
    const struct sw_reader *reader, sw_addr type, struct sw_error *reterr, char *buf, size_t size)
{
    uint64_t name;
    int status = sw_reader_uint(reader, type, SW_F_TYPE_NAME, reterr, &name);

    if (status == 0)
        status = sw_memory_string(reader->memory, name, "type.name", buf, size, reterr);
    if (status < 0)
        return status;
    for (char *c = buf; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    return 0;
}

int sw_object_check(const struct sw_reader *reader, sw_addr addr, enum sw_type_flag flag,
    const char *what, struct sw_error *reterr)
{
    char name[64];
    uint64_t flags;
    sw_addr type;
    int status = sw_object_type(reader, addr, reterr, &type);

    if (status == 0)
        status = sw_type_flags(reader, type, reterr, &flags);
    if (status < 0 || flags >> flag & 1)
        return status;
    if (sw_type_name(reader, type, NULL, name, sizeof(name)) < 0)
        name[0] = '\0';
    return sw_fail(reterr, SW_E_CORRUPT, addr, what, "%s at 0x%llx is not one, but a '%s'", what,
        (unsigned long long)addr, name);
}
