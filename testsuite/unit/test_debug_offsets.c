/* SPDX-License-Identifier: MIT */
/* _Py_DebugOffsets as untrusted input: made-up tables, damaged ones, and those of real
 * interpreters. */
#include <elf.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "layout/debug_offsets.h"
#include "layout/table.h"

static const struct sw_table_debug_offsets *table_of(uint32_t hexversion)
{
    for (size_t i = 0; i < sw_table_debug_offsets_count; i++) {
        if (sw_table_debug_offsets[i].minor == ((hexversion >> 16) & 0xff))
            return &sw_table_debug_offsets[i];
    }
    fail();
    return NULL;
}

static void put(uint8_t *bytes, size_t position, uint64_t value, bool big_endian)
{
    for (unsigned i = 0; i < 8; i++)
        bytes[position + i] = (uint8_t)(value >> (8 * (big_endian ? 7 - i : i)));
}

static uint64_t get(const uint8_t *bytes, size_t position, bool big_endian)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < 8; i++)
        value |= (uint64_t)bytes[position + i] << (8 * (big_endian ? 7 - i : i));
    return value;
}

static struct sw_layout layout_of(
    uint32_t hexversion, bool free_threaded, uint8_t pointer_size, bool big_endian)
{
    struct sw_flavour flavour = {
        .hexversion = hexversion,
        .pointer_size = pointer_size,
        .big_endian = big_endian,
        .free_threaded = free_threaded,
    };
    struct sw_layout layout;

    snprintf(flavour.machine, sizeof(flavour.machine), "%s", pointer_size == 4 ? "i386" : "x86_64");
    assert_int_equal(sw_layout_from_table(&flavour, NULL, &layout), 0);
    return layout;
}

/* The table that a target with this layout has. Rows that are sums are made true by their second
   word, which has a value of its own. */
static size_t make_table(const struct sw_layout *layout, uint8_t *bytes)
{
    const struct sw_table_debug_offsets *table = table_of(layout->flavour.hexversion);
    bool big = layout->flavour.big_endian;

    memset(bytes, 0, SW_DEBUG_OFFSETS_MAX);
    memcpy(bytes, SW_DEBUG_OFFSETS_COOKIE, 8);
    put(bytes, 8, layout->flavour.hexversion, big);
    put(bytes, 16, layout->flavour.free_threaded, big);
    for (size_t i = 0; i < table->words_count; i++) {
        const struct sw_table_word *word = &table->words[i];
        uint64_t value =
            word->kind == SW_WORD_SIZE ? layout->sizes[word->id] : layout->fields[word->id].offset;

        if (word->free_threaded && !layout->flavour.free_threaded)
            continue;
        if (word->sign > 0) {
            if (get(bytes, word->position, big) == 0)
                put(bytes, word->position, 256, big);
            put(bytes, word->second, value - 256, big);
        } else if (word->sign < 0) {
            put(bytes, word->position, value + get(bytes, word->second, big), big);
        } else {
            put(bytes, word->position, value, big);
        }
    }
    return table->size;
}

static const uint32_t releases[] = {0x030d00f0, 0x030d0ff0, 0x030e08f0, 0x030f00f0};

#define RELEASES (sizeof(releases) / sizeof(releases[0]))

