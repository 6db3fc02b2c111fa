/* SPDX-License-Identifier: MIT */
#include "object/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "object/long.h"
#include "object/object.h"

enum { DECIMAL_BASE = 1000000000, DECIMAL_DIGITS = 9 };

int sw_int27_read(
    const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr, int64_t *ret_value)
{
    uint64_t value;
    int status = sw_reader_uint(reader, addr, SW_F_INT27_VALUE, reterr, &value);

    if (status == 0)
        *ret_value = sw_bytes_sign(value, reader->layout->fields[SW_F_INT27_VALUE].width);
    return status;
}

/* ---------------------------------------------------------------- int */

static uint64_t count_bits(const uint32_t *digits, size_t count, unsigned bits)
{
    uint64_t total = count ? (count - 1) * bits : 0;

    for (uint32_t top = count ? digits[count - 1] : 0; top; top >>= 1)
        total++;
    return total;
}

/* Digits of the target, most significant last, to groups of nine decimal digits likewise; the
   number of groups. */
static size_t to_decimal(const struct sw_reader *reader, const uint32_t *digits, size_t count,
    unsigned bits, uint32_t *groups)
{
    size_t used = 0;

    for (size_t i = count; i-- > 0;) {
        uint64_t carry = digits[i];

        for (size_t j = 0; j < used; j++) {
            carry += (uint64_t)groups[j] << bits;
            groups[j] = (uint32_t)(carry % DECIMAL_BASE);
            carry /= DECIMAL_BASE;
        }
        while (carry) {
            groups[used++] = (uint32_t)(carry % DECIMAL_BASE);
            carry /= DECIMAL_BASE;
        }
        if (i % 256 == 0 && sw_memory_interrupted(reader->memory))
            break;
    }
    return used;
}

/* Copy the digits, each into 32 bits. */
static int read_digits(const struct sw_reader *reader, sw_addr addr, uint64_t count, unsigned width,
    struct sw_error *reterr, uint32_t *digits)
{
    /* Read where the widened digits will end, then widen from the front. */
    uint8_t *raw = (uint8_t *)digits + count * (sizeof(*digits) - width);
    int status = count
                     ? sw_memory_read(reader->memory, sw_reader_at(reader, addr, SW_F_LONG_DIGITS),
                           raw, (size_t)(count * width), "long.digits", reterr)
                     : 0;

    for (uint64_t i = 0; status == 0 && i < count; i++)
        digits[i] =
            (uint32_t)sw_bytes_uint(raw + i * width, width, reader->memory->info.big_endian);
    return status;
}

static const char *format_decimal(
    struct sw_arena *arena, const uint32_t *groups, size_t count, bool negative)
{
    size_t room = count * DECIMAL_DIGITS + 3, used = 0;
    char *text = sw_arena_alloc(arena, room);

    if (!text)
        return NULL;
    if (negative)
        text[used++] = '-';
    used += (size_t)snprintf(text + used, room - used, "%u", count ? groups[count - 1] : 0);
    for (size_t i = count; i-- > 1;)
        used += (size_t)snprintf(text + used, room - used, "%09u", groups[i - 1]);
    return text;
}

int sw_long_decimal(const struct sw_reader *reader, struct sw_arena *arena, sw_addr addr,
    struct sw_error *reterr, const char **ret_text, uint64_t *ret_bits)
{
    unsigned bits, width;
    uint64_t count = 0, top;
    bool negative = false;
    uint32_t *digits, *groups;
    size_t used;
    int status = sw_long_shape(reader, addr, reterr, &count, &negative, &width, &bits);

