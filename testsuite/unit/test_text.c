/* SPDX-License-Identifier: MIT */
/* core/object/text.c: characters of every width, comparison, lengths that are damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake_python.h"
#include "object/text.h"

static const struct fake_build old_build = {.major = 2, .minor = 7};
static const struct fake_build builds[] = {
    {3, 6, 8, false, 0},
    {3, 8, 4, false, 0},
    {3, 10, 8, true, 0},
    {3, 12, 8, false, 0},
    {3, 15, 8, true, 0},
};

enum { BUILDS = sizeof(builds) / sizeof(builds[0]) };

static const uint32_t latin[] = {'n', 'a', 0xef, 'v', 'e'};
static const uint32_t wide[] = {0x65e5, 'x', 0x672c, 0xd800};
static const uint32_t astral[] = {0x1f40d, 'a', 0xe9, 0x20ac};

static void for_each_build(void (*test)(struct fake_python *python))
{
    for (unsigned i = 0; i < BUILDS; i++) {
        struct fake_python python;

        fake_python_init(&python, &builds[i]);
        test(&python);
        fake_python_fini(&python);
    }
}

static void check_read(
    struct fake_python *python, sw_addr addr, size_t max, const char *want, uint64_t length)
{
    struct sw_text text = {.data = NULL};

    assert_int_equal(
        sw_text_read(python->reader, &python->arena, addr, max, "str", NULL, &text), 0);
    assert_int_equal(text.len, strlen(want));
    assert_string_equal(text.data, want);
    assert_int_equal(text.length, length);
    assert_int_equal(text.cut, max < length);
}

static void reading(struct fake_python *python)
{
    sw_addr plain = fake_ascii(python, "plain text");

    check_read(python, plain, 100, "plain text", 10);
    check_read(python, plain, 10, "plain text", 10);
    check_read(python, plain, 5, "plain", 10);
    check_read(python, plain, 0, "", 10);
    check_read(python, fake_ascii(python, ""), 100, "", 0);
    check_read(python, fake_str(python, latin, 5, 1), 100, "na\xc3\xafve", 5);
    check_read(python, fake_str(python, latin, 5, 1), 3, "na\xc3\xaf", 5);
    check_read(
        python, fake_str(python, wide, 4, 2), 100, "\xe6\x97\xa5x\xe6\x9c\xac\xed\xa0\x80", 4);
    check_read(python, fake_str(python, astral, 4, 4), 100,
        "\xf0\x9f\x90\x8d"
        "a\xc3\xa9\xe2\x82\xac",
        4);
    check_read(python, fake_str(python, astral, 4, 4), 1, "\xf0\x9f\x90\x8d", 4);
}

static void test_reading(void **state)
{
    (void)state;
    for_each_build(reading);
}

static void equality(struct fake_python *python)
{
    const struct sw_reader *reader = python->reader;
    sw_addr name = fake_ascii(python, "name"), empty = fake_ascii(python, "");
    sw_addr naive = fake_str(python, latin, 5, 1), japan = fake_str(python, wide, 3, 2);
    sw_addr snake = fake_str(python, astral, 4, 4);
    static const uint32_t widened[] = {'n', 'a', 'm', 'e'};
    static char longest[201];
    uint32_t characters[200];

    assert_true(sw_text_equals(reader, name, "name", 4));
    assert_true(sw_text_equals(reader, name, "names", 4));
    assert_false(sw_text_equals(reader, name, "names", 5));
    assert_false(sw_text_equals(reader, name, "nam", 3));
    assert_false(sw_text_equals(reader, name, "", 0));
    assert_true(sw_text_equals(reader, empty, "", 0));
    assert_false(sw_text_equals(reader, empty, "n", 1));
    /* A str is what its characters are, however wide they lie. */
    assert_true(sw_text_equals(reader, fake_str(python, widened, 4, 2), "name", 4));
    assert_true(sw_text_equals(reader, fake_str(python, widened, 4, 4), "name", 4));
    assert_false(sw_text_equals(reader, fake_str(python, widened, 4, 4), "nama", 4));
    assert_true(sw_text_equals(reader, naive, "na\xc3\xafve", 6));
    assert_false(sw_text_equals(reader, naive, "na\xc3\xafv", 5));
    assert_false(sw_text_equals(reader, naive, "naive", 5));
    assert_false(sw_text_equals(reader, naive, "na\xc3", 3));
    assert_true(sw_text_equals(reader, japan, "\xe6\x97\xa5x\xe6\x9c\xac", 7));
    assert_false(sw_text_equals(reader, japan, "\xe6\x97\xa5x\xe6\x9c\xac!", 8));
    assert_true(sw_text_equals(reader, snake,
        "\xf0\x9f\x90\x8d"
        "a\xc3\xa9\xe2\x82\xac",
        10));
    /* Longer than what is compared at once. */
    for (unsigned i = 0; i < 200; i++)
        characters[i] = (unsigned char)(longest[i] = (char)('a' + i % 26));
    assert_true(sw_text_equals(reader, fake_str(python, characters, 200, 1), longest, 200));
    assert_false(sw_text_equals(reader, fake_str(python, characters, 200, 1), longest, 199));
    characters[63] = 'X';
    assert_false(sw_text_equals(reader, fake_str(python, characters, 200, 1), longest, 200));
    assert_false(sw_text_equals(reader, python->str_type, "str", 3));
    assert_false(sw_text_equals(reader, 0, "", 0));
    assert_false(sw_text_equals(reader, 0x7f0000000000, "x", 1));
    assert_true(sw_text_is(reader, name, "name"));
}

