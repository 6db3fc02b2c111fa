/* SPDX-License-Identifier: MIT */
/* core/target/memory.c: what is read, how often, and what a failure says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_target.h"

/* The addresses of the tests: a mapping between two holes. */
static const sw_addr BASE = 0x7f0000100000;
enum { PAGES = 200, PAGE = SW_PAGE_SIZE };

struct fixture {
    struct fake_target fake;
    struct sw_memory memory;
    uint8_t *data;
    struct sw_error error;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    if (!f)
        return -1;
    fake_init(&f->fake);
    f->data = fake_add(&f->fake, BASE, (size_t)PAGES * PAGE);
    fake_memory(&f->fake, &f->memory);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    sw_memory_fini(&f->memory);
    sw_memory_fini(&f->memory); /* does no harm */
    fake_fini(&f->fake);
    free(f);
    return 0;
}

/* Read and compare with what the target holds. */
static void check_read(struct fixture *f, sw_addr addr, size_t len)
{
    uint8_t *buf = malloc(len ? len : 1);

    assert_non_null(buf);
    assert_int_equal(sw_memory_read(&f->memory, addr, buf, len, "x", &f->error), 0);
    for (size_t i = 0; i < len; i++)
        if (buf[i] != fake_byte(addr + i))
            fail_msg("byte %zu of the read at %#llx is wrong", i, (unsigned long long)addr);
    free(buf);
    assert_int_equal(f->memory.counters.reads, f->fake.reads);
}

static void check_failure(struct fixture *f, sw_addr addr, size_t len, int status, sw_addr where)
{
    uint8_t *buf = malloc(len);

    assert_non_null(buf);
    assert_int_equal(sw_memory_read(&f->memory, addr, buf, len, "some.field", &f->error), status);
    assert_int_equal(f->error.status, status);
    assert_int_equal(f->error.address, where);
    assert_string_equal(f->error.field, "some.field");
    free(buf);
}

static void test_nothing_is_read_early(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(f->fake.reads, 0);
    check_read(f, BASE, 0);
    assert_int_equal(f->fake.reads, 0);
}

static void test_page_is_read_once(void **state)
{
    struct fixture *f = *state;

    for (unsigned i = 0; i < PAGE; i += 8)
        check_read(f, BASE + i, 8);
    assert_int_equal(f->fake.reads, 1);
    assert_int_equal(f->fake.log[0].addr, BASE);
    assert_int_equal(f->fake.log[0].len, PAGE);
    assert_int_equal(f->memory.counters.bytes, PAGE);
    assert_int_equal(f->memory.counters.failed_reads, 0);
}

static void test_across_pages(void **state)
{
    struct fixture *f = *state;

    check_read(f, BASE + PAGE - 3, 8);
    check_read(f, BASE + 20 * PAGE - 1, 2);
    check_read(f, BASE + 40 * PAGE + 5, 2 * PAGE);
    check_read(f, BASE + 60 * PAGE + 5, 16 * PAGE);
    check_read(f, BASE + 100 * PAGE, 16 * PAGE + 1);
    check_read(f, BASE + 7, 199 * PAGE);
    check_read(f, BASE, 200 * PAGE);
}

/* More than the cache holds, in an order that no read-ahead expects, twice. */
static void test_eviction(void **state)
{
    struct fixture *f = *state;

    for (unsigned i = 0; i < 2 * PAGES; i++)
        check_read(f, BASE + (sw_addr)(i * 77 % PAGES) * PAGE + 100, 64);
}

static void test_walks_read_ahead(void **state)
{
    struct fixture *f = *state;
    unsigned up;

    for (unsigned i = 0; i < 128; i++)
        check_read(f, BASE + (sw_addr)i * PAGE + 8, 8);
    up = f->fake.reads;
    assert_true(up <= 16);
    sw_memory_invalidate(&f->memory);
    for (unsigned i = 128; i-- > 0;)
        check_read(f, BASE + (sw_addr)i * PAGE + 8, 8);
    assert_true(f->fake.reads - up <= 16);
}

