/* SPDX-License-Identifier: MIT */
/* Line tables that no compiler makes. Those that compilers make: linetable_truth.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "code/linetable.h"

static const enum sw_trait_line_table all_forms[] = {SW_LINE_TABLE_LNOTAB_UNSIGNED,
    SW_LINE_TABLE_LNOTAB_SIGNED, SW_LINE_TABLE_LINETABLE, SW_LINE_TABLE_LOCATIONS};

enum { FORMS = sizeof(all_forms) / sizeof(all_forms[0]) };

/* The answer for a copy of exactly `len` bytes on the heap: a read beyond them is ASan's to see. */
static bool ask(enum sw_trait_line_table form, const uint8_t *table, size_t len, int32_t first_line,
    int32_t lasti, struct sw_position *ret_position)
{
    uint8_t *copy = malloc(len ? len : 1);
    bool found;

    assert_non_null(copy);
    if (len)
        memcpy(copy, table, len);
    memset(ret_position, 0x55, sizeof(*ret_position));
    found = sw_linetable_position(form, copy, len, first_line, lasti, ret_position);
    free(copy);
    return found;
}

/* What holds for every answer, whatever the bytes. */
static void check_sane(
    const struct sw_position *position, bool found, enum sw_trait_line_table form)
{
    assert_true(position->line >= 0);
    assert_true(position->end_line >= 0);
    assert_true(position->column >= -1);
    assert_true(position->end_column >= -1);
    if (form != SW_LINE_TABLE_LOCATIONS || !found) {
        assert_int_equal(position->end_line, position->line);
        assert_int_equal(position->column, -1);
        assert_int_equal(position->end_column, -1);
    }
}

static void assert_position(
    const struct sw_position *got, int32_t line, int32_t end_line, int32_t column, int32_t end)
{
    assert_int_equal(got->line, line);
    assert_int_equal(got->end_line, end_line);
    assert_int_equal(got->column, column);
    assert_int_equal(got->end_column, end);
}

static void test_empty(void **state)
{
    struct sw_position got;

    (void)state;
    for (size_t i = 0; i < FORMS; i++) {
        bool has_end = i >= 2; /* lnotab: the last line goes on for ever */

        assert_true(sw_linetable_position(all_forms[i], NULL, 0, 7, -1, &got));
        assert_position(&got, 7, 7, -1, -1);
        assert_int_equal(sw_linetable_position(all_forms[i], NULL, 0, 7, 0, &got), !has_end);
        assert_position(&got, has_end ? 0 : 7, has_end ? 0 : 7, -1, -1);
    }
}

static void test_line_steps(void **state)
{
    static const uint8_t table[] = {4, 2, 4, 0x82, 4, 1};
    struct sw_position got;

    (void)state;
    ask(SW_LINE_TABLE_LNOTAB_UNSIGNED, table, sizeof(table), 10, 8, &got);
    assert_int_equal(got.line, 10 + 2 + 130);
    ask(SW_LINE_TABLE_LNOTAB_SIGNED, table, sizeof(table), 200, 8, &got);
    assert_int_equal(got.line, 200 + 2 - 126);
    ask(SW_LINE_TABLE_LINETABLE, table, sizeof(table), 200, 4, &got);
    assert_int_equal(got.line, 200 + 2 - 126);
    /* An odd byte at the end matters only for those who get there. */
    assert_true(ask(SW_LINE_TABLE_LNOTAB_SIGNED, table, 5, 200, 3, &got));
    assert_false(ask(SW_LINE_TABLE_LNOTAB_SIGNED, table, 5, 200, 8, &got));
    assert_int_equal(got.line, 200 + 2 - 126);
}

static void test_no_line(void **state)
{
    static const uint8_t table[] = {2, 1, 2, 0x80, 0, 5, 2, 0};
    struct sw_position got;

    (void)state;
    assert_true(ask(SW_LINE_TABLE_LINETABLE, table, sizeof(table), 1, 2, &got));
    assert_int_equal(got.line, 0);
    assert_true(ask(SW_LINE_TABLE_LINETABLE, table, sizeof(table), 1, 4, &got));
    assert_int_equal(got.line, 7);
    assert_false(ask(SW_LINE_TABLE_LINETABLE, table, sizeof(table), 1, 6, &got));
    assert_int_equal(got.line, 0);
}

