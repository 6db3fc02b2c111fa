/* SPDX-License-Identifier: MIT */
/* int, bool, float, complex; and what subclasses of them add. */
#include "object/number.h"

#include <math.h>
#include <string.h>

#include "object/long.h"
#include "value/wrapped.h"

static void put_digits(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const char *text;
    struct sw_error problem;
    uint64_t bits = 0;
    int status = sw_long_decimal(writer->reader, &writer->scratch, addr, &problem, &text, &bits);
    /* 2.7 has two kinds of int; the one of any size ends in L. */
    bool is_long = writer->reader->layout->traits.text_form == SW_TEXT_FORM_BYTES;

    (void)type;
    if (status == SW_E_LIMIT)
        sw_writer_printf(writer, "<int of %llu bits at remote 0x%llx>", (unsigned long long)bits,
            (unsigned long long)addr);
    else if (status < 0)
        sw_writer_unreadable(writer, addr, &problem);
    else {
        sw_writer_puts(writer, text);
        if (is_long)
            sw_writer_puts(writer, "L");
    }
}

void sw_put_int(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    sw_writer_wrapped(writer, addr, type, put_digits);
}

static void put_word(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_error problem;
    int64_t value;

    (void)type;
    if (sw_int27_read(writer->reader, addr, &problem, &value) < 0)
        sw_writer_unreadable(writer, addr, &problem);
    else
        sw_writer_printf(writer, "%lld", (long long)value);
}

void sw_put_int27(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    sw_writer_wrapped(writer, addr, type, put_word);
}

void sw_put_bool(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_error problem;
    int64_t value;

    (void)type;
    if (sw_long_read(writer->reader, addr, &problem, &value) < 0)
        sw_writer_unreadable(writer, addr, &problem);
    else
        sw_writer_puts(writer, value ? "True" : "False");
}

static void put_double(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    char text[SW_DOUBLE_TEXT];
    struct sw_error problem;
    double value;

    (void)type;
    if (sw_double_read(writer->reader, sw_reader_at(writer->reader, addr, SW_F_FLOAT_VALUE),
            &problem, &value) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    sw_double_text(value, true, text);
    sw_writer_puts(writer, text);
}

void sw_put_float(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    sw_writer_wrapped(writer, addr, type, put_double);
}

/* Objects/complexobject.c: two doubles, where float has one. complex_repr() leaves out a real part
   of +0. */
static void put_parts(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    char text[SW_DOUBLE_TEXT];
    struct sw_error problem;
    double real = 0, imaginary = 0;
    sw_addr at = sw_reader_at(reader, addr, SW_F_FLOAT_VALUE);

    (void)type;
    if (sw_double_read(reader, at, &problem, &real) < 0 ||
        sw_double_read(reader, at + sizeof(real), &problem, &imaginary) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    if (real == 0 && !signbit(real)) {
        sw_double_text(imaginary, false, text);
        sw_writer_printf(writer, "%sj", text);
        return;
    }
    sw_double_text(real, false, text);
    sw_writer_printf(writer, "(%s", text);
    sw_double_text(imaginary, false, text);
    sw_writer_printf(writer, "%s%sj)", *text == '-' ? "" : "+", text);
}

void sw_put_complex(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    sw_writer_wrapped(writer, addr, type, put_parts);
}