    if (status < 0)
        return status;
    if (count > SW_MAX_INT_DIGITS) {
        if (count > INT64_MAX / bits)
            return sw_fail(reterr, SW_E_CORRUPT, addr, "int", "no int at 0x%llx: %llu digits",
                (unsigned long long)addr, (unsigned long long)count);
        *ret_bits = (count - 1) * bits;
        if (sw_memory_uint(reader->memory,
                sw_reader_at(reader, addr, SW_F_LONG_DIGITS) + (count - 1) * width, width,
                "long.digits", reterr, &top) < 0)
            return SW_E_READ;
        for (; top; top >>= 1)
            ++*ret_bits;
        return sw_fail(reterr, SW_E_LIMIT, addr, "int", "the int at 0x%llx has %llu digits",
            (unsigned long long)addr, (unsigned long long)count);
    }
    /* 30 bits are 9.03 decimal digits. */
    digits = sw_arena_alloc(arena, (size_t)count * sizeof(*digits) + 1);
    groups = sw_arena_alloc(arena, ((size_t)count * bits / 29 + 2) * sizeof(*groups));
    if (!digits || !groups)
        return sw_fail(reterr, SW_E_NO_MEMORY, addr, "int", "the debugger is out of memory");
    status = read_digits(reader, addr, count, width, reterr, digits);
    if (status < 0)
        return status;
    *ret_bits = count_bits(digits, (size_t)count, bits);
    used = to_decimal(reader, digits, (size_t)count, bits, groups);
    *ret_text = format_decimal(arena, groups, used, negative);
    return *ret_text ? 0 : sw_fail(reterr, SW_E_NO_MEMORY, addr, "int", "out of memory");
}

/* ---------------------------------------------------------------- float */

int sw_double_read(
    const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr, double *ret_value)
{
    uint64_t bits;
    int status = sw_memory_uint(reader->memory, addr, sizeof(bits), "float", reterr, &bits);

    if (status == 0)
        memcpy(ret_value, &bits, sizeof(bits));
    return status;
}

/* The digits of "d.ddde+xx" without the point, whatever the locale's point is; the exponent. */
static int split(const char *text, char digits[24])
{
    size_t used = 0;
    const char *e = strchr(text, 'e');

    for (const char *c = text; c < e; c++)
        if (*c >= '0' && *c <= '9' && used < 23)
            digits[used++] = *c;
    digits[used] = '\0';
    return atoi(e + 1);
}

/* The shortest digits that give `value` (positive, finite) back, and the decimal exponent of the
   first. Where the nearest decimal of a length does not, the next larger one may: doubles lie twice
   as dense below a power of two as above it. */
static int shortest(double value, char digits[24])
{
    char text[48];
    int exponent = 0;

    for (int precision = 0; precision < 17; precision++) {
        snprintf(text, sizeof(text), "%.*e", precision, value);
        if (strtod(text, NULL) != value) {
            char *last = strchr(text, 'e') - 1;

            if (*last < '0' || *last > '8')
                continue;
            ++*last;
            if (strtod(text, NULL) != value)
                continue;
        }
        break;
    }
    exponent = split(text, digits);
    for (size_t len = strlen(digits); len > 1 && digits[len - 1] == '0'; len--)
        digits[len - 1] = '\0';
    return exponent;
}

void sw_double_text(double value, bool point_zero, char text[SW_DOUBLE_TEXT])
{
    char digits[24];
    int exponent, len, used = 0;

    if (isnan(value) || isinf(value)) {
        snprintf(text, SW_DOUBLE_TEXT, "%s", isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
        return;
    }
    if (signbit(value))
        text[used++] = '-';
    exponent = value == 0 ? 0 : shortest(fabs(value), digits);
    if (value == 0)
        memcpy(digits, "0", 2);
    len = (int)strlen(digits);
    /* float_repr_style 'short', Python/pystrtod.c: exponents from -4 to 15 without an e. */
    if (exponent < -4 || exponent >= 16) {
        snprintf(text + used, (size_t)(SW_DOUBLE_TEXT - used), "%c%s%se%c%02d", digits[0],
            len > 1 ? "." : "", digits + 1, exponent < 0 ? '-' : '+', abs(exponent));
        return;
    }
    if (exponent < 0) {
        snprintf(text + used, (size_t)(SW_DOUBLE_TEXT - used), "0.%.*s%s", -exponent - 1, "0000",
            digits);
        return;
    }
    for (int i = 0; i < len || i <= exponent; i++) {
        text[used++] = i < len ? digits[i] : '0';
        if (i == exponent && i + 1 < len)
            text[used++] = '.';
    }
    snprintf(text + used, (size_t)(SW_DOUBLE_TEXT - used), "%s",
        point_zero && len <= exponent + 1 ? ".0" : "");
}
