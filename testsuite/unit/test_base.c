/* SPDX-License-Identifier: MIT */
/* core/base: errors, byte order, arena, address map. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/map.h"
#include "base/status.h"

/* ---------------------------------------------------------------- errors */

static void test_fail_fills_in_all(void **state)
{
    struct sw_error error;

    (void)state;
    memset(&error, 0x55, sizeof(error));
    assert_int_equal(
        sw_fail(&error, SW_E_CORRUPT, 0x1234, "a.b", "%d of %s", 3, "them"), SW_E_CORRUPT);
    assert_int_equal(error.status, SW_E_CORRUPT);
    assert_int_equal(error.address, 0x1234);
    assert_string_equal(error.field, "a.b");
    assert_string_equal(error.message, "3 of them");
    sw_fail(&error, SW_E_READ, 0, NULL, "x");
    assert_string_equal(error.field, "");
    assert_int_equal(sw_fail(NULL, SW_E_LIMIT, 0, "a", "%s", "x"), SW_E_LIMIT);
}

static void test_fail_distrusts_text(void **state)
{
    struct sw_error error;
    char longer[1000];

    (void)state;
    sw_fail(&error, SW_E_CORRUPT, 0, "f", "a\nb\x1b[31mc\x7f\td");
    assert_string_equal(error.message, "a?b?[31mc??d");
    memset(longer, 'x', sizeof(longer));
    longer[sizeof(longer) - 1] = '\0';
    sw_fail(&error, SW_E_CORRUPT, 0, longer, "%s", longer);
    assert_int_equal(strlen(error.field), sizeof(error.field) - 1);
    assert_int_equal(strlen(error.message), sizeof(error.message) - 1);
}

static void test_status_names(void **state)
{
    (void)state;
    for (int a = SW_E_NO_MEMORY; a <= SW_OK; a++)
        for (int b = SW_E_NO_MEMORY; b <= SW_OK; b++)
            assert_int_equal(a == b,
                strcmp(sw_status_name((enum sw_status)a), sw_status_name((enum sw_status)b)) == 0);
    assert_string_equal(sw_status_name(SW_E_READ), "read");
    assert_string_equal(sw_status_name((enum sw_status) - 1000), "unknown");
    assert_string_equal(sw_version(), SW_VERSION_STRING);
}

/* ---------------------------------------------------------------- byte order */

static void test_bytes(void **state)
{
    static const uint8_t bytes[] = {0x81, 2, 3, 4, 5, 6, 7, 0x88};
    uint64_t little = 0, big = 0;

    (void)state;
    for (unsigned width = 1; width <= 8; width++) {
        uint8_t *copy = malloc(width); /* nothing behind it may be read */

        assert_non_null(copy);
        memcpy(copy, bytes, width);
        little |= (uint64_t)bytes[width - 1] << 8 * (width - 1);
        big = big << 8 | bytes[width - 1];
        assert_int_equal(sw_bytes_uint(copy, width, false), little);
        assert_int_equal(sw_bytes_uint(copy, width, true), big);
        free(copy);
    }
}

static void test_bytes_sign(void **state)
{
    (void)state;
    for (unsigned width = 1; width <= 8; width++) {
        uint64_t all = UINT64_MAX >> (64 - 8 * width);

        assert_true(sw_bytes_sign(all, width) == -1);
        assert_true(sw_bytes_sign(all >> 1, width) == (int64_t)(all >> 1));
        assert_true(sw_bytes_sign(0, width) == 0);
        assert_true(sw_bytes_sign((all >> 1) + 1, width) == -1 - (int64_t)(all >> 1));
    }
}

/* ---------------------------------------------------------------- arena */

