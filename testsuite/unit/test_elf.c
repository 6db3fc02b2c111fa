/* SPDX-License-Identifier: MIT */
/* core/target/elf.c: a process with a program and one library, laid out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_target.h"
#include "target/elf.h"

/* Where things are. A page each, so that 32-bit targets have room too. */
enum {
    PROGRAM = 0x400000,
    LIBRARY = 0x600000,
    SIZE = 0x10000,
    PHDR = 0x40,
    DYNAMIC = 0x1000,
    SYMBOLS = 0x2000,
    STRINGS = 0x3000,
    HASH = 0x4000,
    GNU_HASH = 0x5000,
    R_DEBUG = 0x6000,
    MAPS = 0x7000,
    NAMES = 0x8000,
};

enum { SYMBOL_COUNT = 4 };
static const char *const names[SYMBOL_COUNT] = {"", "_PyRuntime", "undefined", "Py_Version"};
static const uint32_t values[SYMBOL_COUNT] = {0, 0x9000, 0, 0x9100};

struct fixture {
    struct fake_target fake;
    struct sw_memory memory;
    struct sw_modules modules;
    unsigned pointer;
};

static void put_pointers(struct fixture *f, sw_addr at, const uint64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fake_put(&f->fake, at + i * f->pointer, f->pointer, numbers[i]);
}

static void put_program(struct fixture *f)
{
    unsigned size = f->pointer == 4 ? 32 : 56, vaddr = f->pointer == 4 ? 8 : 16;
    sw_addr at = PROGRAM + PHDR;

    fake_put(&f->fake, at, 4, 6); /* PT_PHDR */
    fake_put(&f->fake, at + vaddr, f->pointer, PHDR);
    fake_put(&f->fake, at + size, 4, 2); /* PT_DYNAMIC */
    fake_put(&f->fake, at + size + vaddr, f->pointer, DYNAMIC);
    put_pointers(f, PROGRAM + DYNAMIC, (uint64_t[]){21, PROGRAM + R_DEBUG, 0, 0}, 4);
    fake_put(&f->fake, PROGRAM + R_DEBUG + (f->pointer == 4 ? 4 : 8), f->pointer, PROGRAM + MAPS);
    put_pointers(f, PROGRAM + MAPS,
        (uint64_t[]){PROGRAM, PROGRAM + NAMES, PROGRAM + DYNAMIC, PROGRAM + MAPS + 0x100}, 4);
    put_pointers(f, PROGRAM + MAPS + 0x100,
        (uint64_t[]){LIBRARY, PROGRAM + NAMES + 0x100, LIBRARY + DYNAMIC, 0}, 4);
    fake_put_text(&f->fake, PROGRAM + NAMES, "");
    fake_put_text(&f->fake, PROGRAM + NAMES + 0x100, "/usr/lib/libpython3.13.so.1.0");
    fake_put_text(&f->fake, PROGRAM + NAMES + 0x200, "/usr/bin/embedder");
}

static uint32_t gnu_hash(const char *name)
{
    uint32_t hash = 5381;

    while (*name)
        hash = hash * 33 + (unsigned char)*name++;
    return hash;
}

/* Both kinds of hash table with one bucket each, so that every symbol is on one chain. */
static void put_library(struct fixture *f)
{
    unsigned size = f->pointer == 4 ? 16 : 24;
    sw_addr strings = LIBRARY + STRINGS, at = LIBRARY + GNU_HASH;
    uint64_t filter = UINT64_MAX >> (64 - 8 * f->pointer);
    uint32_t name_at = 0;

    for (uint32_t i = 0; i < SYMBOL_COUNT; i++) {
        sw_addr symbol = LIBRARY + SYMBOLS + (sw_addr)i * size;

        fake_put_text(&f->fake, strings + name_at, names[i]);
        fake_put(&f->fake, symbol, 4, name_at);
        fake_put(&f->fake, symbol + (f->pointer == 4 ? 4 : 8), f->pointer, values[i]);
        fake_put(&f->fake, symbol + (f->pointer == 4 ? 14 : 6), 2, values[i] ? 9 : 0);
        name_at += (uint32_t)strlen(names[i]) + 1;
        /* DT_HASH: buckets, symbols, one bucket, chains. */
        fake_put(&f->fake, LIBRARY + HASH + 12 + 4 * (sw_addr)i, 4,
            i && i + 1 < SYMBOL_COUNT ? i + 1 : 0);
        /* DT_GNU_HASH: its chain, from symbol 1. */
        if (i)
            fake_put(&f->fake, at + 16 + f->pointer + 4 + 4 * (sw_addr)(i - 1), 4,
                (gnu_hash(names[i]) & ~1u) | (i + 1 == SYMBOL_COUNT));
    }
    fake_put(&f->fake, LIBRARY + HASH, 4, 1);
    fake_put(&f->fake, LIBRARY + HASH + 4, 4, SYMBOL_COUNT);
    fake_put(&f->fake, LIBRARY + HASH + 8, 4, 1);
    for (unsigned i = 0; i < 4; i++) /* buckets, first symbol, filter words, shift */
        fake_put(&f->fake, at + 4 * i, 4, (uint64_t[]){1, 1, 1, 6}[i]);
    fake_put(&f->fake, at + 16, f->pointer, filter);
    fake_put(&f->fake, at + 16 + f->pointer, 4, 1);
}