static void test_head(void **state)
{
    uint8_t bytes[24] = "xdebugpy";
    uint32_t hexversion = 1;
    bool free_threaded = true;

    (void)state;
    put(bytes, 8, 0x030e08f0, false);
    for (size_t len = 0; len < sizeof(bytes); len++)
        assert_int_equal(
            sw_debug_offsets_head(bytes, len, false, &hexversion, &free_threaded), SW_E_NOT_FOUND);
    assert_int_equal(hexversion, 1);
    assert_int_equal(sw_debug_offsets_head(bytes, 24, false, &hexversion, &free_threaded), 0);
    assert_int_equal(hexversion, 0x030e08f0);
    assert_false(free_threaded);
    put(bytes, 16, 1, false);
    assert_int_equal(sw_debug_offsets_head(bytes, 24, false, &hexversion, &free_threaded), 0);
    assert_true(free_threaded);
    put(bytes, 16, 2, false);
    assert_int_equal(
        sw_debug_offsets_head(bytes, 24, false, &hexversion, &free_threaded), SW_E_CORRUPT);
    put(bytes, 16, 0, false);
    assert_int_equal(
        sw_debug_offsets_head(bytes, 24, true, &hexversion, &free_threaded), SW_E_CORRUPT);
    put(bytes, 8, 0x030c01f0, false);
    assert_int_equal(
        sw_debug_offsets_head(bytes, 24, false, &hexversion, &free_threaded), SW_E_CORRUPT);
    put(bytes, 8, 0x100000000030e08f, false);
    assert_int_equal(
        sw_debug_offsets_head(bytes, 24, false, &hexversion, &free_threaded), SW_E_CORRUPT);
    bytes[0] = 'y';
    assert_int_equal(
        sw_debug_offsets_head(bytes, 24, false, &hexversion, &free_threaded), SW_E_NOT_FOUND);
}

static void test_size(void **state)
{
    (void)state;
    assert_int_equal(sw_debug_offsets_size(0x030d0000), 584);
    assert_int_equal(sw_debug_offsets_size(0x030e0af0), 760);
    assert_int_equal(sw_debug_offsets_size(0x030f02f0), 888);
    assert_int_equal(sw_debug_offsets_size(0x030c01f0), 0);
    assert_int_equal(sw_debug_offsets_size(0x03100000), 0);
    assert_true(888 <= SW_DEBUG_OFFSETS_MAX);
}

static void test_agree(void **state)
{
    uint8_t bytes[SW_DEBUG_OFFSETS_MAX];

    (void)state;
    for (unsigned i = 0; i < 8 * RELEASES; i++) {
        struct sw_layout layout =
            layout_of(releases[i / 8], i & 1, i & 2 ? 4 : 8, (i & 4) && !(i & 1));
        struct sw_layout table = layout;
        size_t len = make_table(&layout, bytes);
        struct sw_error error = {0};

        if (sw_debug_offsets_apply(bytes, len, &layout, &error) != 0)
            fail_msg("%u: %s", i, error.message);
        assert_int_equal(layout.disagreements, 0);
        assert_string_equal(layout.first_disagreement, "");
        assert_true(layout.from_debug_offsets > 50);
        assert_memory_equal(layout.fields, table.fields, sizeof(table.fields));
        assert_int_equal(layout.sources[SW_F_THREAD_STATE_NEXT], SW_SOURCE_DEBUG_OFFSETS);
        assert_int_equal(layout.sources[SW_F_CODE_FLAGS], SW_SOURCE_TABLE);
    }
}

/* A target that was built otherwise: its word counts, and the difference is reported. */
static void test_overlay(void **state)
{
    uint8_t bytes[SW_DEBUG_OFFSETS_MAX];
    struct sw_layout layout = layout_of(0x030d00f0, false, 8, false);
    struct sw_layout moved = layout;
    size_t len;

    (void)state;
    moved.fields[SW_F_THREAD_STATE_NATIVE_THREAD_ID].offset += 8;
    moved.fields[SW_F_GIL_STATE_LOCKED].offset += 4;
    moved.sizes[SW_S_THREAD_STATE] += 64;
    len = make_table(&moved, bytes);
    assert_int_equal(sw_debug_offsets_apply(bytes, len, &layout, NULL), 0);
    assert_int_equal(layout.disagreements, 2);
    assert_string_equal(layout.first_disagreement, "gil_state.locked: target 20, table 16");
    assert_int_equal(layout.fields[SW_F_THREAD_STATE_NATIVE_THREAD_ID].offset, 168);
    assert_int_equal(layout.fields[SW_F_GIL_STATE_LOCKED].offset, 20);
    assert_int_equal(layout.sizes[SW_S_THREAD_STATE], moved.sizes[SW_S_THREAD_STATE]);
}

