/* SPDX-License-Identifier: MIT */
/* core/target/corefile.c and mapped.c: core files of both classes and byte orders, made by hand. */
#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "fake_target.h"
#include "target/corefile.h"
#include "target/elf.h"

/* Where things are in the file. */
enum { PHDR = 0x40, NOTE = 0x1000, DATA = 0x4000, NOTE_SIZE = 0x1000, NT_FILE = 0x46494c45 };

/* Where the process had its program and its heap. */
enum { PROGRAM = 0x400000, HEAP = 0x600000, PAGE = 0x1000 };

struct made {
    char path[64];
    FILE *file;
    unsigned word;
    bool big_endian;
};

static void put(struct made *made, uint64_t offset, unsigned width, uint64_t value)
{
    uint8_t bytes[8];

    for (unsigned i = 0; i < width; i++)
        bytes[i] = (uint8_t)(value >> 8 * (made->big_endian ? width - 1 - i : i));
    assert_int_equal(fseeko(made->file, (off_t)offset, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, width, made->file), width);
}

static void put_text(struct made *made, uint64_t offset, const char *text)
{
    assert_int_equal(fseeko(made->file, (off_t)offset, SEEK_SET), 0);
    assert_int_equal(fwrite(text, 1, strlen(text) + 1, made->file), strlen(text) + 1);
}

struct header {
    unsigned type, flags;
    uint64_t offset, addr, in_file, in_memory;
};

static void put_header(struct made *made, unsigned index, const struct header *header)
{
    bool wide = made->word == 8;
    uint64_t at = PHDR + (uint64_t)index * (wide ? 56 : 32);

    put(made, at, 4, header->type);
    put(made, at + (wide ? 4 : 24), 4, header->flags);
    put(made, at + (wide ? 8 : 4), made->word, header->offset);
    put(made, at + (wide ? 16 : 8), made->word, header->addr);
    put(made, at + (wide ? 32 : 16), made->word, header->in_file);
    put(made, at + (wide ? 40 : 20), made->word, header->in_memory);
}

/* A program of a read-only page that was dumped and one that was not, its variables, of which one
   page was dumped; a heap of two pages, and one of which nothing was dumped. */
static const struct header usual[] = {
    {4, 0, NOTE, 0, NOTE_SIZE, 0},
    {1, 4, DATA, PROGRAM, PAGE, 2 * PAGE},
    {1, 6, DATA + PAGE, PROGRAM + 2 * PAGE, PAGE, 2 * PAGE},
    {1, 6, DATA + 3 * PAGE, HEAP + 4 * PAGE, 0, PAGE},
    {1, 6, DATA + 2 * PAGE, HEAP, 2 * PAGE, 2 * PAGE},
};

enum { USUAL = 5, WHOLE = DATA + 4 * PAGE };

static void put_file_note(struct made *made, uint64_t at, uint64_t size)
{
    uint64_t data = at + 12 + 8;
    const uint64_t words[] = {
        2, PAGE, PROGRAM, PROGRAM + 2 * PAGE, 0, PROGRAM + 2 * PAGE, PROGRAM + 4 * PAGE, 2};

    put(made, at, 4, 5);
    put(made, at + 4, 4, size);
    put(made, at + 8, 4, NT_FILE);
    put_text(made, at + 12, "CORE");
    for (unsigned i = 0; i < 8; i++)
        put(made, data + (uint64_t)i * made->word, made->word, words[i]);
    put_text(made, data + 8 * made->word, "/usr/bin/python3.12");
    put_text(made, data + 8 * made->word + 20, "/usr/bin/python3.12");
}

static void begin(struct made *made, unsigned word, bool big_endian)
{
    static const uint8_t magic[] = {0x7f, 'E', 'L', 'F'};
    int descriptor;

    snprintf(made->path, sizeof(made->path), "/tmp/sidewinder-core-XXXXXX");
    descriptor = mkstemp(made->path);
    assert_true(descriptor >= 0);
    made->file = fdopen(descriptor, "w+b");
    made->word = word;
    made->big_endian = big_endian;
    assert_int_equal(fwrite(magic, 1, 4, made->file), 4);
    put(made, 4, 1, word == 8 ? 2 : 1);
    put(made, 5, 1, big_endian ? 2 : 1);
    put(made, 16, 2, 4); /* ET_CORE */
    put(made, word == 8 ? 32 : 28, word, PHDR);
    put(made, word == 8 ? 54 : 42, 2, word == 8 ? 56 : 32);
    put(made, word == 8 ? 56 : 44, 2, USUAL);
    for (unsigned i = 0; i < USUAL; i++)
        put_header(made, i, &usual[i]);
    put_file_note(made, NOTE, 0x200);
    put(made, WHOLE - 1, 1, 0);
}