static void test_equality(void **state)
{
    (void)state;
    for_each_build(equality);
}

/* 2.7's names are bytes. */
static void test_bytes(void **state)
{
    static const uint32_t bytes[] = {'a', 0xc3, 0xa9, 0xff, 'b'};
    struct fake_python python;
    sw_addr addr;

    (void)state;
    fake_python_init(&python, &old_build);
    addr = fake_str(&python, bytes, 5, 1);
    check_read(&python, addr, 100,
        "a\xc3\xa9\xed\xb3\xbf"
        "b",
        5);
    check_read(&python, addr, 2, "a\xed\xb3\x83", 5);
    assert_true(sw_text_is(python.reader, fake_ascii(&python, "name"), "name"));
    assert_false(sw_text_is(python.reader, fake_ascii(&python, "name"), "nam"));
    fake_python_fini(&python);
}

static void damaged(struct fake_python *python)
{
    static const uint64_t lengths[] = {UINT64_C(1) << 31, UINT64_C(1) << 40, INT64_MAX / 4,
        UINT64_C(1) << 62, INT64_MAX, UINT64_MAX};
    static const uint32_t beyond[] = {'a', 0x110000};
    struct sw_text text = {.data = NULL};
    struct sw_error error;
    sw_addr addr;

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        int status;

        if (python->memory.info.pointer_size == 4 && lengths[i] > UINT32_MAX)
            continue;
        addr = fake_ascii(python, "abc");
        fake_set(python, addr, SW_F_ASCII_LENGTH, lengths[i]);
        fake_python_settle(python);
        python->arena.used = 0;
        status = sw_text_read(python->reader, &python->arena, addr, 64, "str", &error, &text);
        assert_true(status == 0 ? text.cut : error.message[0] != '\0');
        assert_true(python->arena.used < 4096);
        assert_false(sw_text_equals(python->reader, addr, "abc", 3));
        status = sw_text_read(python->reader, &python->arena, addr, 8 << 20, "str", &error, &text);
        assert_true(status == SW_E_READ || status == SW_E_CORRUPT);
    }
    addr = fake_ascii(python, "abc");
    fake_set(python, addr, SW_F_ASCII_KIND, 3);
    fake_python_settle(python);
    assert_int_equal(
        sw_text_read(python->reader, &python->arena, addr, 64, "str", &error, &text), SW_E_CORRUPT);
    addr = fake_str(python, beyond, 2, 4);
    assert_int_equal(
        sw_text_read(python->reader, &python->arena, addr, 64, "str", &error, &text), SW_E_CORRUPT);
    assert_non_null(strstr(error.message, "no character"));
    assert_int_equal(
        sw_text_read(python->reader, &python->arena, python->int_type, 64, "name", &error, &text),
        SW_E_CORRUPT);
    assert_non_null(strstr(error.message, "name"));
}

static void test_damaged(void **state)
{
    (void)state;
    for_each_build(damaged);
}

static void test_utf8(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        uint32_t code_point;
        unsigned used;
    } cases[] = {
        {"a", 1, 'a', 1},
        {"\xc3\xa9", 2, 0xe9, 2},
        {"\xc3\xa9", 1, 0xdcc3, 1},     /* cut */
        {"\xc1\x81", 2, 0xdcc1, 1},     /* longer than needed */
        {"\xe0\x80\x80", 3, 0xdce0, 1}, /* likewise */
        {"\xed\xa0\x80", 3, 0xd800, 3}, /* a surrogate */
        {"\xf4\x8f\xbf\xbf", 4, 0x10ffff, 4},
        {"\xf4\x90\x80\x80", 4, 0xdcf4, 1}, /* beyond */
        {"\xf8\x88\x80\x80", 4, 0xdcf8, 1},
        {"\x80", 1, 0xdc80, 1},
        {"\xe2\x82(", 3, 0xdce2, 1},
    };
    char out[4];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unsigned used = 0;

        assert_int_equal(sw_utf8_get(cases[i].bytes, cases[i].len, &used), cases[i].code_point);
        assert_int_equal(used, cases[i].used);
    }
    for (uint32_t c = 0; c < 0x110000; c++) {
        unsigned len = sw_utf8_put(c, out), used;

        assert_int_equal(len, c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4);
        assert_int_equal(sw_utf8_get(out, len, &used), c);
        assert_int_equal(used, len);
    }
    assert_int_equal(sw_utf8_put(0x110000, out), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_equality),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_utf8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
