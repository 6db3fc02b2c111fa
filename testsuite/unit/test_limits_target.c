/* SPDX-License-Identifier: MIT */
/* Limits (core/base/limits.h) on what is read of files, memory and machine code, each hit: what is
   just within it is taken, and what is one beyond is not. */
#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_target.h"
#include "layout/debug_offsets.h"
#include "runtime/candidate.h"
#include "runtime/scan.h"
#include "target/executor.h"
#include "target/symbolfile.h"
#include "target/trampoline.h"

enum { FILE_AT = 0x400000, HEADER = 0x40, DYNAMIC = 0x100000 };

struct fixture {
    struct fake_target fake;
    struct sw_memory memory;
    uint8_t *bytes; /* of the first region */
};

/* A target of one region of zeros. */
static void begin(struct fixture *f, sw_addr start, size_t size)
{
    memset(f, 0, sizeof(*f));
    fake_init(&f->fake);
    f->bytes = fake_add(&f->fake, start, size);
    memset(f->bytes, 0, size);
    fake_memory(&f->fake, &f->memory);
}

static void end(struct fixture *f)
{
    sw_memory_fini(&f->memory);
    fake_fini(&f->fake);
}

/* ---------------------------------------------------------------- files */

static void put_file(struct fixture *f, unsigned headers)
{
    fake_put_text(&f->fake, FILE_AT, "\177ELF");
    fake_put(&f->fake, FILE_AT + 32, 8, HEADER);
    fake_put(&f->fake, FILE_AT + 54, 2, 56);
    fake_put(&f->fake, FILE_AT + 56, 2, headers);
}

static void test_program_headers(void **state)
{
    static const struct sw_module module = {.base = FILE_AT};

    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        struct sw_segment segments[SW_MAX_PROGRAM_HEADERS];
        struct fixture f;
        size_t count = 0;

        begin(&f, FILE_AT, 0x10000);
        put_file(&f, SW_MAX_PROGRAM_HEADERS + over);
        assert_int_equal(
            sw_elf_segments(&f.memory, &module, segments, SW_MAX_PROGRAM_HEADERS, &count),
            over ? SW_E_CORRUPT : 0);
        assert_int_equal(count, over ? 0 : SW_MAX_PROGRAM_HEADERS);
        end(&f);
    }
}

static void put_entry(struct fixture *f, unsigned index, uint64_t tag, uint64_t value)
{
    fake_put(&f->fake, FILE_AT + DYNAMIC + 16 * (sw_addr)index, 8, tag);
    fake_put(&f->fake, FILE_AT + DYNAMIC + 16 * (sw_addr)index + 8, 8, value);
}

static void test_dynamic_entries(void **state)
{
    static const struct sw_module module = {.base = FILE_AT, .dynamic = FILE_AT + DYNAMIC};

    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        struct sw_elf_symbols symbols;
        struct fixture f;

        begin(&f, FILE_AT, 0x200000);
        for (unsigned i = 0; i < SW_MAX_DYNAMIC_ENTRIES + 1; i++)
            put_entry(&f, i, 1, 1);
        put_entry(&f, 0, 5, 0x2000);                                 /* DT_STRTAB */
        put_entry(&f, 1, 6, 0x3000);                                 /* DT_SYMTAB */
        put_entry(&f, SW_MAX_DYNAMIC_ENTRIES - 1 + over, 4, 0x4000); /* DT_HASH */
        assert_int_equal(
            sw_elf_symbols_open(&f.memory, &module, &symbols), over ? SW_E_NOT_FOUND : 0);
        end(&f);
    }
}

enum { STRINGS = FILE_AT + 0x1000, TABLE = FILE_AT + 0x100000, HASHES = FILE_AT + 0x800000 };

