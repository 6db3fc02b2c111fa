/* SPDX-License-Identifier: MIT */
/* core/target/symbolfile.c: the file is read by elfutils, and its unwind rules must be those of
   sw_trampoline_find() at every instruction. */
#define _GNU_SOURCE /* memfd_create() */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <dwarf.h>
#include <elfutils/libdw.h>

#include "fake_target.h"
#include "target/symbolfile.h"

enum { FIRST = 0x7000001000, SECOND = 0x7000400000, COPIES = 5 };

struct fixture {
    struct fake_target fake;
    struct sw_memory memory;
    const struct sw_trampoline_form *form;
    struct sw_trampoline_region regions[2];
};

static const uint8_t x86[] = {
    0xf3, 0x0f, 0x1e, 0xfa, 0x55, 0x48, 0x89, 0xe5, 0xff, 0xd1, 0x5d, 0xc3};
static const uint8_t x86_plain[] = {
    0x48, 0x83, 0xec, 0x08, 0xff, 0xd1, 0x48, 0x83, 0xc4, 0x08, 0xc3};
static const uint8_t arm[] = {0x5f, 0x24, 0x03, 0xd5, 0xfd, 0x7b, 0xbf, 0xa9, 0xfd, 0x03, 0x00,
    0x91, 0x60, 0x00, 0x3f, 0xd6, 0xfd, 0x7b, 0xc1, 0xa8, 0xc0, 0x03, 0x5f, 0xd6};

static void put_copies(
    struct fixture *f, sw_addr start, const uint8_t *code, size_t size, unsigned spacing)
{
    fake_add(&f->fake, start, 0x1000);
    for (unsigned copy = 0; copy < COPIES; copy++)
        for (size_t i = 0; i < size; i++)
            fake_put(&f->fake, start + copy * spacing + i, 1, code[i]);
}

/* A target with two regions, and what is read of them from a trampoline in the middle. */
static void begin(struct fixture *f, const char *machine, const uint8_t *code, size_t size)
{
    static const unsigned spacings[] = {32, 0};

    fake_init(&f->fake);
    strcpy(f->fake.info.machine, machine);
    for (unsigned i = 0; i < 2; i++)
        put_copies(f, i ? SECOND : FIRST, code, size, spacings[i] ? spacings[i] : (unsigned)size);
    fake_memory(&f->fake, &f->memory);
    for (unsigned i = 0; i < 2; i++) {
        struct sw_trampoline trampoline;
        unsigned spacing = spacings[i] ? spacings[i] : (unsigned)size;
        sw_addr start = i ? SECOND : FIRST;

        assert_int_equal(sw_trampoline_find(&f->memory, start + 2 * spacing, &trampoline), 0);
        assert_int_equal(sw_trampoline_region_read(&f->memory, &trampoline, &f->regions[i]), 0);
        assert_int_equal(f->regions[i].start, start);
        assert_int_equal(f->regions[i].spacing, spacing);
        assert_int_equal(f->regions[i].size, (COPIES - 1) * spacing + size);
        f->form = trampoline.form;
    }
}

static void end(struct fixture *f)
{
    for (unsigned i = 0; i < 2; i++)
        free(f->regions[i].bytes);
    sw_memory_fini(&f->memory);
    fake_fini(&f->fake);
}

static Elf *open_elf(const uint8_t *bytes, size_t len, int *ret_fd)
{
    Elf *elf;

    *ret_fd = memfd_create("symbols", 0);
    assert_true(*ret_fd >= 0);
    assert_int_equal(write(*ret_fd, bytes, len), len);
    elf_version(EV_CURRENT);
    elf = elf_begin(*ret_fd, ELF_C_READ, NULL);
    assert_non_null(elf);
    return elf;
}

