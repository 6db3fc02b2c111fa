/* SPDX-License-Identifier: MIT */
/* core/value/writer.c: what fits a width, what is cut, cycles and depth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_python.h"
#include "value/writer.h"

static const struct fake_build build = {.major = 3, .minor = 12};

struct fixture {
    struct fake_python python;
    struct sw_writer writer;
};

static struct fixture *make(uint32_t string, uint32_t items, uint32_t depth, uint32_t width)
{
    struct sw_value_limits limits = {string, items, depth, width};
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    fake_python_init(&f->python, &build);
    sw_writer_init(&f->writer, &f->python.runtime, &f->python.codes, &f->python.types, &limits);
    return f;
}

static void end(struct fixture *f)
{
    sw_writer_fini(&f->writer);
    fake_python_fini(&f->python);
    free(f);
}

static void check_text(const struct sw_writer *writer, const char *want, bool full)
{
    assert_string_equal(writer->text, want);
    assert_int_equal(writer->len, strlen(want));
    assert_int_equal(writer->full, full);
}

static void check_object(struct fixture *f, sw_addr object, const char *want)
{
    struct sw_error error;

    fake_python_settle(&f->python);
    sw_writer_reset(&f->writer);
    assert_int_equal(sw_writer_object(&f->writer, object, &error), 0);
    assert_string_equal(f->writer.text, want);
}

/* ---------------------------------------------------------------- width */