/* DT_HASH: the links of one chain, the last of which leads to the name that is looked for. */
static void test_hash_chain(void **state)
{
    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        uint32_t last = SW_MAX_HASH_CHAIN + over;
        struct fixture f;
        struct sw_elf_symbols symbols = {
            .memory = &f.memory, .table = TABLE, .strings = STRINGS, .hash = HASHES};
        sw_addr found = 0;

        begin(&f, FILE_AT, 0x900000);
        fake_put(&f.fake, HASHES, 4, 1);
        fake_put(&f.fake, HASHES + 8, 4, 1);
        for (uint32_t i = 1; i < last; i++)
            fake_put(&f.fake, HASHES + 12 + 4 * (sw_addr)i, 4, i + 1);
        fake_put_text(&f.fake, STRINGS + 16, "wanted");
        fake_put(&f.fake, TABLE + 24 * (sw_addr)last, 4, 16);
        fake_put(&f.fake, TABLE + 24 * (sw_addr)last + 6, 2, 1);
        fake_put(&f.fake, TABLE + 24 * (sw_addr)last + 8, 8, 0x77);
        assert_int_equal(
            sw_elf_symbols_find(&symbols, "wanted", &found), over ? SW_E_NOT_FOUND : 0);
        assert_int_equal(found, over ? 0 : 0x77);
        /* One that comes back to itself. */
        fake_put(&f.fake, HASHES + 12 + 8, 4, 2);
        sw_memory_invalidate(&f.memory);
        assert_int_equal(sw_elf_symbols_find(&symbols, "wanted", &found), SW_E_NOT_FOUND);
        end(&f);
    }
}

/* DT_GNU_HASH: a chain that no hash ends. */
static void test_gnu_hash_chain(void **state)
{
    struct fixture f;
    struct sw_elf_symbols symbols = {
        .memory = &f.memory, .table = TABLE, .strings = STRINGS, .gnu_hash = HASHES};
    sw_addr found = 0;

    (void)state;
    begin(&f, FILE_AT, 0x900000);
    for (unsigned i = 0; i < 4; i++) /* buckets, first symbol, filter words, shift */
        fake_put(&f.fake, HASHES + 4 * i, 4, (uint64_t[]){1, 1, 1, 6}[i]);
    fake_put(&f.fake, HASHES + 16, 8, UINT64_MAX);
    fake_put(&f.fake, HASHES + 24, 4, 1);
    assert_int_equal(sw_elf_symbols_find(&symbols, "wanted", &found), SW_E_LIMIT);
    end(&f);
}

/* ---------------------------------------------------------------- memory */

static void read_pages(struct fixture *f, unsigned count)
{
    uint8_t byte;

    for (unsigned i = 0; i < count; i++)
        assert_int_equal(
            sw_memory_read(&f->memory, FILE_AT + (sw_addr)i * SW_PAGE_SIZE, &byte, 1, "x", NULL),
            0);
}

static void test_cached_pages(void **state)
{
    struct fixture f;
    uint64_t reads;

    (void)state;
    /* More than that push the first ones out. */
    for (unsigned over = 0; over < 2; over++) {
        begin(&f, FILE_AT, (size_t)(SW_MAX_CACHED_PAGES + over) * SW_PAGE_SIZE);
        read_pages(&f, SW_MAX_CACHED_PAGES + over);
        reads = f.memory.counters.reads;
        read_pages(&f, SW_MAX_CACHED_PAGES + over);
        assert_int_equal(f.memory.counters.reads > reads, over);
        end(&f);
    }
}

static void test_read_ahead(void **state)
{
    size_t largest = 0;
    struct fixture f;

    (void)state;
    begin(&f, FILE_AT, (size_t)SW_MAX_CACHED_PAGES * SW_PAGE_SIZE);
    read_pages(&f, SW_MAX_CACHED_PAGES);
    for (unsigned i = 0; i < f.fake.reads; i++)
        if (f.fake.log[i].len > largest)
            largest = f.fake.log[i].len;
    assert_int_equal(largest, SW_MAX_READ_AHEAD_PAGES * SW_PAGE_SIZE);
    end(&f);
}

/* ---------------------------------------------------------------- machine code */

static const uint8_t shim[] = {0x41, 0x57, 0x41, 0x56, 0x41, 0x55, 0x41, 0x54, 0x53, 0x49, 0x89,
    0xfc, 0x49, 0x89, 0xf5, 0x49, 0x89, 0xd6, 0xe8, 1, 2, 3, 4, 0x5b, 0x41, 0x5c, 0x41, 0x5d, 0x41,
    0x5e, 0x41, 0x5f, 0xc3};