/* The canonical frame address must be `offset` bytes above the stack pointer. */
static void check_rules(
    Dwarf_CFI *cfi, const struct fixture *f, sw_addr start, const struct sw_trampoline_step *step)
{
    const bool is_x86 = strcmp(f->form->machine, "x86_64") == 0;
    Dwarf_Frame *frame = NULL;
    Dwarf_Op *ops, memory[3];
    size_t count;

    assert_int_equal(dwarf_cfi_addrframe(cfi, start + step->offset, &frame), 0);
    assert_int_equal(dwarf_frame_cfa(frame, &ops, &count), 0);
    assert_int_equal(count, 1);
    assert_int_equal(ops[0].atom, DW_OP_bregx);
    assert_int_equal(ops[0].number, is_x86 ? 7 : 31);
    assert_int_equal(ops[0].number2, step->cfa);
    assert_int_equal(dwarf_frame_register(frame, is_x86 ? 6 : 29, memory, &ops, &count), 0);
    if (step->has_pointer) {
        assert_int_equal(count, 2); /* the CFA plus -16 */
        assert_int_equal(ops[0].atom, DW_OP_call_frame_cfa);
        assert_int_equal(ops[1].number, (Dwarf_Word)-16);
    } else {
        assert_int_equal(count, 0); /* as it is */
    }
    free(frame);
}

static void check_symbol(Elf *elf, Elf_Scn *section, unsigned index, const char *name, sw_addr addr)
{
    Elf_Data *data = elf_getdata(section, NULL);
    GElf_Shdr header;
    GElf_Sym symbol;

    assert_non_null(gelf_getshdr(section, &header));
    assert_non_null(gelf_getsym(data, (int)index, &symbol));
    assert_string_equal(elf_strptr(elf, header.sh_link, symbol.st_name), name);
    assert_int_equal(symbol.st_value, addr);
    assert_int_equal(GELF_ST_TYPE(symbol.st_info), STT_FUNC);
}

static void check_file(const uint8_t *code, size_t size, const char *machine)
{
    struct fixture f = {.form = NULL};
    const struct sw_symbol symbols[] = {
        {FIRST + 32, size, "py::first:/a.py"},
        {FIRST - 64, size, "outside"},
        {SECOND, size, "py::second:/a.py"},
    };
    uint8_t *bytes;
    size_t len, index;
    Elf *elf;
    Dwarf *dwarf;
    Dwarf_CFI *cfi;
    Elf_Scn *section = NULL;
    bool has_symbols = false;
    int fd;

    begin(&f, machine, code, size);
    assert_int_equal(sw_symbol_file_make(f.regions, 2, symbols, 3, &bytes, &len), 0);
    elf = open_elf(bytes, len, &fd);
    assert_int_equal(elf_getphdrnum(elf, &index), 0);
    assert_int_equal(index, 2);
    while ((section = elf_nextscn(elf, section)) != NULL) {
        GElf_Shdr header;

        assert_non_null(gelf_getshdr(section, &header));
        if (header.sh_type != SHT_SYMTAB)
            continue;
        has_symbols = true;
        assert_int_equal(header.sh_size / header.sh_entsize, 3);
        check_symbol(elf, section, 1, "py::first:/a.py", FIRST + 32);
        check_symbol(elf, section, 2, "py::second:/a.py", SECOND);
    }
    assert_true(has_symbols);
    dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
    assert_non_null(dwarf);
    cfi = dwarf_getcfi(dwarf);
    assert_non_null(cfi);
    for (unsigned region = 0; region < 2; region++)
        for (unsigned copy = 0; copy < COPIES; copy++)
            for (unsigned step = 0; step < f.form->step_count; step++)
                check_rules(cfi, &f, f.regions[region].start + copy * f.regions[region].spacing,
                    &f.form->steps[step]);
    dwarf_end(dwarf);
    elf_end(elf);
    close(fd);
    free(bytes);
    end(&f);
}

static void test_x86(void **unused)
{
    (void)unused;
    check_file(x86, sizeof(x86), "x86_64");
    check_file(x86_plain, sizeof(x86_plain), "x86_64");
}

static void test_arm(void **unused)
{
    (void)unused;
    check_file(arm, sizeof(arm), "aarch64");
}

static void test_limits(void **unused)
{
    struct sw_trampoline_region region = {.start = 0};
    uint8_t *bytes;
    size_t len;

    (void)unused;
    assert_int_equal(sw_symbol_file_make(&region, 0, NULL, 0, &bytes, &len), SW_E_LIMIT);
    assert_int_equal(
        sw_symbol_file_make(&region, SW_MAX_TRAMPOLINE_REGIONS + 1, NULL, 0, &bytes, &len),
        SW_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_x86),
        cmocka_unit_test(test_arm),
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
