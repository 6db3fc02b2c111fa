/* SPDX-License-Identifier: MIT */
/* core/value/path.c: what is no path, what leads nowhere, and what leads somewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_python.h"
#include "value/path.h"

static const struct sw_value_limits limits = {1024, 400, 20, 1024};

/* A list [7, ("x", "y")] and what is asked of it. */
struct fixture {
    struct fake_python python;
    struct sw_writer writer;
    sw_addr list, tuple, seven, x, y;
};

static void set_up(struct fixture *f, const struct fake_build *build)
{
    static const uint32_t digit[] = {7};
    sw_addr items[2];

    fake_python_init(&f->python, build);
    f->seven = fake_int(&f->python, digit, 1, false);
    items[0] = f->x = fake_ascii(&f->python, "x");
    items[1] = f->y = fake_ascii(&f->python, "y");
    f->tuple = fake_tuple(&f->python, items, 2);
    items[0] = f->seven;
    items[1] = f->tuple;
    f->list = fake_list(&f->python, items, 2);
    sw_writer_init(&f->writer, &f->python.runtime, &f->python.codes, &f->python.types, &limits);
}

static void tear_down(struct fixture *f)
{
    sw_writer_fini(&f->writer);
    fake_python_fini(&f->python);
}

/* Asks for the list and `rest`, which is put behind its address. */
static int ask(struct fixture *f, const char *rest, struct sw_error *error, sw_addr *ret_value)
{
    struct sw_frame frame = {.code = NULL};
    struct sw_found found = {.value = 77};
    char expression[256];
    int status;

    snprintf(expression, sizeof(expression), "0x%llx%s", (unsigned long long)f->list, rest);
    memset(error, 0, sizeof(*error));
    status = sw_path_find(&f->writer, &frame, expression, error, &found);
    assert_int_equal(error->status, status);
    assert_true(status == 0 || (error->message[0] && found.value == 77));
    *ret_value = found.value;
    return status;
}

static const struct fake_build builds[] = {{.major = 2, .minor = 7}, {.major = 3, .minor = 6},
    {.major = 3, .minor = 12}, {.major = 3, .minor = 15}};

static void test_found(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof(builds) / sizeof(builds[0]); i++) {
        struct sw_error error;
        struct fixture f;
        sw_addr value;

        set_up(&f, &builds[i]);
        assert_int_equal(ask(&f, "", &error, &value), 0);
        assert_int_equal(value, f.list);
        assert_int_equal(ask(&f, "[0]", &error, &value), 0);
        assert_int_equal(value, f.seven);
        assert_int_equal(ask(&f, "[-2]", &error, &value), 0);
        assert_int_equal(value, f.seven);
        assert_int_equal(ask(&f, "[1]", &error, &value), 0);
        assert_int_equal(value, f.tuple);
        assert_int_equal(ask(&f, "[1][0]", &error, &value), 0);
        assert_int_equal(value, f.x);
        assert_int_equal(ask(&f, "[-1][-1]", &error, &value), 0);
        assert_int_equal(value, f.y);
        assert_int_equal(ask(&f, ".__class__", &error, &value), 0);
        assert_int_equal(value, f.python.list_type);
        tear_down(&f);
    }
}

static void test_usage(void **state)
{
    static const char *const wrong[] = {".", "..x", ".1", ".x.", "[", "[]", "[x]", "[1", "[1x]",
        "[1.5]", "[0x]", "[99999999999999999999]", "[-99999999999999999999]", "['x", "['x'",
        "[\"x]", "['x\"]", "['x'x]", "['", "[\"", "x", " ", "]", "'", "-1", "[0] ", "[0]x", "[0]]",
        "\xff", ".\x01", "(0)"};
    static const char *const starts[] = {"", " ", "1", "1x", "-1", "0", "0x", "0xg", "0X", "(x)",
        "[0]", ".x", "'x'", "0x10000000000000000", "0x99999999999999999999999999", "@", "\x01"};
    struct sw_frame frame = {.code = NULL};
    struct sw_found found = {.value = 77};
    struct sw_error error;
    struct fixture f;
    sw_addr value;

    (void)state;
    set_up(&f, &builds[2]);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        int status = ask(&f, wrong[i], &error, &value);

        /* ".x." looks for x first. */
        if (strcmp(wrong[i], ".x.") == 0)
            assert_int_equal(status, SW_E_NOT_FOUND);
        else
            assert_int_equal(status, SW_E_USAGE);
        assert_non_null(strstr(error.message, "0x"));
    }
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        memset(&error, 0, sizeof(error));
        assert_int_equal(sw_path_find(&f.writer, &frame, starts[i], &error, &found), SW_E_USAGE);
        assert_int_equal(error.status, SW_E_USAGE);
        assert_true(error.message[0]);
        assert_int_equal(sw_path_find(&f.writer, &frame, starts[i], NULL, &found), SW_E_USAGE);
    }
    assert_int_equal(found.value, 77);
    tear_down(&f);
}

static void test_not_found(void **state)
{
    static const char *const missing[] = {"[2]", "[-3]", "[9223372036854775807]",
        "[-9223372036854775808]", "[1][2]", "[0][0]", "['x']", "[1]['x']", ".x", "[1].x", "[0].x",
        "[\"\"]"};
    struct sw_error error;
    struct fixture f;
    sw_addr value;

    (void)state;
    for (unsigned b = 0; b < sizeof(builds) / sizeof(builds[0]); b++) {
        set_up(&f, &builds[b]);
        for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
            assert_int_equal(ask(&f, missing[i], &error, &value), SW_E_NOT_FOUND);
            assert_non_null(strstr(error.message, missing[i]));
            assert_non_null(strstr(error.message, "not found"));
        }
        tear_down(&f);
    }
}

/* Lengths that are not true; the memory behind them is not there. */
static void test_damaged(void **state)
{
    static const uint64_t lengths[] = {INT32_MAX, INT64_MAX, UINT64_C(1) << 63, UINT64_MAX};
    static const char *const rests[] = {"[-1]", "[2147483646]", "[9223372036854775806]"};
    struct sw_error error;
    struct fixture f;
    sw_addr value;

    (void)state;
    set_up(&f, &builds[2]);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        fake_set(&f.python, f.list, SW_F_LIST_LENGTH, lengths[i]);
        fake_python_settle(&f.python);
        for (size_t k = 0; k < sizeof(rests) / sizeof(rests[0]); k++)
            (void)ask(&f, rests[k], &error, &value); /* says why, or what lies there */
    }
    tear_down(&f);
}

static void test_is_address(void **state)
{
    (void)state;
    assert_true(sw_path_is_address("0x10"));
    assert_true(sw_path_is_address("0X10"));
    assert_true(sw_path_is_address("0x"));
    assert_false(sw_path_is_address("0"));
    assert_false(sw_path_is_address(""));
    assert_false(sw_path_is_address("x10"));
    assert_false(sw_path_is_address(" 0x10"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_usage),
        cmocka_unit_test(test_not_found),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_is_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