static void test_executor_pages(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f, FILE_AT, (size_t)(SW_MAX_EXECUTOR_PAGES + 1) * SW_PAGE_SIZE);
    memcpy(f.bytes, shim, sizeof(shim));
    assert_true(
        sw_executor_has(&f.memory, FILE_AT + (SW_MAX_EXECUTOR_PAGES - 1) * SW_PAGE_SIZE + 8));
    assert_false(sw_executor_has(&f.memory, FILE_AT + SW_MAX_EXECUTOR_PAGES * SW_PAGE_SIZE + 8));
    end(&f);
}

static const uint8_t copy[] = {0x48, 0x83, 0xec, 0x08, 0xff, 0xd1, 0x48, 0x83, 0xc4, 0x08, 0xc3};

enum { SPACING = 16 };

/* Memory that is full of trampolines: one region of it is taken, upwards and downwards. */
static void test_trampoline_region(void **state)
{
    const size_t size = SW_MAX_TRAMPOLINE_REGION + 0x10000;

    (void)state;
    for (unsigned up = 0; up < 2; up++) {
        struct sw_trampoline_region region;
        struct sw_trampoline trampoline;
        struct fixture f;

        begin(&f, FILE_AT, size);
        for (size_t at = 0; at + sizeof(copy) <= size; at += SPACING)
            memcpy(f.bytes + at, copy, sizeof(copy));
        assert_int_equal(
            sw_trampoline_find(&f.memory, FILE_AT + (up ? 0 : size - SPACING), &trampoline), 0);
        assert_int_equal(sw_trampoline_region_read(&f.memory, &trampoline, &region), 0);
        assert_int_equal(region.size, SW_MAX_TRAMPOLINE_REGION + sizeof(copy));
        free(region.bytes);
        end(&f);
    }
}

/* The bytes themselves would be too many: they are not looked at. */
static void test_symbol_file(void **state)
{
    static uint8_t bytes[1];
    struct sw_trampoline_region region = {.start = 0x1000,
        .spacing = UINT32_MAX,
        .form = sw_trampoline_form_of("x86_64", copy, sizeof(copy)),
        .bytes = bytes,
        .size = SW_MAX_SYMBOL_FILE};
    uint8_t *made = NULL;
    size_t len;

    (void)state;
    assert_non_null(region.form);
    assert_int_equal(sw_symbol_file_make(&region, 1, NULL, 0, &made, &len), SW_E_LIMIT);
    assert_null(made);
}

/* A process with more mappings than are looked at counts as one that may have made code: this one.
 */
static void test_mappings(void **state)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), count = SW_MAX_MAPPINGS;
    struct sw_unwinder *unwinder = NULL;
    struct fixture f;
    uint8_t *memory;

    (void)state;
    begin(&f, FILE_AT, SW_PAGE_SIZE);
    f.fake.info.kind = SW_TARGET_LIVE;
    f.fake.info.pid = getpid();
    assert_int_equal(sw_unwinder_create(&f.fake.info, &f.fake.ops, &f.fake, NULL, &unwinder), 0);
    assert_false(sw_unwinder_is_needed(unwinder));
    memory = mmap(NULL, page * count, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(memory != MAP_FAILED);
    /* Neighbours of other permissions are mappings of their own. */
    for (size_t i = 0; i < count; i += 2)
        assert_int_equal(mprotect(memory + i * page, page, PROT_READ), 0);
    sw_unwinder_invalidate(unwinder);
    assert_true(sw_unwinder_is_needed(unwinder));
    munmap(memory, page * count);
    sw_unwinder_invalidate(unwinder);
    assert_false(sw_unwinder_is_needed(unwinder));
    sw_unwinder_destroy(unwinder);
    end(&f);
}

/* ---------------------------------------------------------------- runtimes */

static int endless_sections(
    void *ctx, const char *name, unsigned index, sw_addr *ret_addr, uint64_t *ret_size)
{
    (void)ctx;
    (void)name;
    *ret_addr = 0x1000 + index * 0x1000;
    *ret_size = 0x1000;
    return 0;
}

static int endless_symbols(void *ctx, const char *name, unsigned index, sw_addr *ret_addr)
{
    (void)ctx;
    *ret_addr = 0x1000000 + (strcmp(name, "_PyRuntime") == 0 ? 0 : 0x100000) + index * 0x1000;
    return 0;
}

