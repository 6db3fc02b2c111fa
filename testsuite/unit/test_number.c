/* SPDX-License-Identifier: MIT */
/* core/object/number.c, core/object/long.c: ints of any length. Doubles: double_truth.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_python.h"
#include "object/long.h"
#include "object/number.h"

static const struct fake_build builds[] = {
    {2, 7, 8, false, 0},
    {2, 7, 4, false, 15},
    {3, 6, 4, false, 15},
    {3, 8, 8, true, 0},
    {3, 10, 4, true, 15},
    {3, 11, 8, false, 0},
    {3, 12, 8, false, 0},
    {3, 15, 8, true, 0},
};

enum { BUILDS = sizeof(builds) / sizeof(builds[0]) };

static void for_each_build(void (*test)(struct fake_python *python, unsigned bits))
{
    for (unsigned i = 0; i < BUILDS; i++) {
        struct fake_python python;

        fake_python_init(&python, &builds[i]);
        test(&python, builds[i].digit_bits ? builds[i].digit_bits : 30);
        fake_python_fini(&python);
    }
}

/* What sw_long_decimal() says of the int of these 15-bit digits. */
static void check_decimal(struct fake_python *python, unsigned bits, const uint32_t *half_digits,
    size_t count, bool negative, const char *want, uint64_t want_bits)
{
    uint32_t digits[64] = {0};
    const char *text = NULL;
    uint64_t got_bits = 77;
    sw_addr addr;

    if (bits == 30) {
        for (size_t i = 0; i < count; i++)
            digits[i / 2] |= half_digits[i] << (i % 2 ? 15 : 0);
        count = (count + 1) / 2;
    } else {
        memcpy(digits, half_digits, count * sizeof(*digits));
    }
    addr = fake_int(python, digits, count, negative);
    assert_int_equal(
        sw_long_decimal(python->reader, &python->arena, addr, NULL, &text, &got_bits), 0);
    assert_string_equal(text, want);
    assert_int_equal(got_bits, want_bits);
}

static void decimals(struct fake_python *python, unsigned bits)
{
    static const uint32_t seven[] = {7}, most[] = {0x7fff, 0x7fff}, two_30[] = {0, 0, 1};
    static const uint32_t two_60[] = {0, 0, 0, 0, 1}, ten_9[] = {0x4a00, 0x7735};
    static const uint32_t ten_18[] = {0, 0x4ec8, 0x5ace, 0x6f05}, two_299[20] = {[19] = 0x4000};

    check_decimal(python, bits, seven, 0, false, "0", 0);
    check_decimal(python, bits, seven, 1, true, "-7", 3);
    check_decimal(python, bits, most, 2, false, "1073741823", 30);
    check_decimal(python, bits, most, 2, true, "-1073741823", 30);
    check_decimal(python, bits, two_30, 3, false, "1073741824", 31);
    check_decimal(python, bits, two_60, 5, true, "-1152921504606846976", 61);
    /* Groups of nine zeros. */
    check_decimal(python, bits, ten_9, 2, false, "1000000000", 30);
    check_decimal(python, bits, ten_18, 4, true, "-1000000000000000000", 60);
    check_decimal(python, bits, two_299, 20, false,
        "10185179881672430431342228442046890805257341968329681253180702246771906498816683530916986"
        "88",
        300);
}

static void test_decimals(void **state)
{
    (void)state;
    for_each_build(decimals);
}

/* 10**n for the largest n that SW_MAX_INT_DIGITS digits hold, made here by multiplying. */
static void largest(struct fake_python *python, unsigned bits)
{
    static uint32_t digits[SW_MAX_INT_DIGITS + 1];
    const char *text = NULL;
    size_t count = 1, zeros = 0;
    uint64_t got_bits = 0;
    struct sw_error error;
    sw_addr addr;

    memset(digits, 0, sizeof(digits));
    digits[0] = 1;
    for (;;) {
        uint64_t carry = 0;

        /* Ten thousand at a time: 10**zeros < 2**(bits * count). */
        if (count * bits < (zeros + 4) * 10 / 3 + 8 && ++count > SW_MAX_INT_DIGITS)
            break;
        for (size_t i = 0; i < count; i++) {
            carry += (uint64_t)digits[i] * 10000;
            digits[i] = (uint32_t)(carry & ((1u << bits) - 1));
            carry >>= bits;
        }
        assert_int_equal(carry, 0);
        zeros += 4;
    }
    assert_true(zeros > (bits == 30 ? 89000u : 44000u));
    for (count = SW_MAX_INT_DIGITS; !digits[count - 1];)
        count--;
    addr = fake_int(python, digits, count, true);
    assert_int_equal(
        sw_long_decimal(python->reader, &python->arena, addr, NULL, &text, &got_bits), 0);
    assert_int_equal(strlen(text), zeros + 2);
    assert_memory_equal(text, "-10", 3);
    assert_int_equal(strspn(text + 2, "0"), zeros);
    assert_true(got_bits > (count - 1) * bits && got_bits <= count * bits);

    memset(digits, 0xff, sizeof(digits));
    digits[SW_MAX_INT_DIGITS] = 5;
    text = NULL;
    addr = fake_int(python, digits, SW_MAX_INT_DIGITS + 1, false);
    assert_int_equal(
        sw_long_decimal(python->reader, &python->arena, addr, &error, &text, &got_bits),
        SW_E_LIMIT);
    assert_int_equal(error.status, SW_E_LIMIT);
    assert_null(text);
    assert_int_equal(got_bits, (uint64_t)SW_MAX_INT_DIGITS * bits + 3);
}

static void test_largest(void **state)
{
    static const struct fake_build few[] = {{2, 7, 4, false, 15}, {3, 12, 8, false, 0}};

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct fake_python python;

        fake_python_init(&python, &few[i]);
        largest(&python, few[i].digit_bits ? few[i].digit_bits : 30);
        fake_python_fini(&python);
    }
}