/* As through many threads: the states of all in one direction, by turns with pages that follow no
   order. */
static void test_walks_by_turns(void **state)
{
    struct fixture *f = *state;
    enum { STEPS = 48, OTHERS = 3 };

    for (unsigned i = 0; i < STEPS; i++) {
        check_read(f, BASE + (sw_addr)(STEPS - i) * PAGE + 8, 8);
        for (unsigned j = 0; j < OTHERS; j++)
            check_read(f, BASE + (sw_addr)(64 + (i * OTHERS + j) * 77 % 128) * PAGE, 8);
    }
    assert_true(f->fake.reads <= STEPS * OTHERS + 12);
}

/* Read-ahead that runs into a hole must not lose what is there. */
static void test_walk_to_the_edge(void **state)
{
    struct fixture *f = *state;

    for (unsigned i = 150; i < PAGES; i++)
        check_read(f, BASE + (sw_addr)i * PAGE + 8, 8);
    check_failure(f, BASE + (sw_addr)PAGES * PAGE, 8, SW_E_READ, BASE + (sw_addr)PAGES * PAGE);
    for (unsigned i = 50; i-- > 0;)
        check_read(f, BASE + (sw_addr)i * PAGE + 8, 8);
    check_failure(f, BASE - 8, 8, SW_E_READ, BASE - 8);
}

static void test_unmapped_neighbour(void **state)
{
    struct fixture *f = *state;
    sw_addr end = BASE + (sw_addr)PAGES * PAGE;
    unsigned reads;

    check_read(f, end - 8, 8);
    check_failure(f, end - 4, 8, SW_E_READ, end);
    assert_non_null(strstr(f->error.message, "some.field"));
    check_failure(f, end - 10 * PAGE, 11 * PAGE, SW_E_READ, end);
    check_failure(f, BASE - 4, 8, SW_E_READ, BASE - 4);
    /* An absent page is remembered: only the exact bytes are tried again. */
    reads = f->fake.reads;
    check_failure(f, end, 8, SW_E_READ, end);
    assert_int_equal(f->fake.reads, reads + 1);
    assert_int_equal(f->fake.log[reads].len, 8);
}

/* The end of a truncated core: a page that is there in part. */
static void test_part_of_a_page(void **state)
{
    struct fixture *f = *state;
    sw_addr start = 0x500000000000;

    fake_add(&f->fake, start + 100, 500);
    check_read(f, start + 100, 500);
    check_read(f, start + 590, 10);
    check_failure(f, start + 590, 11, SW_E_READ, start + 590);
    check_failure(f, start + 99, 8, SW_E_READ, start + 99);
}

static void test_ends_of_the_address_space(void **state)
{
    struct fixture *f = *state;
    sw_addr last = UINT64_MAX - PAGE + 1;

    fake_add(&f->fake, last, PAGE);
    fake_add(&f->fake, 0, 2 * PAGE);
    check_read(f, 0, 16);
    check_read(f, last, PAGE - 1);
    check_read(f, PAGE, 16);
    check_failure(f, UINT64_MAX - 3, 8, SW_E_READ, UINT64_MAX - 3);
    check_failure(f, last - 8, 8, SW_E_READ, last - 8);
    sw_memory_prefetch(&f->memory, UINT64_MAX - 3, 8);
    sw_memory_prefetch(&f->memory, 8, SIZE_MAX);
}

static void test_invalidate(void **state)
{
    struct fixture *f = *state;
    uint64_t value = 0;

    fake_put(&f->fake, BASE + 16, 8, 1);
    assert_int_equal(sw_memory_uint(&f->memory, BASE + 16, 8, "x", NULL, &value), 0);
    fake_put(&f->fake, BASE + 16, 8, 2);
    assert_int_equal(sw_memory_uint(&f->memory, BASE + 16, 8, "x", NULL, &value), 0);
    assert_int_equal(value, 1);
    sw_memory_invalidate(&f->memory);
    assert_int_equal(sw_memory_uint(&f->memory, BASE + 16, 8, "x", NULL, &value), 0);
    assert_int_equal(value, 2);
    assert_int_equal(f->fake.reads, 2);
    /* Absence is forgotten too. */
    check_failure(f, BASE - 8, 8, SW_E_READ, BASE - 8);
    fake_add(&f->fake, BASE - PAGE, PAGE);
    sw_memory_invalidate(&f->memory);
    check_read(f, BASE - 8, 8);
}

