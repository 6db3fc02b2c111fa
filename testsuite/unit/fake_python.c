/* SPDX-License-Identifier: MIT */
#include "fake_python.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

enum { TYPE_SPACE = 1024, ALIGNMENT = 16 };

static void read_layout(struct fake_python *python, const struct fake_build *build)
{
    struct sw_layout *layout = &python->runtime.layout;
    struct sw_flavour flavour = {.hexversion = build->major << 24 | build->minor << 16 | 0x5f0,
        .pointer_size = (uint8_t)(build->pointer_size ? build->pointer_size : 8),
        .big_endian = build->big_endian};
    int status;

    snprintf(flavour.machine, sizeof(flavour.machine), "%s",
        flavour.pointer_size == 4 ? "i386"
        : flavour.big_endian      ? "s390x"
                                  : "x86_64");
    status = sw_layout_from_table(&flavour, NULL, layout);
    assert(status == 0);
    (void)status;
    python->target.info.pointer_size = flavour.pointer_size;
    python->target.info.big_endian = flavour.big_endian;
}

void fake_python_init(struct fake_python *python, const struct fake_build *build)
{
    memset(python, 0, sizeof(*python));
    fake_init(&python->target);
    read_layout(python, build);
    memset(fake_add(&python->target, FAKE_PYTHON_START, FAKE_PYTHON_SIZE), 0, FAKE_PYTHON_SIZE);
    fake_memory(&python->target, &python->memory);
    python->reader = &python->runtime.reader;
    sw_reader_init(python->reader, &python->memory, &python->runtime.layout);
    python->next = FAKE_PYTHON_START;
    python->type_type = fake_type(python, "type", SW_TYPE_TYPE);
    fake_set(python, python->type_type, SW_F_OBJECT_TYPE, python->type_type);
    python->str_type = fake_type(python, build->major == 2 ? "unicode" : "str", SW_TYPE_UNICODE);
    python->bytes_type = fake_type(python, build->major == 2 ? "str" : "bytes", SW_TYPE_BYTES);
    python->int_type = fake_type(python, build->major == 2 ? "long" : "int", SW_TYPE_LONG);
    python->digit_width = build->digit_bits == 15 ? 2 : 4;
    fake_set(python, python->int_type, SW_F_TYPE_ITEMSIZE, python->digit_width);
    python->dict_type = fake_type(python, "dict", SW_TYPE_DICT);
    python->list_type = fake_type(python, "list", SW_TYPE_LIST);
    python->tuple_type = fake_type(python, "tuple", SW_TYPE_TUPLE);
}

void fake_python_fini(struct fake_python *python)
{
    sw_codes_forget(&python->codes);
    sw_types_clear(&python->types);
    sw_arena_reset(&python->arena);
    sw_memory_fini(&python->memory);
    fake_fini(&python->target);
}

void fake_python_settle(struct fake_python *python)
{
    sw_memory_invalidate(&python->memory);
    sw_types_clear(&python->types);
    python->memory.stopped = false;
}

sw_addr fake_space(struct fake_python *python, size_t size)
{
    sw_addr addr = python->next;

    python->next += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    assert(python->next <= FAKE_PYTHON_START + FAKE_PYTHON_SIZE);
    /* What was read before lacks what is made now. */
    sw_memory_invalidate(&python->memory);
    return addr;
}

static uint8_t *host_of(struct fake_python *python, sw_addr addr)
{
    return python->target.regions[0].data + (addr - FAKE_PYTHON_START);
}

void fake_set(struct fake_python *python, sw_addr addr, enum sw_field_id field, uint64_t value)
{
    const struct sw_field *at = &python->runtime.layout.fields[field];
    bool big_endian = python->target.info.big_endian;

    assert(at->offset != SW_ABSENT && at->width);
    if (at->bits) {
        uint64_t mask = ((UINT64_C(1) << at->bits) - 1) << at->bit;
        uint64_t old = sw_bytes_uint(host_of(python, addr + at->offset), at->width, big_endian);

        value = (old & ~mask) | (value << at->bit & mask);
    }
    fake_put(&python->target, addr + at->offset, at->width, value);
}

void fake_put_ptr(struct fake_python *python, sw_addr addr, uint64_t value)
{
    fake_put(&python->target, addr, python->target.info.pointer_size, value);
}

sw_addr fake_ptr_at(const struct fake_python *python, sw_addr array, uint64_t index)
{
    return array + index * python->target.info.pointer_size;
}