/* `tag` is DT_HASH or DT_GNU_HASH. Pointers as glibc leaves them, or as they are in the file. */
static void put_library_dynamic(struct fixture *f, uint64_t tag, uint64_t bias)
{
    uint64_t hash = tag == 4 ? HASH : GNU_HASH;

    put_pointers(f, LIBRARY + DYNAMIC,
        (uint64_t[]){1, 99, 5, STRINGS + bias, 6, SYMBOLS + bias, tag, hash + bias, 0, 0}, 10);
}

static void build(struct fixture *f, unsigned pointer_size, bool big_endian)
{
    fake_init(&f->fake);
    f->pointer = pointer_size;
    f->fake.info.pointer_size = (uint8_t)pointer_size;
    f->fake.info.big_endian = big_endian;
    memset(fake_add(&f->fake, PROGRAM, SIZE), 0, SIZE);
    memset(fake_add(&f->fake, LIBRARY, SIZE), 0, SIZE);
    f->fake.auxv[0][0] = 3;
    f->fake.auxv[0][1] = PROGRAM + PHDR;
    f->fake.auxv[1][0] = 5;
    f->fake.auxv[1][1] = 2;
    f->fake.auxv[2][0] = 31;
    f->fake.auxv[2][1] = PROGRAM + NAMES + 0x200;
    put_program(f);
    put_library(f);
    put_library_dynamic(f, 0x6ffffef5, LIBRARY);
    fake_memory(&f->fake, &f->memory);
}

static void rebuild(struct fixture *f, unsigned pointer_size, bool big_endian)
{
    sw_modules_fini(&f->modules);
    sw_memory_fini(&f->memory);
    fake_fini(&f->fake);
    build(f, pointer_size, big_endian);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    if (!f)
        return -1;
    build(f, 8, false);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    sw_modules_fini(&f->modules);
    sw_memory_fini(&f->memory);
    fake_fini(&f->fake);
    free(f);
    return 0;
}

static void list(struct fixture *f)
{
    sw_modules_fini(&f->modules);
    sw_memory_invalidate(&f->memory);
    assert_int_equal(sw_modules_list(&f->memory, NULL, &f->modules), 0);
}

static int find(struct fixture *f, const char *name, sw_addr *ret_addr)
{
    struct sw_module library = {.base = LIBRARY, .dynamic = LIBRARY + DYNAMIC};
    struct sw_elf_symbols symbols;
    int status = sw_elf_symbols_open(&f->memory, &library, &symbols);

    return status < 0 ? status : sw_elf_symbols_find(&symbols, name, ret_addr);
}

static void check_symbols(struct fixture *f)
{
    sw_addr addr = 42;

    assert_int_equal(find(f, "_PyRuntime", &addr), 0);
    assert_int_equal(addr, LIBRARY + 0x9000);
    assert_int_equal(find(f, "Py_Version", &addr), 0);
    assert_int_equal(addr, LIBRARY + 0x9100);
    addr = 42;
    assert_int_equal(find(f, "undefined", &addr), SW_E_NOT_FOUND);
    assert_int_equal(find(f, "_PyRuntim", &addr), SW_E_NOT_FOUND);
    assert_int_equal(find(f, "interp_head", &addr), SW_E_NOT_FOUND);
    assert_int_equal(addr, 42);
}

static void check_modules(struct fixture *f)
{
    list(f);
    assert_int_equal(f->modules.count, 2);
    assert_true(f->modules.from_link_map);
    assert_string_equal(f->modules.items[0].path, "/usr/bin/embedder");
    assert_string_equal(f->modules.items[1].path, "/usr/lib/libpython3.13.so.1.0");
    assert_string_equal(sw_module_basename(&f->modules.items[1]), "libpython3.13.so.1.0");
    assert_int_equal(f->modules.items[1].base, LIBRARY);
    assert_int_equal(f->modules.items[1].dynamic, LIBRARY + DYNAMIC);
}