static void finish(struct made *made)
{
    fclose(made->file);
    unlink(made->path);
}

static int look(struct made *made, struct sw_corefile *ret_core)
{
    fflush(made->file);
    return sw_corefile_read(made->path, ret_core);
}

static void test_whole(void **state)
{
    (void)state;
    for (unsigned form = 0; form < 4; form++) {
        struct sw_corefile core = {0};
        struct made made;

        begin(&made, form & 1 ? 8 : 4, form & 2);
        assert_int_equal(look(&made, &core), 0);
        assert_int_equal(core.segment_count, USUAL - 1);
        assert_int_equal(core.segments[3].start, HEAP + 4 * PAGE);
        assert_false(sw_corefile_is_cut_off(&core));
        assert_int_equal(core.mapping_count, 2);
        assert_int_equal(core.mappings[1].offset, 2 * PAGE);
        assert_string_equal(core.mappings[1].path, "/usr/bin/python3.12");
        assert_int_equal(sw_corefile_state(&core, PROGRAM + 8, 8), SW_CORE_HAS);
        assert_int_equal(sw_corefile_state(&core, HEAP, 2 * PAGE), SW_CORE_HAS);
        /* What was left out of a file is in the file; what the process had for itself is nowhere.
         */
        assert_int_equal(sw_corefile_state(&core, PROGRAM + PAGE, 8), SW_CORE_HAS);
        assert_int_equal(sw_corefile_state(&core, PROGRAM + 3 * PAGE, 8), SW_CORE_HAS);
        assert_int_equal(sw_corefile_state(&core, HEAP + 4 * PAGE, 8), SW_CORE_LEFT_OUT);
        assert_int_equal(sw_corefile_state(&core, HEAP, 5 * PAGE), SW_CORE_LEFT_OUT);
        /* Nothing is known of what no segment has. */
        assert_int_equal(sw_corefile_state(&core, HEAP + 2 * PAGE, PAGE), SW_CORE_HAS);
        assert_int_equal(sw_corefile_state(&core, UINT64_MAX, 1), SW_CORE_HAS);
        sw_corefile_fini(&core);
        finish(&made);
    }
}

static void test_cut_off(void **state)
{
    struct sw_corefile core = {0};
    struct made made;

    (void)state;
    begin(&made, 8, false);
    fflush(made.file);
    assert_int_equal(truncate(made.path, DATA + 2 * PAGE + 16), 0);
    assert_int_equal(look(&made, &core), 0);
    assert_true(sw_corefile_is_cut_off(&core));
    assert_int_equal(core.whole_size, WHOLE);
    assert_int_equal(sw_corefile_state(&core, PROGRAM + 2 * PAGE, PAGE), SW_CORE_HAS);
    assert_int_equal(sw_corefile_state(&core, HEAP, 16), SW_CORE_HAS);
    assert_int_equal(sw_corefile_state(&core, HEAP + 15, 2), SW_CORE_CUT_OFF);
    assert_int_equal(sw_corefile_state(&core, HEAP + PAGE, 1), SW_CORE_CUT_OFF);
    /* A range that begins in front of the segment. */
    assert_int_equal(sw_corefile_state(&core, HEAP - 8, 32), SW_CORE_CUT_OFF);
    assert_int_equal(sw_corefile_state(&core, HEAP - 8, 8), SW_CORE_HAS);
    sw_corefile_fini(&core);
    finish(&made);
}