static void test_truncated(void **state)
{
    uint8_t bytes[SW_DEBUG_OFFSETS_MAX];

    (void)state;
    for (unsigned i = 0; i < RELEASES; i++) {
        struct sw_layout layout = layout_of(releases[i], false, 8, false);
        struct sw_layout before = layout;
        size_t size = make_table(&layout, bytes);

        for (size_t len = 0; len < size; len++) {
            uint8_t *copy = malloc(len ? len : 1);
            struct sw_error error = {0};

            assert_non_null(copy);
            memcpy(copy, bytes, len);
            assert_int_equal(sw_debug_offsets_apply(copy, len, &layout, &error), SW_E_CORRUPT);
            assert_int_equal(error.status, SW_E_CORRUPT);
            assert_memory_equal(&layout, &before, sizeof(layout));
            free(copy);
        }
    }
}

/* Each word that is used, given a value that no offset has, rejects the whole table. */
static void test_each_word(void **state)
{
    static const uint64_t wild[] = {UINT64_MAX, 1ULL << 60, UINT32_MAX, 0x7fffffff, 1U << 25};
    uint8_t bytes[SW_DEBUG_OFFSETS_MAX];

    (void)state;
    for (unsigned i = 0; i < RELEASES; i++) {
        const struct sw_table_debug_offsets *table = table_of(releases[i]);
        struct sw_layout layout = layout_of(releases[i], true, 8, false);
        struct sw_layout before = layout;

        for (size_t w = 0; w < table->words_count; w++) {
            for (unsigned v = 0; v < sizeof(wild) / sizeof(wild[0]); v++) {
                size_t len = make_table(&layout, bytes);

                put(bytes, table->words[w].position, wild[v], false);
                assert_int_equal(sw_debug_offsets_apply(bytes, len, &layout, NULL), SW_E_CORRUPT);
                assert_memory_equal(&layout, &before, sizeof(layout));
            }
        }
    }
}

static void test_rejects(void **state)
{
    uint8_t bytes[SW_DEBUG_OFFSETS_MAX];
    struct sw_layout layout = layout_of(0x030d00f0, false, 8, false);
    struct sw_layout wrong;
    struct sw_error error = {0};
    size_t len;

    (void)state;
    wrong = layout;
    wrong.fields[SW_F_THREAD_STATE_NEXT].offset = 12;
    len = make_table(&wrong, bytes);
    assert_int_equal(sw_debug_offsets_apply(bytes, len, &layout, &error), SW_E_CORRUPT);
    assert_string_equal(error.field, "thread_state.next");
    assert_non_null(strstr(error.message, "misaligned"));
    wrong = layout;
    wrong.fields[SW_F_THREAD_STATE_NEXT].offset = layout.sizes[SW_S_THREAD_STATE] - 4;
    len = make_table(&wrong, bytes);
    assert_int_equal(sw_debug_offsets_apply(bytes, len, &layout, &error), SW_E_CORRUPT);
    assert_non_null(strstr(error.message, "outside"));
    wrong = layout;
    wrong.sizes[SW_S_FRAME] = 0;
    len = make_table(&wrong, bytes);
    assert_int_equal(sw_debug_offsets_apply(bytes, len, &layout, &error), SW_E_CORRUPT);
    assert_string_equal(error.field, "frame");

    len = make_table(&layout, bytes);
    wrong = layout_of(0x030d00f0, true, 8, false);
    assert_int_equal(sw_debug_offsets_apply(bytes, len, &wrong, &error), SW_E_CORRUPT);
    wrong = layout_of(0x030c01f0, false, 8, false);
    assert_int_equal(sw_debug_offsets_apply(bytes, len, &wrong, &error), SW_E_UNSUPPORTED);
}