static void test_every_abi(void **state)
{
    struct fixture *f = *state;

    for (unsigned pointer_size = 4; pointer_size <= 8; pointer_size += 4) {
        for (int big_endian = 0; big_endian < 2; big_endian++) {
            rebuild(f, pointer_size, big_endian);
            check_modules(f);
            check_symbols(f);
            put_library_dynamic(f, 4, LIBRARY); /* the older hash table */
            sw_memory_invalidate(&f->memory);
            check_symbols(f);
            put_library_dynamic(f, 4, 0); /* a dynamic section that nobody relocated */
            sw_memory_invalidate(&f->memory);
            check_symbols(f);
        }
    }
}

static void test_few_reads(void **state)
{
    struct fixture *f = *state;
    sw_addr addr;

    list(f);
    assert_true(f->fake.reads <= 7);
    f->fake.reads = 0;
    assert_int_equal(find(f, "_PyRuntime", &addr), 0);
    assert_true(f->fake.reads <= 4);
}

static void test_without_auxv(void **state)
{
    struct fixture *f = *state;

    f->fake.auxv[0][0] = 0;
    f->fake.module_count = 1;
    strcpy(f->fake.modules[0].path, "python");
    f->fake.modules[0].base = PROGRAM;
    list(f);
    assert_int_equal(f->modules.count, 1);
    assert_false(f->modules.from_link_map);
    assert_string_equal(f->modules.items[0].path, "python");
    f->fake.module_count = 0;
    list(f);
    assert_int_equal(f->modules.count, 0);
}

/* A link map that goes round: bounded. */
static void test_cycle(void **state)
{
    struct fixture *f = *state;

    fake_put(&f->fake, PROGRAM + MAPS + 0x100 + 24, 8, PROGRAM + MAPS);
    list(f);
    assert_true(f->modules.count <= SW_MAX_MODULES);
    /* A symbol chain that goes round. */
    put_library_dynamic(f, 4, LIBRARY);
    fake_put(&f->fake, LIBRARY + HASH + 12 + 4 * 3, 4, 1);
    sw_memory_invalidate(&f->memory);
    assert_true(find(f, "interp_head", &(sw_addr){0}) < 0);
}

/* Each read fails once: something that was asked for may be missing, nothing breaks. */
static void test_nth_read_fails(void **state)
{
    struct fixture *f = *state;

    for (unsigned n = 1; n < 30; n++) {
        sw_addr addr = 42;
        int status;

        f->fake.reads = 0;
        f->fake.fail_at = n;
        list(f);
        assert_true(f->modules.count <= 2);
        sw_memory_invalidate(&f->memory);
        f->fake.reads = 0;
        status = find(f, "_PyRuntime", &addr);
        assert_true(status == 0 ? addr == LIBRARY + 0x9000 : addr == 42);
    }
}

static void test_stopped(void **state)
{
    struct fixture *f = *state;
    struct sw_modules modules = {.count = 42};
    struct sw_error error;

    f->fake.fail_at = 2;
    f->fake.fail_with = SW_E_STOPPED;
    assert_int_equal(sw_modules_list(&f->memory, &error, &modules), SW_E_STOPPED);
    assert_int_equal(error.status, SW_E_STOPPED);
    assert_int_equal(modules.count, 42);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Words of all tables overwritten by extremes. UBSan and ASan watch. */
static void test_corrupt(void **state)
{
    static const uint64_t odd[] = {0, 1, 0x7fffffff, 0x80000000, UINT32_MAX, UINT64_MAX, 32, 63,
        PROGRAM, LIBRARY + STRINGS, LIBRARY + SIZE - 1, (uint64_t)1 << 63};
    static const uint32_t tables[] = {PROGRAM + PHDR, PROGRAM + DYNAMIC, PROGRAM + R_DEBUG,
        PROGRAM + MAPS, PROGRAM + MAPS + 0x100, LIBRARY + DYNAMIC, LIBRARY + SYMBOLS,
        LIBRARY + HASH, LIBRARY + GNU_HASH};
    struct fixture *f = *state;
    uint32_t seed = 1;

    for (int round = 0; round < 3000; round++) {
        sw_addr addr;

        if (round % 3 == 0)
            rebuild(f, round & 1 ? 4 : 8, round & 2);
        put_library_dynamic(f, round & 4 ? 4 : 0x6ffffef5, LIBRARY);
        fake_put(&f->fake, tables[next_random(&seed) % 9] + 4 * (next_random(&seed) % 24), 4,
            odd[next_random(&seed) % 12]);
        list(f);
        find(f, "_PyRuntime", &addr);
        find(f, "interp_head", &addr);
    }
}

int main(void)
{
#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(test_every_abi),
        WITH_FIXTURE(test_few_reads),
        WITH_FIXTURE(test_without_auxv),
        WITH_FIXTURE(test_cycle),
        WITH_FIXTURE(test_nth_read_fails),
        WITH_FIXTURE(test_stopped),
        WITH_FIXTURE(test_corrupt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
