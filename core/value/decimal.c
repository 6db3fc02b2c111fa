/* SPDX-License-Identifier: MIT */
/* decimal.Decimal, in C and in Python. */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "object/long.h"
#include "object/object.h"
#include "object/text.h"
#include "value/attributes.h"
#include "value/writer.h"

/* Modules/_decimal: a hash, then mpd_t {flags, exp, digits, len, alloc, data}. The number is
   `data`, words of 19 decimal digits (9 on 32-bit targets), least significant first. */
enum { MPD_NEG = 1, MPD_INF = 2, MPD_NAN = 4, MPD_SNAN = 8 };
enum { MAX_WORDS = 64 };

struct decimal {
    uint64_t flags, digits, words, data;
    int64_t exponent;
};

static int read_decimal(
    const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr, struct decimal *decimal)
{
    unsigned size = reader->memory->info.pointer_size;
    uint64_t exponent;
    int status = sw_memory_uint(reader->memory, sw_object_word_at(reader, addr, 1), 1, "mpd.flags",
        reterr, &decimal->flags);

    if (status == 0)
        status = sw_object_word(reader, addr, 2, "mpd.exp", reterr, &exponent);
    if (status == 0)
        status = sw_object_word(reader, addr, 3, "mpd.digits", reterr, &decimal->digits);
    if (status == 0)
        status = sw_object_word(reader, addr, 4, "mpd.len", reterr, &decimal->words);
    if (status == 0)
        status = sw_object_word(reader, addr, 6, "mpd.data", reterr, &decimal->data);
    if (status == 0)
        decimal->exponent = sw_bytes_sign(exponent, size);
    return status;
}

/* The digits of the coefficient; false when it is too long to be shown, or not readable. */
static bool coefficient(
    const struct sw_reader *reader, const struct decimal *decimal, char *text, size_t size)
{
    unsigned width = reader->memory->info.pointer_size;
    size_t used = 0;

    if (decimal->words > MAX_WORDS)
        return false;
    text[0] = '\0';
    for (uint64_t i = decimal->words; i-- > 0;) {
        uint64_t word;

        if (sw_memory_uint(
                reader->memory, decimal->data + i * width, width, "mpd.data", NULL, &word) < 0)
            return false;
        used += (size_t)snprintf(text + used, size - used, used ? "%0*llu" : "%.*llu",
            used ? (width == 8 ? 19 : 9) : 1, (unsigned long long)word);
        /* A damaged word has more digits than mpdecimal puts into one. */
        if (used >= size)
            return false;
    }
    return true;
}

/* The General Decimal Arithmetic's to-scientific-string, which Decimal.__str__ is. */
static void put_decimal_text(
    struct sw_writer *writer, const struct decimal *decimal, const char *digits)
{
    int64_t count = (int64_t)strlen(digits), exponent = decimal->exponent;
    int64_t adjusted = exponent + count - 1;

    if (!count)
        return;
    if (exponent <= 0 && adjusted >= -6) {
        int64_t point = count + exponent;

        if (exponent == 0)
            sw_writer_puts(writer, digits);
        else if (point > 0)
            sw_writer_put(writer, digits, (size_t)point);
        else
            sw_writer_printf(writer, "0.%.*s", (int)-point, "000000");
        if (exponent != 0 && point > 0)
            sw_writer_puts(writer, ".");
        if (exponent != 0)
            sw_writer_puts(writer, digits + (point > 0 ? point : 0));
        return;
    }
    sw_writer_put(writer, digits, 1);
    if (count > 1) {
        sw_writer_puts(writer, ".");
        sw_writer_puts(writer, digits + 1);
    }
    sw_writer_printf(writer, "E%s%lld", adjusted < 0 ? "" : "+", (long long)adjusted);
}

static void put_decimal(struct sw_writer *writer, const struct sw_type *type,
    const struct decimal *decimal, const char *digits)
{
    sw_writer_printf(
        writer, "%s('%s", sw_type_short_name(type), decimal->flags & MPD_NEG ? "-" : "");
    if (decimal->flags & MPD_INF) {
        sw_writer_puts(writer, "Infinity");
    } else if (decimal->flags & (MPD_NAN | MPD_SNAN)) {
        sw_writer_puts(writer, decimal->flags & MPD_SNAN ? "sNaN" : "NaN");
        if (decimal->digits)
            sw_writer_puts(writer, digits);
    } else {
        put_decimal_text(writer, decimal, digits);
    }
    sw_writer_puts(writer, "')");
}

void sw_put_decimal(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    char digits[MAX_WORDS * 19 + 1];
    struct sw_error problem;
    struct decimal decimal;

    if (read_decimal(writer->reader, addr, &problem, &decimal) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    if (!coefficient(writer->reader, &decimal, digits, sizeof(digits))) {
        sw_writer_printf(writer, "<%s of %llu digits", sw_type_short_name(type),
            (unsigned long long)decimal.digits);
        sw_writer_at(writer, addr);
        return;
    }
    put_decimal(writer, type, &decimal, digits);
}

/* Lib/_pydecimal.py, 2.7's decimal: _sign, _int (a str of digits), _exp, which of infinity and NaN
   is a letter. */
void sw_put_decimal_python(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    struct decimal decimal = {.flags = 0};
    sw_addr sign, digits, exponent;
    struct sw_text text;
    int64_t negative;

    if (sw_attribute_find(reader, addr, type, "_sign", &sign) < 0 ||
        sw_attribute_find(reader, addr, type, "_int", &digits) < 0 ||
        sw_attribute_find(reader, addr, type, "_exp", &exponent) < 0 ||
        sw_long_read(reader, sign, NULL, &negative) < 0 ||
        sw_text_read(reader, &writer->scratch, digits, MAX_WORDS * 19, "_int", NULL, &text) < 0 ||
        text.cut) {
        sw_put_instance(writer, addr, type);
        return;
    }
    if (sw_text_is(reader, exponent, "F"))
        decimal.flags = MPD_INF;
    else if (sw_text_is(reader, exponent, "n"))
        decimal.flags = MPD_NAN;
    else if (sw_text_is(reader, exponent, "N"))
        decimal.flags = MPD_SNAN;
    else
        (void)sw_long_read(reader, exponent, NULL, &decimal.exponent);
    if (negative)
        decimal.flags |= MPD_NEG;
    decimal.digits = text.len;
    put_decimal(writer, type, &decimal, text.data);
}