sw_addr fake_type(struct fake_python *python, const char *name, unsigned flag)
{
    sw_addr type = fake_object(python, python->type_type, TYPE_SPACE);
    sw_addr text = fake_space(python, strlen(name) + 1);

    fake_put_text(&python->target, text, name);
    fake_set(python, type, SW_F_TYPE_NAME, text);
    if (flag)
        fake_set(python, type, SW_F_TYPE_FLAGS, UINT64_C(1) << flag);
    return type;
}

sw_addr fake_object(struct fake_python *python, sw_addr type, size_t size)
{
    sw_addr addr = fake_space(python, python->runtime.layout.sizes[SW_S_OBJECT] + size);

    fake_put_ptr(python,
        sw_reader_at(python->reader, addr, SW_F_OBJECT_TYPE) - python->target.info.pointer_size, 1);
    fake_set(python, addr, SW_F_OBJECT_TYPE, type);
    return addr;
}

sw_addr fake_str(
    struct fake_python *python, const uint32_t *characters, size_t count, unsigned kind)
{
    const struct sw_layout *layout = &python->runtime.layout;
    bool bytes = layout->traits.text_form == SW_TEXT_FORM_BYTES, ascii = kind == 1;
    sw_addr addr = fake_object(
        python, bytes ? python->bytes_type : python->str_type, 128 + (count + 1) * kind);
    sw_addr data;

    for (size_t i = 0; i < count; i++)
        ascii = ascii && characters[i] < 0x80;
    if (bytes) {
        fake_set(python, addr, SW_F_BYTES_LENGTH, count);
        data = sw_reader_at(python->reader, addr, SW_F_BYTES_DATA);
    } else {
        fake_set(python, addr, SW_F_ASCII_LENGTH, count);
        fake_set(python, addr, SW_F_ASCII_KIND, kind);
        fake_set(python, addr, SW_F_ASCII_COMPACT, 1);
        fake_set(python, addr, SW_F_ASCII_ASCII, ascii);
        data = addr + layout->sizes[ascii ? SW_S_ASCII : SW_S_COMPACT_UNICODE];
    }
    for (size_t i = 0; i < count; i++)
        fake_put(&python->target, data + i * kind, kind, characters[i]);
    return addr;
}

sw_addr fake_ascii(struct fake_python *python, const char *text)
{
    uint32_t characters[256];
    size_t count = strlen(text);

    assert(count <= 256);
    for (size_t i = 0; i < count; i++)
        characters[i] = (unsigned char)text[i];
    return fake_str(python, characters, count, 1);
}

sw_addr fake_int(struct fake_python *python, const uint32_t *digits, size_t count, bool negative)
{
    const struct sw_layout *layout = &python->runtime.layout;
    unsigned width = python->digit_width;
    sw_addr addr = fake_object(python, python->int_type, 32 + count * width);

    if (layout->traits.int_form == SW_INT_FORM_LV_TAG)
        fake_set(python, addr, SW_F_LONG_LV_TAG, count << 3 | (negative ? 2 : count ? 0 : 1));
    else
        fake_set(python, addr, SW_F_LONG_LENGTH, negative ? 0 - (uint64_t)count : count);
    for (size_t i = 0; i < count; i++)
        fake_put(&python->target, sw_reader_at(python->reader, addr, SW_F_LONG_DIGITS) + i * width,
            width, digits[i]);
    return addr;
}

sw_addr fake_tuple(struct fake_python *python, const sw_addr *items, size_t count)
{
    sw_addr addr = fake_object(python, python->tuple_type, 32 + count * sizeof(sw_addr));

    fake_set(python, addr, SW_F_TUPLE_LENGTH, count);
    for (size_t i = 0; i < count; i++)
        fake_put_ptr(python,
            fake_ptr_at(python, sw_reader_at(python->reader, addr, SW_F_TUPLE_ITEMS), i), items[i]);
    return addr;
}

sw_addr fake_list(struct fake_python *python, const sw_addr *items, size_t count)
{
    sw_addr addr = fake_object(python, python->list_type, 64);
    sw_addr array = fake_space(python, count * sizeof(sw_addr));

    fake_set(python, addr, SW_F_LIST_LENGTH, count);
    fake_set(python, addr, SW_F_LIST_ITEMS, array);
    for (size_t i = 0; i < count; i++)
        fake_put_ptr(python, fake_ptr_at(python, array, i), items[i]);
    return addr;
}