/* One entry of each form of 3.11+, two code units each. */
static void test_location_forms(void **state)
{
    static const uint8_t table[] = {
        0x80 | 9 << 3 | 1, 0x7f,            /* short: column 79 to 94 */
        0x80 | 12 << 3 | 1, 100, 127,       /* two lines further */
        0x80 | 13 << 3 | 1, 0x05,           /* two lines back, no columns */
        0x80 | 15 << 3 | 1,                 /* none */
        0x80 | 14 << 3 | 1, 0x40 | 8, 0x02, /* 68 lines further */
        3, 0x40 | 1, 0x02, 0,               /* three lines long, column 128, no end column */
    };
    struct sw_position got;

    (void)state;
    assert_true(ask(SW_LINE_TABLE_LOCATIONS, table, sizeof(table), 5, 0, &got));
    assert_position(&got, 5, 5, 79, 94);
    assert_true(ask(SW_LINE_TABLE_LOCATIONS, table, sizeof(table), 5, 6, &got));
    assert_position(&got, 7, 7, 100, 127);
    assert_true(ask(SW_LINE_TABLE_LOCATIONS, table, sizeof(table), 5, 8, &got));
    assert_position(&got, 5, 5, -1, -1);
    assert_true(ask(SW_LINE_TABLE_LOCATIONS, table, sizeof(table), 5, 14, &got));
    assert_position(&got, 0, 0, -1, -1);
    assert_true(ask(SW_LINE_TABLE_LOCATIONS, table, sizeof(table), 5, 16, &got));
    assert_position(&got, 5 + 68, 5 + 68 + 3, 128, -1);
    assert_false(ask(SW_LINE_TABLE_LOCATIONS, table, sizeof(table), 5, 20, &got));
    assert_position(&got, 0, 0, -1, -1);
}

static void test_malformed_locations(void **state)
{
    static const struct {
        uint8_t bytes[9];
        size_t len;
    } cases[] = {
        {{0x00, 0x00}, 2},                                            /* no start of an entry */
        {{0x80 | 0 << 3, 0x80}, 2},                                   /* a start inside: short */
        {{0x80 | 10 << 3, 0x80, 0x01}, 3},                            /* one line, column */
        {{0x80 | 10 << 3, 0x01, 0x80}, 3},                            /* one line, end column */
        {{0x80 | 13 << 3, 0x80}, 2},                                  /* varint */
        {{0x80 | 13 << 3, 0x41, 0x80}, 3},                            /* varint, second byte */
        {{0x80 | 13 << 3, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0}, 8}, /* varint of seven bytes */
        {{0x80 | 13 << 3, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x04}, 7},    /* varint of 33 bits */
        {{0x80 | 14 << 3, 0, 0, 0, 0x80}, 5},                         /* the last of four */
    };
    struct sw_position got;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_false(ask(SW_LINE_TABLE_LOCATIONS, cases[i].bytes, cases[i].len, 3, 0, &got));
        assert_position(&got, 0, 0, -1, -1);
        assert_true(ask(SW_LINE_TABLE_LOCATIONS, cases[i].bytes, cases[i].len, 3, -1, &got));
    }
}

/* Lines and columns beyond 32 bits. */
static void test_extremes(void **state)
{
    static const uint8_t far[] = {0x80 | 14 << 3, 0x7e, 0x7f, 0x7f, 0x7f, 0x7f, 0x03, /* +2^31-1 */
        0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x03,                                           /* long */
        0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x03, 0x40, 0x40, 0x40, 0x40, 0x40, 0x02};
    static const uint8_t back[] = {0x80 | 13 << 3, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x03};
    uint8_t many[4000];
    struct sw_position got;

    (void)state;
    assert_true(ask(SW_LINE_TABLE_LOCATIONS, far, sizeof(far), INT32_MAX, 0, &got));
    assert_position(&got, INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX);
    assert_true(ask(SW_LINE_TABLE_LOCATIONS, back, sizeof(back), INT32_MIN, 0, &got));
    assert_position(&got, 0, 0, -1, -1);
    for (size_t i = 0; i < sizeof(many); i += 2) {
        many[i] = 1;
        many[i + 1] = 127;
    }
    for (size_t i = 0; i < FORMS - 1; i++) {
        ask(all_forms[i], many, sizeof(many), INT32_MAX - 5, 1000, &got);
        assert_int_equal(got.line, INT32_MAX);
        ask(all_forms[i], many, sizeof(many), INT32_MIN, 1000, &got);
        assert_int_equal(got.line, 0);
    }
    for (size_t i = 0; i < FORMS; i++)
        check_sane(&got, ask(all_forms[i], many, sizeof(many), 1, INT32_MAX, &got), all_forms[i]);
}