/* Random damage: accepted or rejected, never a layout that reads outside a struct. */
static void test_random(void **state)
{
    uint8_t bytes[SW_DEBUG_OFFSETS_MAX];
    uint32_t random = 1;

    (void)state;
    for (unsigned round = 0; round < 50000; round++) {
        struct sw_layout layout =
            layout_of(releases[round % RELEASES], round & 4, round & 8 ? 4 : 8, false);
        struct sw_layout before = layout;
        size_t len = make_table(&layout, bytes);

        for (unsigned n = 0; n <= round % 3; n++) {
            random = random * 1664525 + 1013904223;
            bytes[24 + (random >> 8) % (len - 24)] ^= (uint8_t)(random >> 24);
        }
        if (sw_debug_offsets_apply(bytes, len, &layout, NULL) != 0) {
            assert_memory_equal(&layout, &before, sizeof(layout));
            continue;
        }
        for (unsigned i = 0; i < SW_F_COUNT; i++) {
            const struct sw_field *field = &layout.fields[i];
            uint32_t size = layout.sizes[sw_field_struct((enum sw_field_id)i)];

            if (layout.sources[i] == SW_SOURCE_DEBUG_OFFSETS)
                assert_true(field->offset + field->width <= size);
        }
    }
}

static uint8_t *read_file(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data;
    long len;

    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    len = ftell(file);
    rewind(file);
    data = malloc((size_t)len);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, (size_t)len, file), len);
    fclose(file);
    *ret_len = (size_t)len;
    return data;
}

/* The contents of .PyRuntime in a 64-bit ELF file; NULL when it has none. */
static const uint8_t *runtime_section(const uint8_t *data, size_t *ret_len)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)(const void *)data;
    const Elf64_Shdr *sections = (const Elf64_Shdr *)(const void *)(data + header->e_shoff);
    const char *names = (const char *)data + sections[header->e_shstrndx].sh_offset;

    for (unsigned i = 0; i < header->e_shnum; i++) {
        if (strcmp(names + sections[i].sh_name, ".PyRuntime") == 0) {
            *ret_len = sections[i].sh_size;
            return data + sections[i].sh_offset;
        }
    }
    return NULL;
}

/* True when the file is an interpreter with a table; then its table agrees with ours in every word.
 */
static bool check_interpreter(const char *path)
{
    size_t len;
    uint8_t *data = read_file(path, &len);
    const uint8_t *section = runtime_section(data, &len);
    uint32_t hexversion = 0;
    bool free_threaded = false;
    bool found = false;

    if (section && sw_debug_offsets_head(section, len, false, &hexversion, &free_threaded) == 0) {
        struct sw_layout layout = layout_of(hexversion, free_threaded, 8, false);
        struct sw_error error = {0};

        if (sw_debug_offsets_apply(section, len, &layout, &error) != 0)
            fail_msg("%s: %s", path, error.message);
        if (layout.disagreements != 0)
            fail_msg("%s: %s", path, layout.first_disagreement);
        print_message(
            "# %s: %x, %u fields agree\n", path, (unsigned)hexversion, layout.from_debug_offsets);
        found = true;
    }
    free(data);
    return found;
}

/* Interpreters of this machine (pyenv, the interpreter lab), whatever there is of them. */
static void test_real(void **state)
{
    static const char *const patterns[] = {
        ".pyenv/versions/3.1[3-9]*/lib/libpython3.*.so.1.0",
        ".cache/sidewinder/lab/*/usr/bin/python3.1[3-9]",
    };
    const char *home = getenv("HOME");
    unsigned found = 0;

    (void)state;
    for (unsigned i = 0; home && i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        char pattern[512];
        glob_t paths;

        snprintf(pattern, sizeof(pattern), "%s/%s", home, patterns[i]);
        if (glob(pattern, 0, NULL, &paths) == 0) {
            for (size_t p = 0; p < paths.gl_pathc; p++)
                found += check_interpreter(paths.gl_pathv[p]);
            globfree(&paths);
        }
    }
    if (found == 0)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_agree),
        cmocka_unit_test(test_overlay),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_each_word),
        cmocka_unit_test(test_rejects),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_real),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
