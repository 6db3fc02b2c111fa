/* SPDX-License-Identifier: MIT */
/* core/target/function.c: which code is a part of a function that lies elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_target.h"
#include "target/function.h"

enum { LOOP = 0x500000, LOOP_SIZE = 0x300, PART = 0x400000, PART_SIZE = 0x5000 };

static const struct sw_function part = {PART, PART_SIZE, 0};

struct fixture {
    struct fake_target fake;
    struct sw_memory memory;
    struct sw_modules modules;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct sw_place *place;

    fake_init(&f->fake);
    strcpy(f->fake.info.machine, "x86_64");
    memset(fake_add(&f->fake, LOOP, 0x1000), 0x90, 0x1000);
    fake_memory(&f->fake, &f->memory);
    /* As sw_function_find() leaves it behind. */
    place = sw_places_get(&f->modules.places, LOOP);
    place->function = (struct sw_function){LOOP, LOOP_SIZE, 0};
    place->has_function = true;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    sw_memory_fini(&f->memory);
    fake_fini(&f->fake);
    free(f);
    return 0;
}

static void put_jump(struct fixture *f, sw_addr at, sw_addr to)
{
    fake_put(&f->fake, at, 1, 0xe9);
    fake_put(&f->fake, at + 1, 4, (uint32_t)(to - at - 5));
}

static void put_branch(struct fixture *f, sw_addr at, sw_addr to)
{
    fake_put(&f->fake, at, 2, 0x840f);
    fake_put(&f->fake, at + 2, 4, (uint32_t)(to - at - 6));
}

static bool is_part(struct fixture *f, const struct sw_function *function)
{
    return sw_function_is(&f->memory, &f->modules, function, LOOP);
}

static void test_itself(void **state)
{
    struct fixture *f = *state;

    assert_true(is_part(f, &(struct sw_function){LOOP, LOOP_SIZE, 0}));
    assert_int_equal(f->fake.reads, 0);
}

static void test_part(void **state)
{
    struct fixture *f = *state;
    unsigned reads;

    put_jump(f, LOOP + 0x10, PART + 0x40);
    put_branch(f, LOOP + 0x31, PART + PART_SIZE - 1);
    put_branch(f, LOOP + LOOP_SIZE - 6, PART + 1);
    assert_true(is_part(f, &part));
    /* It is known from then on. */
    reads = f->fake.reads;
    assert_true(is_part(f, &part));
    assert_int_equal(f->fake.reads, reads);
}

static void test_other_functions(void **state)
{
    struct fixture *f = *state;

    /* Two may be bytes of other instructions; a call at the end goes to the start; what lies behind
       the loop is not the loop's. */
    put_jump(f, LOOP + 0x10, PART + 0x40);
    put_jump(f, LOOP + 0x20, PART + 0x50);
    put_jump(f, LOOP + 0x30, PART);
    put_jump(f, LOOP + 0x40, PART);
    put_jump(f, LOOP + 0x50, PART + PART_SIZE);
    put_jump(f, LOOP + LOOP_SIZE, PART + 0x60);
    put_jump(f, LOOP + LOOP_SIZE - 4, PART + 0x60);
    assert_false(is_part(f, &part));
}

static void test_small_or_unknown(void **state)
{
    struct fixture *f = *state;
    struct sw_function small = {PART, 0x800, 0};

    for (unsigned i = 0; i < 8; i++)
        put_jump(f, LOOP + 0x10 * i, PART + 0x40);
    assert_false(is_part(f, &small));
    strcpy(f->memory.info.machine, "aarch64");
    assert_false(is_part(f, &part));
    strcpy(f->memory.info.machine, "x86_64");
    assert_true(is_part(f, &part));
}

static void test_unreadable(void **state)
{
    struct fixture *f = *state;

    f->fake.fail_at = 1;
    f->fake.fail_with = SW_E_READ;
    assert_false(is_part(f, &part));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(test_part, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_functions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_small_or_unknown, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unreadable, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