static void test_no_core(void **state)
{
    struct sw_corefile core = {.size = 7};
    struct made made;

    (void)state;
    assert_int_equal(sw_corefile_read("/nowhere/core", &core), SW_E_NOT_FOUND);
    assert_int_equal(sw_corefile_read("/", &core), SW_E_NOT_FOUND);
    assert_int_equal(sw_corefile_read("/dev/zero", &core), SW_E_NOT_FOUND);
    assert_int_equal(sw_corefile_read("/proc/self/exe", &core), SW_E_NOT_FOUND);
    begin(&made, 8, false);
    put(&made, 54, 2, 8); /* e_phentsize */
    assert_int_equal(look(&made, &core), SW_E_NOT_FOUND);
    finish(&made);
    assert_int_equal(core.size, 7);
}

static void test_damaged_note(void **state)
{
    /* More files than the note has room for, paths without an end, and a size beyond the file. */
    static const struct {
        uint64_t offset, value;
        size_t left;
    } damages[] = {
        {NOTE + 20, UINT64_MAX, 0},
        {NOTE + 20, UINT64_MAX / 24 + 2, 0},
        {NOTE + 20, 0x200, 0},
        {NOTE + 4, 8 * 8 + 16, 0},
        {NOTE + 4, 8 * 8 + 20, 1},
        {NOTE + 4, 0x100000, 0},
        {NOTE, UINT32_MAX, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        struct sw_corefile core = {0};
        struct made made;

        begin(&made, 8, false);
        put(&made, damages[i].offset, damages[i].offset == NOTE + 20 ? 8 : 4, damages[i].value);
        assert_int_equal(look(&made, &core), 0);
        assert_int_equal(core.mapping_count, damages[i].left);
        assert_int_equal(core.segment_count, USUAL - 1);
        sw_corefile_fini(&core);
        finish(&made);
    }
}

/* SW_MAX_CORE_SEGMENTS: a count of 32 bits stands in a section header when 16 are too few. */
static void test_segment_limit(void **state)
{
    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        struct sw_corefile core = {0};
        struct made made;
        uint64_t sections = PHDR + (uint64_t)SW_MAX_CORE_SEGMENTS * 56 + 56;

        begin(&made, 8, false);
        put(&made, 56, 2, 0xffff);
        put(&made, 40, 8, sections);
        put(&made, sections + 44, 4, SW_MAX_CORE_SEGMENTS + over);
        assert_int_equal(look(&made, &core), over ? SW_E_NOT_FOUND : 0);
        assert_int_equal(core.segment_count, over ? 0 : USUAL - 1);
        sw_corefile_fini(&core);
        finish(&made);
    }
}

/* SW_MAX_CORE_NOTES: empty ones of 12 bytes in front of that of the files. */
static void test_note_limit(void **state)
{
    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        uint64_t size = (uint64_t)(SW_MAX_CORE_NOTES - 1 + over) * 12;
        struct header header = {4, 0, WHOLE, 0, size + NOTE_SIZE, 0};
        struct sw_corefile core = {0};
        struct made made;

        begin(&made, 8, false);
        put_header(&made, 0, &header);
        put_file_note(&made, WHOLE + size, 0x200);
        put(&made, WHOLE + size + NOTE_SIZE, 1, 0);
        assert_int_equal(look(&made, &core), 0);
        assert_int_equal(core.mapping_count, over ? 0 : 2);
        sw_corefile_fini(&core);
        finish(&made);
    }
}

/* SW_MAX_CORE_FILE_NOTE */
static void test_file_note_limit(void **state)
{
    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        struct header header = {4, 0, WHOLE, 0, SW_MAX_CORE_FILE_NOTE + NOTE_SIZE, 0};
        struct sw_corefile core = {0};
        struct made made;

        begin(&made, 8, false);
        put_header(&made, 0, &header);
        put_file_note(&made, WHOLE, SW_MAX_CORE_FILE_NOTE + over);
        put(&made, WHOLE + SW_MAX_CORE_FILE_NOTE + NOTE_SIZE, 1, 0);
        assert_int_equal(look(&made, &core), 0);
        assert_int_equal(core.mapping_count, over ? 0 : 2);
        sw_corefile_fini(&core);
        finish(&made);
    }
}

/* ---------------------------------------------------------------- memory of a core */

static char core_path[64];