static void test_prefetch(void **state)
{
    struct fixture *f = *state;

    sw_memory_prefetch(&f->memory, BASE + 10, 16 * PAGE - 10);
    assert_int_equal(f->fake.reads, 1);
    for (unsigned i = 0; i < 16; i++)
        check_read(f, BASE + (sw_addr)i * PAGE, PAGE);
    assert_int_equal(f->fake.reads, 1);
    /* Only the pages that are missing. */
    sw_memory_prefetch(&f->memory, BASE, 20 * PAGE);
    assert_int_equal(f->fake.reads, 2);
    assert_int_equal(f->fake.log[1].addr, BASE + 16 * PAGE);
    assert_int_equal(f->fake.log[1].len, 4 * PAGE);
    sw_memory_prefetch(&f->memory, BASE, 20 * PAGE);
    sw_memory_prefetch(&f->memory, BASE, 0);
    assert_int_equal(f->fake.reads, 2);
    /* Into a hole: no harm, and no more than a try. */
    sw_memory_prefetch(&f->memory, BASE + 190 * PAGE, 100 * PAGE);
    assert_true(f->fake.reads <= 3);
    check_read(f, BASE + 190 * PAGE, 10 * PAGE);
}

/* Every read of a sequence fails once, in every way: the failure is told, the next try works. */
static void test_nth_read_fails(void **state)
{
    static const int statuses[] = {SW_E_READ, SW_E_NO_MEMORY, -77};
    struct fixture *f = *state;

    for (size_t s = 0; s < sizeof(statuses) / sizeof(statuses[0]); s++) {
        for (unsigned n = 1; n <= 30; n++) {
            uint8_t buf[8];
            unsigned failed = 0;

            sw_memory_invalidate(&f->memory);
            f->fake.reads = 0;
            f->fake.fail_at = n;
            f->fake.fail_with = statuses[s];
            for (unsigned i = 0; i < 60; i++) {
                sw_addr addr = BASE + (sw_addr)(i * 7 % 40) * PAGE + PAGE - 4;
                int status = sw_memory_read(&f->memory, addr, buf, 8, "x", &f->error);

                if (status < 0) {
                    failed++;
                    assert_int_equal(f->error.status, status);
                } else {
                    for (unsigned k = 0; k < 8; k++)
                        assert_int_equal(buf[k], fake_byte(addr + k));
                }
            }
            assert_true(failed <= 1);
        }
    }
}

static void test_stopped(void **state)
{
    struct fixture *f = *state;
    unsigned reads;

    f->fake.fail_at = 2;
    f->fake.fail_with = SW_E_STOPPED;
    check_read(f, BASE, 8);
    check_failure(f, BASE + 50 * PAGE, 8, SW_E_STOPPED, BASE + 50 * PAGE);
    /* From then on nothing is asked any more, until the next command. */
    reads = f->fake.reads;
    check_failure(f, BASE + 60 * PAGE, 8, SW_E_STOPPED, BASE + 60 * PAGE);
    assert_true(sw_memory_interrupted(&f->memory));
    sw_memory_prefetch(&f->memory, BASE + 70 * PAGE, 8 * PAGE);
    assert_int_equal(f->fake.reads, reads);
    sw_memory_invalidate(&f->memory);
    assert_false(sw_memory_interrupted(&f->memory));
    check_read(f, BASE + 50 * PAGE, 8);
}

static void test_interrupted(void **state)
{
    struct fixture *f = *state;

    assert_false(sw_memory_interrupted(&f->memory));
    f->fake.interrupted = true;
    assert_true(sw_memory_interrupted(&f->memory));
    f->fake.interrupted = false;
    assert_true(sw_memory_interrupted(&f->memory));
    check_failure(f, BASE, 8, SW_E_STOPPED, BASE);
}