/* Twenty characters of one to four bytes each. */
static const char mixed[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"
                            "b\xc3\xa9\xe2\x82\xac"
                            "\xf0\x9f\x98\x80"
                            "c\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"
                            "d\xc3\xa9"
                            "\xe2\x82\xac\xf0\x9f\x98\x80"
                            "e\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";

static size_t bytes_of(const char *text, unsigned characters)
{
    size_t at = 0;

    for (; text[at]; at++)
        if (((unsigned char)text[at] & 0xc0) != 0x80 && characters-- == 0)
            break;
    return at;
}

/* `mixed` put in pieces of `piece` bytes, which may end within a character. */
static void put_pieces(struct sw_writer *writer, size_t piece)
{
    for (size_t at = 0; at < sizeof(mixed) - 1; at += piece) {
        size_t left = sizeof(mixed) - 1 - at;

        sw_writer_put(writer, mixed + at, left < piece ? left : piece);
    }
}

static void test_width(void **state)
{
    (void)state;
    for (uint32_t width = 16; width <= 22; width++) {
        for (size_t piece = 1; piece < sizeof(mixed); piece++) {
            struct fixture *f = make(100, 100, 10, width);
            char want[128] = "";

            put_pieces(&f->writer, piece);
            strncat(want, mixed, bytes_of(mixed, width));
            if (width < 20)
                strcat(want, "...(truncated)");
            check_text(&f->writer, want, width < 20);
            assert_int_equal(f->writer.characters, width < 20 ? width : 20);
            /* What fits to the last character is whole until one more comes. */
            if (width == 20) {
                sw_writer_put(&f->writer, "", 0);
                check_text(&f->writer, want, false);
                sw_writer_puts(&f->writer, "x");
                strcat(want, "...(truncated)");
                check_text(&f->writer, want, true);
            }
            sw_writer_puts(&f->writer, "more");
            sw_writer_printf(&f->writer, "%d", 5);
            assert_int_equal(f->writer.full, width <= 20 || f->writer.characters == width);
            end(f);
        }
    }
}

/* How large the value is stands before the note. */
static void test_whole(void **state)
{
    static const uint32_t euros[40] = {0x20ac, 0x20ac, 0x20ac, 0x20ac, 0x20ac, 0x20ac, 0x20ac,
        0x20ac, 0x20ac, 0x20ac, 0x20ac, 0x20ac, 0x20ac, 0x20ac, 0x20ac, 0x20ac, 0x20ac, 0x20ac,
        0x20ac, 0x20ac};
    struct fixture *f = make(100, 100, 10, 16);
    sw_addr text = fake_str(&f->python, euros, 20, 2), fits = fake_str(&f->python, euros, 14, 2);
    sw_addr beyond = fake_str(&f->python, euros, 15, 2), items[2] = {text, text};
    char want[256] = "'";

    (void)state;
    for (unsigned i = 0; i < 14; i++)
        strcat(want, "\xe2\x82\xac");
    strcat(want, "'");
    check_object(f, fits, want);
    want[strlen(want) - 1] = '\0';
    strcat(want, "\xe2\x82\xac...(15 characters)...(truncated)");
    check_object(f, beyond, want);
    memcpy(strstr(want, "15"), "20", 2);
    check_object(f, text, want);
    /* Of a part of the value nothing is said. */
    strcpy(want, "['");
    for (unsigned i = 0; i < 14; i++)
        strcat(want, "\xe2\x82\xac");
    strcat(want, "...(2 items)...(truncated)");
    check_object(f, fake_list(&f->python, items, 2), want);
    end(f);
}

/* An escape is not cut for the eye, but counts as what it is. */
static void test_escapes(void **state)
{
    struct fixture *f = make(100, 100, 10, 16);

    (void)state;
    check_object(f, fake_ascii(&f->python, "\x01\x01\x01\x01\x01"),
        "'\\x01\\x01\\x01\\x0...(5 characters)...(truncated)");
    end(f);
}

/* ---------------------------------------------------------------- string, items, depth */

static void test_string(void **state)
{
    static const struct {
        uint32_t limit;
        const char *want;
    } cases[] = {
        {0, "''...(10 characters)"},
        {1, "'0'...(10 characters)"},
        {9, "'012345678'...(10 characters)"},
        {10, "'0123456789'"},
        {11, "'0123456789'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture *f = make(cases[i].limit, 100, 10, 1000);

        check_object(f, fake_ascii(&f->python, "0123456789"), cases[i].want);
        end(f);
    }
}

static void test_items(void **state)
{
    static const struct {
        uint32_t limit;
        const char *want;
    } cases[] = {
        {0, "[...(3 items)]"},
        {1, "['a', ...(3 items)]"},
        {2, "['a', 'a', ...(3 items)]"},
        {3, "['a', 'a', 'a']"},
        {4, "['a', 'a', 'a']"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture *f = make(100, cases[i].limit, 10, 1000);
        sw_addr a = fake_ascii(&f->python, "a"), items[3] = {a, a, a};

        check_object(f, fake_list(&f->python, items, 3), cases[i].want);
        check_object(f, fake_list(&f->python, items, 0), "[]");
        check_object(f, fake_tuple(&f->python, items, 0), "()");
        end(f);
    }
}

static void test_depth(void **state)
{
    struct fixture *f = make(100, 100, 3, 1000);
    sw_addr inner = fake_list(&f->python, NULL, 0);

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        inner = fake_list(&f->python, &inner, 1);
    check_object(f, inner, "[[[[]]]]"); /* an empty container has nothing to cut */
    inner = fake_tuple(&f->python, &inner, 1);
    check_object(f, inner, "([[[...(1 items)]]],)");
    end(f);
}

static void test_cycles(void **state)
{
    struct fixture *f = make(100, 100, 10, 1000);
    sw_addr list = fake_list(&f->python, (const sw_addr[]){0, 0}, 2), array, tuple;

    (void)state;
    sw_reader_uint(f->python.reader, list, SW_F_LIST_ITEMS, NULL, &array);
    tuple = fake_tuple(&f->python, &list, 1);
    fake_put_ptr(&f->python, array, list);
    fake_put_ptr(&f->python, fake_ptr_at(&f->python, array, 1), tuple);
    check_object(f, list, "[[...], ([...],)]");
    check_object(f, tuple, "([[...], (...)],)");
    end(f);
}

/* Nothing that nests takes more stack than SW_MAX_VALUE_DEPTH says, whatever the user set. */
static void test_nesting(void **state)
{
    static const char *const names[] = {"slice", "range", "staticmethod", "property",
        "mappingproxy", "cell", "functools.partial", "memoryview", "datetime.timezone"};
    enum { LEVELS = 20000 };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct fixture *f = make(100, 100, SW_MAX_VALUE_DEPTH, SW_MAX_VALUE_WIDTH);
        sw_addr type = fake_type(&f->python, names[i], 0), inner = fake_ascii(&f->python, "end");
        struct sw_error error;

        for (unsigned k = 0; k < LEVELS; k++) {
            sw_addr outer = fake_object(&f->python, type, 64);

            for (unsigned word = 0; word < 3; word++)
                fake_put_ptr(&f->python, sw_object_word_at(f->python.reader, outer, word),
                    word == (i == 7 ? 2 : 0) ? inner : 0);
            inner = outer;
        }
        assert_int_equal(sw_writer_object(&f->writer, inner, &error), 0);
        assert_true(f->writer.len < 1024 * 1024);
        end(f);
    }
}

/* ---------------------------------------------------------------- Decimal */

/* Modules/_decimal: a hash, flags, exponent, digits, words, their room, their address. */
static sw_addr make_decimal(
    struct fixture *f, uint64_t exponent, const uint64_t *words, uint64_t count)
{
    const struct sw_reader *reader = f->python.reader;
    sw_addr type = fake_type(&f->python, "decimal.Decimal", 0);
    sw_addr addr = fake_object(&f->python, type, 128), data = fake_space(&f->python, 8 * count + 8);

    fake_put_ptr(&f->python, sw_object_word_at(reader, addr, 2), exponent);
    fake_put_ptr(&f->python, sw_object_word_at(reader, addr, 3), 19 * count);
    fake_put_ptr(&f->python, sw_object_word_at(reader, addr, 4), count);
    fake_put_ptr(&f->python, sw_object_word_at(reader, addr, 6), data);
    for (uint64_t i = 0; i < count; i++)
        fake_put_ptr(&f->python, fake_ptr_at(&f->python, data, i), words[i]);
    return addr;
}

static void test_decimal(void **state)
{
    static const uint64_t exponents[] = {0, 1, UINT64_MAX, INT64_MAX, UINT64_C(1) << 63, 1 << 20,
        0 - (UINT64_C(1) << 20), 0 - UINT64_C(600)};
    struct fixture *f = make(100, 100, 10, 100000);
    uint64_t words[70];
    struct sw_error error;

    (void)state;
    words[0] = 150;
    check_object(f, make_decimal(f, 0, words, 1), "Decimal('150')");
    check_object(f, make_decimal(f, 0 - UINT64_C(2), words, 1), "Decimal('1.50')");
    check_object(f, make_decimal(f, 5, words, 1), "Decimal('1.50E+7')");
    words[0] = 7;
    words[1] = 12;
    check_object(f, make_decimal(f, 0, words, 2), "Decimal('120000000000000000007')");
    /* Words that mpdecimal does not make. */
    memset(words, 0xff, sizeof(words));
    for (size_t i = 0; i < sizeof(exponents) / sizeof(exponents[0]); i++)
        for (uint64_t count = 0; count <= 70; count++) {
            sw_writer_reset(&f->writer);
            assert_int_equal(
                sw_writer_object(&f->writer, make_decimal(f, exponents[i], words, count), &error),
                0);
        }
    end(f);
}

/* ---------------------------------------------------------------- failures */

static void test_unreadable(void **state)
{
    struct fixture *f = make(100, 100, 10, 1000);
    sw_addr a = fake_ascii(&f->python, "a"), items[3] = {a, 0x7f0000000010, a};
    struct sw_error error;
    const char *found;

    (void)state;
    assert_int_equal(sw_writer_object(&f->writer, fake_list(&f->python, items, 3), &error), 0);
    found = strstr(f->writer.text, "['a', <unreadable at remote 0x7f0000000010: ");
    assert_ptr_equal(found, f->writer.text);
    assert_non_null(strstr(f->writer.text, ">, 'a']"));
    sw_writer_reset(&f->writer);
    assert_int_equal(sw_writer_object(&f->writer, 0x7f0000000010, &error), SW_E_READ);
    assert_int_equal(sw_writer_object(&f->writer, 0x1001, &error), SW_E_CORRUPT);
    assert_int_equal(sw_writer_object(&f->writer, 0, &error), SW_E_CORRUPT);
    /* Freed: no references are left. */
    fake_put_ptr(&f->python, sw_reader_at(f->python.reader, a, SW_F_OBJECT_TYPE) - 8, 0);
    fake_python_settle(&f->python);
    assert_int_equal(sw_writer_object(&f->writer, a, &error), SW_E_CORRUPT);
    assert_non_null(strstr(error.message, "freed"));
    end(f);
}

static void test_interrupted(void **state)
{
    struct fixture *f = make(100, 100, 10, 1000);
    sw_addr a = fake_ascii(&f->python, "a"), items[2] = {a, a};
    sw_addr list = fake_list(&f->python, items, 2);
    struct sw_error error;

    (void)state;
    for (unsigned at = 1;; at++) {
        int status;

        fake_python_settle(&f->python);
        sw_writer_reset(&f->writer);
        f->python.target.reads = 0;
        f->python.target.fail_at = at;
        f->python.target.fail_with = SW_E_STOPPED;
        status = sw_writer_object(&f->writer, list, &error);
        if (f->python.target.reads < at)
            break;
        assert_int_equal(status, SW_E_STOPPED);
        assert_int_equal(error.status, SW_E_STOPPED);
    }
    f->python.target.fail_at = 0;
    check_object(f, list, "['a', 'a']");
    end(f);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_string),
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_cycles),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_decimal),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_interrupted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
