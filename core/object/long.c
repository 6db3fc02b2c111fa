/* SPDX-License-Identifier: MIT */
#include "object/long.h"

#include "base/bytes.h"
#include "object/object.h"

/* 2.7's int is a C long; it carries flag 23, which only 2.7 has. */
static bool is_int27(const struct sw_reader *reader, sw_addr addr)
{
    sw_addr type;
    uint64_t flags;

    return sw_reader_has(reader, SW_F_INT27_VALUE) &&
           sw_object_type(reader, addr, NULL, &type) == 0 &&
           sw_type_flags(reader, type, NULL, &flags) == 0 && (flags >> 23 & 1);
}

/* How many digits and which sign: in ob_size up to 3.11, in lv_tag (sign in two bits, then one bit
   for immortals, the count above) since 3.12 (gh-101291). */
int sw_long_shape(const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr,
    uint64_t *ret_count, bool *ret_negative, unsigned *ret_width, unsigned *ret_bits)
{
    bool tagged = reader->layout->traits.int_form == SW_INT_FORM_LV_TAG;
    enum sw_field_id field = tagged ? SW_F_LONG_LV_TAG : SW_F_LONG_LENGTH;
    uint64_t word, itemsize = 0;
    sw_addr type;
    int status = sw_object_check(reader, addr, SW_TYPE_LONG, "int", reterr);

    if (status == 0)
        status = sw_reader_uint(reader, addr, field, reterr, &word);
    if (status < 0)
        return status;
    if (tagged) {
        *ret_negative = (word & 3) == 2;
        *ret_count = word >> 3;
    } else {
        int64_t size = sw_bytes_sign(word, reader->layout->fields[field].width);

        *ret_negative = size < 0;
        *ret_count = size < 0 ? 0 - (uint64_t)size : (uint64_t)size;
    }
    /* Digits of 15 bits in two bytes are what 32-bit builds had up to 3.10: the type's own word. */
    if (sw_object_type(reader, addr, NULL, &type) < 0 ||
        sw_reader_uint(reader, type, SW_F_TYPE_ITEMSIZE, NULL, &itemsize) < 0)
        itemsize = 4;
    *ret_width = itemsize == 2 ? 2 : 4;
    *ret_bits = *ret_width == 2 ? 15 : 30;
    return 0;
}

int sw_long_read(
    const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr, int64_t *ret_value)
{
    unsigned width = 4, bits = 30;
    uint64_t count = 0, value = 0;
    bool negative = false;
    int status;

    if (is_int27(reader, addr)) {
        status = sw_reader_uint(reader, addr, SW_F_INT27_VALUE, reterr, &value);
        if (status == 0)
            *ret_value = sw_bytes_sign(value, reader->layout->fields[SW_F_INT27_VALUE].width);
        return status;
    }
    status = sw_long_shape(reader, addr, reterr, &count, &negative, &width, &bits);
    if (status < 0)
        return status;
    if (count > 60 / bits)
        return sw_fail(reterr, SW_E_LIMIT, addr, "int", "the int at 0x%llx has %llu digits",
            (unsigned long long)addr, (unsigned long long)count);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t digit;

        status =
            sw_memory_uint(reader->memory, sw_reader_at(reader, addr, SW_F_LONG_DIGITS) + i * width,
                width, "long.digits", reterr, &digit);
        if (status < 0)
            return status;
        value |= digit << (bits * i);
    }
    *ret_value = negative ? -(int64_t)value : (int64_t)value;
    return 0;
}