/* A table cut anywhere gives the same answer as long as the instruction is in it, else none. */
static void test_truncation(void **state)
{
    uint8_t table[300];
    struct sw_position whole, got;

    (void)state;
    for (size_t i = 0; i + 10 <= sizeof(table); i += 10)
        memcpy(table + i,
            (const uint8_t[]){0xf0, 0x41, 0x02, 0x03, 0x44, 0x01, 0x05, 0x81, 0x13, 0xf8}, 10);
    for (int32_t lasti = 0; lasti < 300; lasti += 2) {
        bool in_whole = ask(SW_LINE_TABLE_LOCATIONS, table, sizeof(table), 50000, lasti, &whole);
        bool before = false;

        for (size_t len = 0; len <= sizeof(table); len++) {
            bool found = ask(SW_LINE_TABLE_LOCATIONS, table, len, 50000, lasti, &got);

            check_sane(&got, found, SW_LINE_TABLE_LOCATIONS);
            assert_true(found || !before);
            before = found;
            if (!found)
                assert_int_equal(got.line, 0);
        }
        assert_int_equal(before, in_whole);
        assert_memory_equal(&got, &whole, sizeof(got));
    }
    for (size_t i = 0; i < FORMS; i++)
        for (size_t len = 0; len <= sizeof(table); len++)
            for (int32_t lasti = -2; lasti < 400; lasti += 7)
                check_sane(&got, ask(all_forms[i], table, len, 1, lasti, &got), all_forms[i]);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static void test_random(void **state)
{
    uint32_t seed = 20240229;
    uint8_t table[64];
    struct sw_position got;

    (void)state;
    for (int round = 0; round < 200000; round++) {
        size_t len = next_random(&seed) % (sizeof(table) + 1);
        enum sw_trait_line_table form = all_forms[next_random(&seed) % FORMS];
        int32_t first_line = (int32_t)(next_random(&seed) << 8);
        int32_t lasti = (int32_t)(next_random(&seed) % 600) - 2;

        for (size_t i = 0; i < len; i++)
            table[i] = (uint8_t)next_random(&seed);
        if (len) /* most random bytes are no entry at all */
            table[0] |= 0x80;
        check_sane(&got, ask(form, table, len, first_line, lasti, &got), form);
    }
}

/* Time is linear: a million entries are nothing to wait for. */
static void test_million(void **state)
{
    size_t len = 2000000;
    uint8_t *table = malloc(len);
    struct sw_position got;

    (void)state;
    assert_non_null(table);
    for (size_t i = 0; i < len; i += 2) {
        table[i] = 0x80 | 13 << 3;
        table[i + 1] = 2; /* one line further */
    }
    assert_true(sw_linetable_position(SW_LINE_TABLE_LOCATIONS, table, len, 1, 2 * 999999, &got));
    assert_position(&got, 1000001, 1000001, -1, -1);
    assert_false(sw_linetable_position(SW_LINE_TABLE_LOCATIONS, table, len, 1, 2000000, &got));
    for (size_t i = 0; i < len; i += 2) {
        table[i] = 1;
        table[i + 1] = 1;
    }
    for (size_t i = 0; i < FORMS - 1; i++) {
        assert_true(sw_linetable_position(all_forms[i], table, len, 0, 999999, &got));
        assert_int_equal(got.line, all_forms[i] == SW_LINE_TABLE_LINETABLE ? 1000000 : 999999);
    }
    memset(table, 0x7f, len); /* one number without end */
    table[0] = 0x80 | 13 << 3;
    assert_false(sw_linetable_position(SW_LINE_TABLE_LOCATIONS, table, len, 1, 0, &got));
    free(table);
}

/* A value of the trait that was never generated. */
static void test_unknown_form(void **state)
{
    static const uint8_t table[] = {2, 1};
    struct sw_position got;

    (void)state;
    assert_false(ask((enum sw_trait_line_table)99, table, sizeof(table), 3, 0, &got));
    assert_position(&got, 0, 0, -1, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_line_steps),
        cmocka_unit_test(test_no_line),
        cmocka_unit_test(test_location_forms),
        cmocka_unit_test(test_malformed_locations),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_million),
        cmocka_unit_test(test_unknown_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