static void test_integers(void **state)
{
    struct fixture *f = *state;

    for (int big = 0; big < 2; big++) {
        f->fake.info.big_endian = big;
        sw_memory_fini(&f->memory);
        fake_memory(&f->fake, &f->memory);
        for (unsigned width = 1; width <= 8; width++) {
            uint64_t want = UINT64_C(0x8123456789abcdef) >> (64 - 8 * width), got = 0;
            sw_addr at = BASE + (sw_addr)(width + 10 * big) * PAGE - 3; /* across a page */

            fake_put(&f->fake, at, width, want);
            sw_memory_invalidate(&f->memory);
            assert_int_equal(sw_memory_uint(&f->memory, at, width, "x", &f->error, &got), 0);
            assert_int_equal(got, want);
        }
    }
    for (unsigned width = 0; width <= 9; width += 9) {
        uint64_t got = 42;

        assert_int_equal(
            sw_memory_uint(&f->memory, BASE, width, "x", &f->error, &got), SW_E_CORRUPT);
        assert_int_equal(got, 42);
    }
}

/* What lies alone is read by itself once there is much of it. */
static void test_lone_integers(void **state)
{
    struct fixture *f = *state;
    uint64_t got = 0;

    for (unsigned i = 0; i < 90; i++) {
        sw_addr at = BASE + (sw_addr)(i * 37 % 199) * PAGE + 24;

        assert_int_equal(sw_memory_uint_alone(&f->memory, at, 1, "x", &f->error, &got), 0);
        assert_int_equal(got, fake_byte(at));
    }
    assert_int_equal(f->fake.reads, 90);
    assert_int_equal(f->fake.log[0].len, PAGE);
    assert_int_equal(f->fake.log[89].len, 1);
    /* What is at hand is not read again, what is absent fails as ever. */
    assert_int_equal(sw_memory_uint_alone(&f->memory, BASE + 8, 1, "x", &f->error, &got), 0);
    assert_int_equal(got, fake_byte(BASE + 8));
    assert_int_equal(f->fake.reads, 90);
    assert_int_equal(
        sw_memory_uint_alone(&f->memory, BASE - 8, 8, "x", &f->error, &got), SW_E_READ);
    assert_int_equal(sw_memory_uint_alone(&f->memory, BASE, 9, "x", &f->error, &got), SW_E_CORRUPT);
    assert_int_equal(got, fake_byte(BASE + 8));
}

/* The same of a struct, which may lie on two pages. */
static void test_lone_structs(void **state)
{
    struct fixture *f = *state;
    uint8_t got[88];

    for (unsigned i = 0; i < 90; i++) {
        sw_addr at = BASE + (sw_addr)(i * 37 % 199) * PAGE + PAGE - (i % 3) * 44;

        assert_int_equal(sw_memory_read_alone(&f->memory, at, got, sizeof(got), "x", &f->error), 0);
        for (unsigned j = 0; j < sizeof(got); j++)
            assert_int_equal(got[j], fake_byte(at + j));
    }
    assert_int_equal(f->fake.log[f->fake.reads - 1].len, sizeof(got));
    assert_int_equal(
        sw_memory_read_alone(&f->memory, BASE - 44, got, sizeof(got), "x", &f->error), SW_E_READ);
    assert_int_equal(f->error.address, BASE - 44);
}

static void test_pointers_of_four_bytes(void **state)
{
    struct fixture *f = *state;
    sw_addr got = 0;

    f->fake.info.pointer_size = 4;
    f->fake.info.big_endian = true;
    fake_add(&f->fake, 0x08048000, PAGE);
    fake_put(&f->fake, 0x08048010, 4, 0xfedcba98);
    fake_put(&f->fake, 0x08048014, 4, 0xffffffff);
    sw_memory_fini(&f->memory);
    fake_memory(&f->fake, &f->memory);
    assert_int_equal(sw_memory_ptr(&f->memory, 0x08048010, "x", &f->error, &got), 0);
    assert_int_equal(got, 0xfedcba98);
    /* Addresses are counted modulo the address space. */
    assert_int_equal(sw_memory_ptr(&f->memory, 0xffffffff08048010, "x", &f->error, &got), 0);
    assert_int_equal(got, 0xfedcba98);
    got = 42;
    assert_int_equal(sw_memory_ptr(&f->memory, 0xfffffffe, "x", &f->error, &got), SW_E_READ);
    assert_int_equal(got, 42);
}