static int core_file(void *ctx, char *buf, size_t size)
{
    (void)ctx;
    snprintf(buf, size, "%s", core_path);
    return 0;
}

/* The debugger has bytes everywhere; those that are not in the core are not asked for. */
static void test_memory(void **state)
{
    struct fake_target fake;
    struct sw_memory memory;
    struct sw_error error;
    uint8_t buf[64];
    struct made made;

    (void)state;
    begin(&made, 8, false);
    fflush(made.file);
    assert_int_equal(truncate(made.path, DATA + 2 * PAGE + 32), 0);
    snprintf(core_path, sizeof(core_path), "%s", made.path);
    fake_init(&fake);
    fake_add(&fake, PROGRAM, 4 * PAGE);
    fake_add(&fake, HEAP, 5 * PAGE);
    fake.info.kind = SW_TARGET_CORE;
    fake.ops.core_file = core_file;
    fake_memory(&fake, &memory);
    assert_int_equal(sw_memory_read(&memory, HEAP, buf, 32, "x", &error), 0);
    assert_int_equal(buf[31], fake_byte(HEAP + 31));
    assert_int_equal(sw_memory_read(&memory, HEAP, buf, 33, "x", &error), SW_E_READ);
    assert_non_null(strstr(error.message, "the core is cut off before it"));
    assert_int_equal(sw_memory_read(&memory, HEAP + 4 * PAGE, buf, 8, "x", &error), SW_E_READ);
    assert_non_null(strstr(error.message, "the core leaves it out"));
    assert_int_equal(sw_memory_read(&memory, PROGRAM + PAGE, buf, 8, "x", &error), 0);
    sw_memory_fini(&memory);
    fake_fini(&fake);
    finish(&made);
}

/* A program at its own addresses: without a link map, the note says which file it is. */
static void test_modules(void **state)
{
    struct sw_modules modules = {0};
    struct fake_target fake;
    struct sw_memory memory;
    struct made made;

    (void)state;
    begin(&made, 8, false);
    fflush(made.file);
    snprintf(core_path, sizeof(core_path), "%s", made.path);
    fake_init(&fake);
    memset(fake_add(&fake, PROGRAM, 4 * PAGE), 0, 4 * PAGE);
    fake_put(&fake, PROGRAM, 4, 0x464c457f);
    fake_put(&fake, PROGRAM + 32, 8, PHDR);
    fake_put(&fake, PROGRAM + 54, 2, 56);
    fake_put(&fake, PROGRAM + 56, 2, 2);
    fake_put(&fake, PROGRAM + PHDR, 4, 1);
    fake_put(&fake, PROGRAM + PHDR + 16, 8, PROGRAM);
    fake_put(&fake, PROGRAM + PHDR + 56, 4, 2);
    fake_put(&fake, PROGRAM + PHDR + 56 + 16, 8, PROGRAM + 2 * PAGE);
    fake.info.kind = SW_TARGET_CORE;
    fake.ops.core_file = core_file;
    fake_memory(&fake, &memory);
    assert_int_equal(sw_modules_list(&memory, NULL, &modules), 0);
    assert_int_equal(modules.count, 1);
    assert_string_equal(modules.items[0].path, "/usr/bin/python3.12");
    assert_int_equal(modules.items[0].base, 0);
    assert_int_equal(modules.items[0].dynamic, PROGRAM + 2 * PAGE);
    sw_modules_fini(&modules);
    /* The same file elsewhere. */
    sw_memory_invalidate(&memory);
    fake_put(&fake, PROGRAM + PHDR + 16, 8, 0);
    fake_put(&fake, PROGRAM + PHDR + 56 + 16, 8, 2 * PAGE);
    assert_int_equal(sw_modules_list(&memory, NULL, &modules), 0);
    assert_int_equal(modules.items[0].base, PROGRAM);
    assert_int_equal(modules.items[0].dynamic, PROGRAM + 2 * PAGE);
    sw_modules_fini(&modules);
    sw_memory_fini(&memory);
    fake_fini(&fake);
    finish(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_no_core),
        cmocka_unit_test(test_damaged_note),
        cmocka_unit_test(test_segment_limit),
        cmocka_unit_test(test_note_limit),
        cmocka_unit_test(test_file_note_limit),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_modules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
