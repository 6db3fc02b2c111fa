/* SPDX-License-Identifier: MIT */
/* The built-in tables: every flavour of every version gives a layout that holds together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "layout/layout.h"

static const unsigned versions[][2] = {
    {2, 7},
    {3, 6},
    {3, 7},
    {3, 8},
    {3, 9},
    {3, 10},
    {3, 11},
    {3, 12},
    {3, 13},
    {3, 14},
    {3, 15},
};

#define VERSIONS (sizeof(versions) / sizeof(versions[0]))

static struct sw_flavour flavour_of(unsigned major, unsigned minor, unsigned micro)
{
    struct sw_flavour flavour = {
        .hexversion = major << 24 | minor << 16 | micro << 8 | 0xf0,
        .pointer_size = 8,
        .machine = "x86_64",
    };

    return flavour;
}

static void test_versions(void **state)
{
    (void)state;
    for (size_t i = 0; i < VERSIONS; i++)
        assert_true(sw_layout_has_version(versions[i][0], versions[i][1]));
    assert_false(sw_layout_has_version(3, 5));
    assert_false(sw_layout_has_version(3, 16));
    assert_false(sw_layout_has_version(4, 11));
    assert_false(sw_layout_has_version(2, 0x107));
}

static void test_unsupported(void **state)
{
    struct sw_flavour flavour = flavour_of(3, 99, 1);
    struct sw_layout layout;
    struct sw_layout before;
    struct sw_error error = {0};

    (void)state;
    memset(&layout, 0x5a, sizeof(layout));
    before = layout;
    assert_int_equal(sw_layout_from_table(&flavour, &error, &layout), SW_E_UNSUPPORTED);
    assert_int_equal(error.status, SW_E_UNSUPPORTED);
    assert_non_null(strstr(error.message, "3.99"));
    assert_memory_equal(&layout, &before, sizeof(layout));
    assert_int_equal(sw_layout_from_table(&flavour, NULL, &layout), SW_E_UNSUPPORTED);
    flavour = flavour_of(3, 12, 1);
    flavour.pointer_size = 2;
    assert_int_equal(sw_layout_from_table(&flavour, &error, &layout), SW_E_UNSUPPORTED);
}

/* Every present field lies within its struct, and bit fields within their unit. */
static void check_layout(const struct sw_layout *layout)
{
    for (unsigned i = 0; i < SW_F_COUNT; i++) {
        const struct sw_field *field = &layout->fields[i];
        uint32_t size = layout->sizes[sw_field_struct((enum sw_field_id)i)];
        const char *name = sw_field_name((enum sw_field_id)i);

        if (field->offset == SW_ABSENT)
            continue;
        if (size == SW_ABSENT || field->offset + field->width > size)
            fail_msg("%s at %u lies outside", name, (unsigned)field->offset);
        if (field->bits && field->bit + field->bits > 8 * field->width)
            fail_msg("%s: bits outside their unit", name);
        if (field->width && field->offset % (field->width > 4 ? 4 : field->width) != 0)
            fail_msg("%s at %u is misaligned", name, (unsigned)field->offset);
        assert_int_equal(layout->sources[i], SW_SOURCE_TABLE);
    }
    assert_int_equal(layout->sizes[SW_S_OBJECT] % layout->flavour.pointer_size, 0);
    assert_int_not_equal(layout->fields[SW_F_OBJECT_TYPE].offset, SW_ABSENT);
    assert_int_equal(layout->fields[SW_F_OBJECT_TYPE].width, layout->flavour.pointer_size);
}

static void test_all_flavours(void **state)
{
    static const char *const machines[] = {"x86_64", "aarch64", "s390x", "i386", "arm", ""};

    (void)state;
    for (size_t i = 0; i < VERSIONS; i++) {
        for (unsigned bits = 0; bits < 32; bits++) {
            for (unsigned m = 0; m < sizeof(machines) / sizeof(machines[0]); m++) {
                struct sw_flavour flavour = flavour_of(versions[i][0], versions[i][1], 9);
                struct sw_layout layout;

                flavour.debug = bits & 1;
                flavour.free_threaded = bits & 2;
                flavour.trace_refs = bits & 4;
                flavour.big_endian = bits & 8;
                flavour.pointer_size = bits & 16 ? 4 : 8;
                snprintf(flavour.machine, sizeof(flavour.machine), "%s", machines[m]);
                assert_int_equal(sw_layout_from_table(&flavour, NULL, &layout), 0);
                /* No such builds: then the rows of two flavours are mixed. */
                if (!(flavour.free_threaded && flavour.trace_refs) &&
                    !(flavour.free_threaded && flavour.big_endian))
                    check_layout(&layout);
            }
        }
    }
}