static void test_strings(void **state)
{
    struct fixture *f = *state;
    sw_addr end = BASE + (sw_addr)PAGES * PAGE;
    char buf[16];

    memset(f->data, 'x', (size_t)PAGES * PAGE);
    fake_put_text(&f->fake, BASE + 5, "hello");
    assert_int_equal(sw_memory_string(&f->memory, BASE + 5, "x", buf, sizeof(buf), NULL), 0);
    assert_string_equal(buf, "hello");
    fake_put_text(&f->fake, BASE + 3 * PAGE - 3, "across");
    assert_int_equal(
        sw_memory_string(&f->memory, BASE + 3 * PAGE - 3, "x", buf, sizeof(buf), NULL), 0);
    assert_string_equal(buf, "across");
    assert_int_equal(sw_memory_string(&f->memory, BASE + 5 * PAGE, "x", buf, sizeof(buf), NULL), 0);
    assert_string_equal(buf, "xxxxxxxxxxxxxxx");
    /* The last thing before a hole. */
    fake_put_text(&f->fake, end - 4, "end");
    sw_memory_invalidate(&f->memory);
    assert_int_equal(sw_memory_string(&f->memory, end - 4, "x", buf, sizeof(buf), NULL), 0);
    assert_string_equal(buf, "end");
    fake_put(&f->fake, end - 1, 1, 'x');
    sw_memory_invalidate(&f->memory);
    assert_int_equal(
        sw_memory_string(&f->memory, end - 4, "x", buf, sizeof(buf), &f->error), SW_E_READ);
    assert_int_equal(f->error.address, end);
}

/* An adapter compiled against an older header gives smaller structs. */
static void test_older_structs(void **state)
{
    struct fixture *f = *state;
    struct sw_memory memory;

    f->fake.ops.size = offsetof(struct sw_target_ops, auxv);
    f->fake.info.size = offsetof(struct sw_target_info, pid);
    f->fake.info.pid = 7;
    fake_memory(&f->fake, &memory);
    assert_non_null(memory.ops.read);
    assert_null(memory.ops.auxv);
    assert_null(memory.ops.interrupted);
    assert_int_equal(memory.info.pointer_size, 8);
    assert_int_equal(memory.info.pid, 0);
    assert_string_equal(memory.info.machine, "");
    assert_false(sw_memory_interrupted(&memory));
    sw_memory_fini(&memory);
}

int main(void)
{
#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(test_nothing_is_read_early),
        WITH_FIXTURE(test_page_is_read_once),
        WITH_FIXTURE(test_across_pages),
        WITH_FIXTURE(test_eviction),
        WITH_FIXTURE(test_walks_read_ahead),
        WITH_FIXTURE(test_walks_by_turns),
        WITH_FIXTURE(test_walk_to_the_edge),
        WITH_FIXTURE(test_unmapped_neighbour),
        WITH_FIXTURE(test_part_of_a_page),
        WITH_FIXTURE(test_ends_of_the_address_space),
        WITH_FIXTURE(test_invalidate),
        WITH_FIXTURE(test_prefetch),
        WITH_FIXTURE(test_nth_read_fails),
        WITH_FIXTURE(test_stopped),
        WITH_FIXTURE(test_interrupted),
        WITH_FIXTURE(test_integers),
        WITH_FIXTURE(test_lone_integers),
        WITH_FIXTURE(test_lone_structs),
        WITH_FIXTURE(test_pointers_of_four_bytes),
        WITH_FIXTURE(test_strings),
        WITH_FIXTURE(test_older_structs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