static void test_runtimes(void **state)
{
    (void)state;
    for (unsigned symbols = 0; symbols < 2; symbols++) {
        static const struct sw_modules none;
        struct sw_candidates candidates = {0};
        struct fixture f;

        begin(&f, FILE_AT, SW_PAGE_SIZE);
        if (symbols)
            f.fake.ops.symbol = endless_symbols;
        else
            f.fake.ops.section = endless_sections;
        fake_memory(&f.fake, &f.memory);
        assert_int_equal(sw_candidates_find(&f.memory, &none, NULL, &candidates), 0);
        assert_int_equal(candidates.count, SW_MAX_RUNTIMES);
        sw_candidates_fini(&candidates);
        end(&f);
    }
}

/* ---------------------------------------------------------------- the scan */

/* Writable data of a file whose name tells no version. */
static void begin_scan(struct fixture *f, size_t size, struct sw_runtimes *runtimes)
{
    static struct sw_module module = {.path = "/opt/program", .base = FILE_AT};

    begin(f, FILE_AT, size + SW_PAGE_SIZE);
    put_file(f, 1);
    fake_put(&f->fake, FILE_AT + HEADER, 4, 1);     /* PT_LOAD */
    fake_put(&f->fake, FILE_AT + HEADER + 4, 4, 6); /* PF_R | PF_W */
    fake_put(&f->fake, FILE_AT + HEADER + 16, 8, SW_PAGE_SIZE);
    fake_put(&f->fake, FILE_AT + HEADER + 40, 8, size);
    memset(runtimes, 0, sizeof(*runtimes));
    runtimes->modules.items = &module;
    runtimes->modules.count = 1;
}

/* Where a table of offsets begins; when one of an unknown version is come to, it is named. */
enum { UNKNOWN = 0x036300f0 };

static void put_table(struct fixture *f, size_t at, uint32_t hexversion)
{
    memcpy(f->bytes + SW_PAGE_SIZE + at, SW_DEBUG_OFFSETS_COOKIE, 8);
    fake_put(&f->fake, FILE_AT + SW_PAGE_SIZE + at + 8, 8, hexversion);
}

static enum sw_status scan(struct fixture *f, struct sw_runtimes *runtimes)
{
    assert_int_equal(sw_runtimes_scan(&f->memory, NULL, runtimes), 0);
    assert_int_equal(runtimes->count, 0);
    end(f);
    return runtimes->problem.status;
}

static void test_scan_tries(void **state)
{
    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        struct sw_runtimes runtimes;
        struct fixture f;

        begin_scan(&f, 0x10000, &runtimes);
        /* Others are of a version that is known, and have nothing in them. */
        for (unsigned i = 0; i < SW_MAX_SCAN_TRIES - 1 + over; i++)
            put_table(&f, 32 * (size_t)i, 0x030d00f0);
        put_table(&f, 32 * (size_t)(SW_MAX_SCAN_TRIES - 1 + over), UNKNOWN);
        assert_int_equal(scan(&f, &runtimes), over ? SW_OK : SW_E_UNSUPPORTED);
    }
}

static void test_scan_bytes(void **state)
{
    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        struct sw_runtimes runtimes;
        struct fixture f;

        begin_scan(&f, SW_MAX_SCAN_BYTES + 0x10000, &runtimes);
        put_table(&f, SW_MAX_SCAN_BYTES - 64 + 64 * over, UNKNOWN);
        assert_int_equal(scan(&f, &runtimes), over ? SW_OK : SW_E_UNSUPPORTED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_program_headers),
        cmocka_unit_test(test_dynamic_entries),
        cmocka_unit_test(test_hash_chain),
        cmocka_unit_test(test_gnu_hash_chain),
        cmocka_unit_test(test_cached_pages),
        cmocka_unit_test(test_read_ahead),
        cmocka_unit_test(test_executor_pages),
        cmocka_unit_test(test_trampoline_region),
        cmocka_unit_test(test_symbol_file),
        cmocka_unit_test(test_mappings),
        cmocka_unit_test(test_runtimes),
        cmocka_unit_test(test_scan_tries),
        cmocka_unit_test(test_scan_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