static void shapes(struct fake_python *python, unsigned bits)
{
    static const uint32_t digits[] = {5, 6, 7, 8, 9};
    unsigned width = 0, got_bits = 0;
    bool negative = false;
    uint64_t count = 0;
    int64_t value = 0, want = 5 | INT64_C(6) << bits;
    sw_addr addr = fake_int(python, digits, 2, true);

    assert_int_equal(
        sw_long_shape(python->reader, addr, NULL, &count, &negative, &width, &got_bits), 0);
    assert_int_equal(count, 2);
    assert_true(negative);
    assert_int_equal(got_bits, bits);
    assert_int_equal(width, bits == 15 ? 2 : 4);
    assert_int_equal(sw_long_read(python->reader, addr, NULL, &value), 0);
    assert_int_equal(value, -want);
    addr = fake_int(python, digits, 5, false);
    value = 77;
    assert_int_equal(sw_long_read(python->reader, addr, NULL, &value), SW_E_LIMIT);
    assert_int_equal(value, 77);
    assert_int_equal(
        sw_long_read(python->reader, fake_int(python, digits, 0, false), NULL, &value), 0);
    assert_int_equal(value, 0);
}

static void test_shapes(void **state)
{
    (void)state;
    for_each_build(shapes);
}

/* Lengths that no int has, digits that are absent, and what is no int at all. */
static void damaged(struct fake_python *python, unsigned bits)
{
    static const uint64_t lengths[] = {SW_MAX_INT_DIGITS + 1, INT32_MAX, UINT64_C(1) << 40,
        INT64_MAX, UINT64_C(1) << 63, UINT64_MAX};
    bool tagged = python->runtime.layout.traits.int_form == SW_INT_FORM_LV_TAG;
    static const uint32_t digit[] = {1};
    const char *text = NULL;
    uint64_t got_bits = 0;

    (void)bits;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        sw_addr addr = fake_int(python, digit, 1, false);
        struct sw_error error = {.status = SW_OK};
        unsigned reads;

        fake_set(python, addr, tagged ? SW_F_LONG_LV_TAG : SW_F_LONG_LENGTH,
            tagged ? lengths[i] << 3 : lengths[i]);
        fake_python_settle(python);
        reads = python->target.reads;
        text = NULL;
        if (sw_long_decimal(python->reader, &python->arena, addr, &error, &text, &got_bits) == 0)
            continue; /* cut to 32 bits, the length may be a small one */
        assert_null(text);
        assert_true(error.status == SW_E_READ || error.status == SW_E_CORRUPT ||
                    error.status == SW_E_LIMIT);
        assert_true(error.message[0]);
        assert_true(python->target.reads - reads < 20);
    }
    text = NULL;
    assert_int_equal(sw_long_decimal(python->reader, &python->arena, fake_ascii(python, "5"), NULL,
                         &text, &got_bits),
        SW_E_CORRUPT);
    assert_int_equal(
        sw_long_decimal(python->reader, &python->arena, 0, NULL, &text, &got_bits), SW_E_CORRUPT);
    assert_null(text);
}

static void test_damaged(void **state)
{
    (void)state;
    for_each_build(damaged);
}

/* Ctrl-C in a long conversion. */
static void test_interrupted(void **state)
{
    static const struct fake_build build = {3, 12, 8, false, 0};
    static uint32_t digits[SW_MAX_INT_DIGITS];
    struct fake_python python;
    const char *text = NULL;
    uint64_t bits;

    (void)state;
    fake_python_init(&python, &build);
    memset(digits, 0x33, sizeof(digits));
    python.target.interrupted = true;
    sw_long_decimal(python.reader, &python.arena, fake_int(&python, digits, SW_MAX_INT_DIGITS, 0),
        NULL, &text, &bits);
    assert_true(python.memory.stopped);
    fake_python_fini(&python);
}

/* What is special about doubles; ordinary ones are compared with the interpreter's repr(). */
static void test_doubles(void **state)
{
    static const struct {
        uint64_t bits;
        const char *text, *bare;
    } cases[] = {
        {0, "0.0", "0"},
        {UINT64_C(1) << 63, "-0.0", "-0"},
        {UINT64_C(0x3ff0000000000000), "1.0", "1"},
        {UINT64_C(0x7ff0000000000000), "inf", "inf"},
        {UINT64_C(0xfff0000000000000), "-inf", "-inf"},
        {UINT64_C(0x7ff8000000000000), "nan", "nan"},
        {UINT64_C(0xfff0000000000001), "nan", "nan"},
        {1, "5e-324", "5e-324"},
        {UINT64_C(0x000fffffffffffff), "2.225073858507201e-308", "2.225073858507201e-308"},
        {UINT64_C(0x0010000000000000), "2.2250738585072014e-308", "2.2250738585072014e-308"},
        {UINT64_C(0x7fefffffffffffff), "1.7976931348623157e+308", "1.7976931348623157e+308"},
        {UINT64_C(0x4341c37937e08000), "1e+16", "1e+16"},
        {UINT64_C(0x430c6bf526340000), "1000000000000000.0", "1000000000000000"},
        {UINT64_C(0x3f1a36e2eb1c432d), "0.0001", "0.0001"},
        {UINT64_C(0x3ee4f8b588e368f1), "1e-05", "1e-05"},
    };
    char text[SW_DOUBLE_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double value;

        memcpy(&value, &cases[i].bits, sizeof(value));
        sw_double_text(value, true, text);
        assert_string_equal(text, cases[i].text);
        sw_double_text(value, false, text);
        assert_string_equal(text, cases[i].bare);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_largest),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_doubles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
