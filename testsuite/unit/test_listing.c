/* SPDX-License-Identifier: MIT */
/* gdb-plugin/listing.c: what gdb 13 prints for people, as it printed it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "listing.h"

static void test_auxv(void **state)
{
    static const char text[] =
        "33   AT_SYSINFO_EHDR      System-supplied DSO's ELF header 0x7f069a23f000\n"
        "17   AT_CLKTCK            Frequency of times()           100\n"
        "31   AT_EXECFN            File name of executable        0x7ffefcf5dfe9 \"/opt/a 5\"\n"
        "27   ???                                                 0x1c\n"
        "0    AT_NULL              End of vector                  0x0\n";
    static const struct sw_gdb_auxv want[] = {
        {33, 0x7f069a23f000}, {17, 100}, {31, 0x7ffefcf5dfe9}, {27, 0x1c}, {0, 0}};
    struct sw_gdb_auxv found[8];

    (void)state;
    assert_int_equal(sw_gdb_listing_auxv(text, found, 8), 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(found[i].type, want[i].type);
        assert_int_equal(found[i].value, want[i].value);
    }
    assert_int_equal(sw_gdb_listing_auxv(text, found, 2), 2);
}

static void test_sections(void **state)
{
    static const char text[] =
        "Object file: `/usr/lib/debug/93.debug', file type elf64-x86-64.\n"
        " [6]      0x7f069a0637b0->0x7f069a06b7b7 at 0x000003b4: .dynstr ALLOC READONLY\n"
        "Object file: `/lib/libc.so.6', file type elf64-x86-64.\n"
        " [6]      0x7f069a0637b0->0x7f069a06b7b7 at 0x0001a7b0: .dynstr ALLOC LOAD\n"
        " [7]      0x7f069a0638b0->0x7f069a06b8b7 at 0x0001a8b0: .dynstr2 ALLOC LOAD\n"
        " [8]      0x7f069a241b81->0x7f069a241b81 at 0x0000025c: .dynstr ALLOC READONLY\n";
    struct sw_gdb_section found[4];

    (void)state;
    assert_int_equal(sw_gdb_listing_sections(text, ".dynstr", found, 4), 1);
    assert_int_equal(found[0].addr, 0x7f069a0637b0);
    assert_int_equal(found[0].size, 0x8007);
}

static void test_function(void **state)
{
    static const struct {
        const char *text, *name;
    } cases[] = {
        {"write in section .text of /lib/libc.so.6\n", "write"},
        {"write + 4 in section .text of /lib/libc.so.6\n", "write"},
        {"write + 4 dans la section .text\n", "write"},
        {"a::b<int, char>::c(long, int) + 12 in section .text\n", "a::b<int, char>::c(long, int)"},
        {"first in section .text\nsecond in section .text\n", "first"},
        {"alone\n", "alone"},
        {"No symbol matches 0x10.\n", NULL},
        {"Kein Symbol passt auf 0x10.\n", NULL},
        {"", NULL},
        {"\n", NULL},
    };
    char name[64], small[4];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool found = sw_gdb_listing_function(cases[i].text, "0x10", name, sizeof(name));

        assert_int_equal(found, cases[i].name != NULL);
        if (found)
            assert_string_equal(name, cases[i].name);
    }
    assert_true(sw_gdb_listing_function("abcdef in", "0x10", small, sizeof(small)));
    assert_string_equal(small, "abc");
}

static void test_core(void **state)
{
    static const char text[] = "Symbols from \"/usr/bin/python3\".\n"
                               "Local core dump file:\n"
                               "\t`/tmp/it's, a core', file type elf64-x86-64.\n"
                               "\t0x0000000000400000 - 0x000000000041f000 is load1\n"
                               "Local exec file:\n"
                               "\t`/usr/bin/python3', file type elf64-x86-64.\n";
    char path[64], small[8];

    (void)state;
    assert_true(sw_gdb_listing_core(text, path, sizeof(path)));
    assert_string_equal(path, "/tmp/it's, a core");
    assert_false(sw_gdb_listing_core(text, small, sizeof(small)));
    assert_false(sw_gdb_listing_core("Symbols from \"/usr/bin/python3\".\n", path, sizeof(path)));
    assert_false(sw_gdb_listing_core("", path, sizeof(path)));
}

static void test_plain(void **state)
{
    char text[] = "~\"a \\\"quoted\\\" word\\n\"\n~\"and \\303\\244\"\n", same[] = "~as it is";

    (void)state;
    assert_int_equal(sw_gdb_listing_plain(text), strlen("a \"quoted\" word\nand \303\244"));
    assert_string_equal(text, "a \"quoted\" word\nand \303\244");
    assert_int_equal(sw_gdb_listing_plain(same), strlen("~as it is"));
    assert_string_equal(same, "~as it is");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_auxv),
        cmocka_unit_test(test_sections),
        cmocka_unit_test(test_function),
        cmocka_unit_test(test_core),
        cmocka_unit_test(test_plain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