static struct sw_layout layout_of(struct sw_flavour flavour)
{
    struct sw_layout layout;

    assert_int_equal(sw_layout_from_table(&flavour, NULL, &layout), 0);
    return layout;
}

/* One known value of each kind of override, from measured builds. */
static void test_known_values(void **state)
{
    struct sw_flavour flavour = flavour_of(3, 12, 1);
    struct sw_layout layout = layout_of(flavour);

    (void)state;
    assert_int_equal(layout.fields[SW_F_FRAME_PREV_INSTR].offset, 56);
    assert_int_equal(layout.fields[SW_F_FRAME_PREV_INSTR].width, 8);
    assert_int_equal(layout.fields[SW_F_FRAME_INSTR_PTR].offset, SW_ABSENT);
    assert_int_equal(layout.sizes[SW_S_FRAME], 80);
    assert_int_equal(layout.traits.frame_chain, SW_FRAME_CHAIN_CFRAME);
    flavour.pointer_size = 4;
    snprintf(flavour.machine, sizeof(flavour.machine), "i386");
    layout = layout_of(flavour);
    assert_int_equal(layout.fields[SW_F_FRAME_PREV_INSTR].offset, 28);
    assert_int_equal(layout.fields[SW_F_DICT_KEYS].offset, 20);
    snprintf(flavour.machine, sizeof(flavour.machine), "arm");
    assert_int_equal(layout_of(flavour).fields[SW_F_DICT_KEYS].offset, 24);

    flavour = flavour_of(3, 9, 18);
    assert_int_equal(layout_of(flavour).fields[SW_F_RUNTIME_STATE_TSTATE_CURRENT].offset, 568);
    snprintf(flavour.machine, sizeof(flavour.machine), "aarch64");
    assert_int_equal(layout_of(flavour).fields[SW_F_RUNTIME_STATE_TSTATE_CURRENT].offset, 584);

    flavour = flavour_of(3, 14, 8);
    flavour.free_threaded = true;
    layout = layout_of(flavour);
    assert_int_equal(layout.fields[SW_F_FRAME_OWNER].offset, 78);
    assert_int_equal(layout.fields[SW_F_FRAME_TLBC_INDEX].offset, 72);
    assert_int_equal(layout.fields[SW_F_OBJECT_TYPE].offset, 24);
}

/* Py_DEBUG brought Py_TRACE_REFS with it up to 3.7; micro releases that moved a field. */
static void test_releases(void **state)
{
    struct sw_flavour flavour = flavour_of(2, 7, 18);
    struct sw_layout layout;

    (void)state;
    flavour.debug = true;
    layout = layout_of(flavour);
    assert_true(layout.flavour.trace_refs);
    assert_int_equal(layout.fields[SW_F_OBJECT_TYPE].offset, 24);
    flavour = flavour_of(3, 8, 18);
    flavour.debug = true;
    layout = layout_of(flavour);
    assert_false(layout.flavour.trace_refs);
    assert_int_equal(layout.fields[SW_F_OBJECT_TYPE].offset, 8);
    assert_int_equal(
        layout_of(flavour_of(3, 7, 3)).fields[SW_F_RUNTIME_STATE_TSTATE_CURRENT].offset, 1392);
    assert_int_equal(
        layout_of(flavour_of(3, 7, 4)).fields[SW_F_RUNTIME_STATE_TSTATE_CURRENT].offset, 1480);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(sw_field_name(SW_F_THREAD_STATE_NEXT), "thread_state.next");
    assert_string_equal(sw_struct_name(SW_S_THREAD_STATE), "thread_state");
    assert_int_equal(sw_field_struct(SW_F_THREAD_STATE_NEXT), SW_S_THREAD_STATE);
    assert_string_equal(sw_field_name(SW_F_COUNT), "");
    assert_string_equal(sw_struct_name(SW_S_COUNT), "");
    for (unsigned i = 0; i < SW_F_COUNT; i++) {
        const char *owner = sw_struct_name(sw_field_struct((enum sw_field_id)i));

        assert_memory_equal(sw_field_name((enum sw_field_id)i), owner, strlen(owner));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_unsupported),
        cmocka_unit_test(test_all_flavours),
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_releases),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