static void test_arena(void **state)
{
    static const size_t sizes[] = {0, 1, 7, 8, 100, 16000, 16384, 100000, 3, 1};
    struct sw_arena arena = {0};
    unsigned char *got[sizeof(sizes) / sizeof(sizes[0])];

    (void)state;
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            got[i] = sw_arena_alloc(&arena, sizes[i]);
            assert_non_null(got[i]);
            assert_int_equal((uintptr_t)got[i] % _Alignof(max_align_t), 0);
            for (size_t k = 0; k < sizes[i]; k++)
                assert_int_equal(got[i][k], 0);
            memset(got[i], (int)i + 1, sizes[i]);
        }
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
            for (size_t k = 0; k < sizes[i]; k++)
                assert_int_equal(got[i][k], i + 1);
        assert_true(arena.used >= 16000 + 16384 + 100000);
        sw_arena_reset(&arena);
        assert_int_equal(arena.used, 0);
    }
    sw_arena_reset(&arena);
}

static void test_arena_refuses(void **state)
{
    struct sw_arena arena = {0};

    (void)state;
    assert_null(sw_arena_alloc(&arena, SIZE_MAX));
    assert_null(sw_arena_alloc(&arena, SIZE_MAX - 7));
    assert_null(sw_arena_alloc(&arena, SIZE_MAX / 2 + 1));
    assert_null(sw_arena_text(&arena, "x", SIZE_MAX - 1));
    assert_int_equal(arena.used, 0);
    assert_non_null(sw_arena_alloc(&arena, 8));
    sw_arena_reset(&arena);
}

static void test_arena_text(void **state)
{
    struct sw_arena arena = {0};
    char *text = sw_arena_text(&arena, "abc\0def", 7);

    (void)state;
    assert_memory_equal(text, "abc\0def", 8);
    assert_string_equal(sw_arena_text(&arena, NULL, 0), "");
    assert_string_equal(sw_arena_text(&arena, "abcdef", 3), "abc");
    sw_arena_reset(&arena);
}

/* ---------------------------------------------------------------- map */

static void test_map(void **state)
{
    enum { KEYS = 5000 };
    struct sw_map map = {0};
    static int values[KEYS];

    (void)state;
    assert_null(sw_map_get(&map, 16));
    for (int i = 0; i < KEYS; i++) {
        assert_int_equal(sw_map_put(&map, 16 * ((sw_addr)i + 1), &values[i]), 0);
        assert_int_equal(map.count, i + 1);
    }
    for (int i = 0; i < KEYS; i++) {
        assert_ptr_equal(sw_map_get(&map, 16 * ((sw_addr)i + 1)), &values[i]);
        assert_null(sw_map_get(&map, 16 * ((sw_addr)i + 1) + 1));
    }
    assert_int_equal(sw_map_put(&map, 16, &values[7]), 0);
    assert_int_equal(map.count, KEYS);
    assert_ptr_equal(sw_map_get(&map, 16), &values[7]);
    sw_map_clear(&map);
    assert_null(sw_map_get(&map, 16));
    assert_int_equal(sw_map_put(&map, 16, &values[1]), 0);
    assert_int_equal(map.count, 1);
    sw_map_clear(&map);
    sw_map_clear(&map);
}

/* Keys that a hostile target might choose: all in one place before hashing, and the largest. */
static void test_map_odd_keys(void **state)
{
    struct sw_map map = {0};
    int value;

    (void)state;
    for (sw_addr i = 1; i <= 1000; i++)
        assert_int_equal(sw_map_put(&map, i << 48, &value), 0);
    assert_int_equal(sw_map_put(&map, UINT64_MAX, &value), 0);
    for (sw_addr i = 1; i <= 1000; i++)
        assert_ptr_equal(sw_map_get(&map, i << 48), &value);
    assert_ptr_equal(sw_map_get(&map, UINT64_MAX), &value);
    assert_null(sw_map_get(&map, 1));
    sw_map_clear(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fail_fills_in_all),
        cmocka_unit_test(test_fail_distrusts_text),
        cmocka_unit_test(test_status_names),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_bytes_sign),
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_arena_refuses),
        cmocka_unit_test(test_arena_text),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_map_odd_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
