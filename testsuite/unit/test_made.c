/* SPDX-License-Identifier: MIT */
/* core/target/trampoline.c, executor.c, made.c: code as CPython's builds have it, executed here
   instruction by instruction to know where the caller's registers are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake_target.h"
#include "target/executor.h"
#include "target/made.h"
#include "target/trampoline.h"

enum {
    CODE = 0x10000,
    STACK = 0x20000,
    TOP = STACK + 0x800, /* the stack pointer when a function is entered */
    RETURN = 0x401234,
    POINTER = STACK + 0x900, /* the caller's frame pointer */
};

struct fixture {
    struct fake_target fake;
    struct sw_memory memory;
};

static int set_up(void **state)
{
    static struct fixture f;

    fake_init(&f.fake);
    fake_add(&f.fake, CODE, 0x1000);
    fake_add(&f.fake, STACK, 0x1000);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    sw_memory_fini(&f->memory);
    fake_fini(&f->fake);
    return 0;
}

static void put_code(struct fixture *f, sw_addr at, const uint8_t *code, size_t len)
{
    for (size_t i = 0; i < len; i++)
        fake_put(&f->fake, at + i, 1, code[i]);
}

static void begin(struct fixture *f, const char *machine)
{
    strcpy(f->fake.info.machine, machine);
    fake_memory(&f->fake, &f->memory);
}

/* ---------------------------------------------------------------- x86-64 */

/* Bytes read from processes: pyenv 3.12.1, Debian's 3.13.5, and 3.13.15 to 3.15; the last as a
   build without CET would have it. */
static const struct {
    const char *what;
    uint8_t size;
    uint8_t code[16];
} x86[] = {
    {"3.12.1", 11, {0x48, 0x83, 0xec, 0x08, 0xff, 0xd1, 0x48, 0x83, 0xc4, 0x08, 0xc3}},
    {"3.13.5", 15,
        {0xf3, 0x0f, 0x1e, 0xfa, 0x48, 0x83, 0xec, 0x08, 0xff, 0xd1, 0x48, 0x83, 0xc4, 0x08, 0xc3}},
    {"3.15.0", 12, {0xf3, 0x0f, 0x1e, 0xfa, 0x55, 0x48, 0x89, 0xe5, 0xff, 0xd1, 0x5d, 0xc3}},
    {"no CET", 8, {0x55, 0x48, 0x89, 0xe5, 0xff, 0xd1, 0x5d, 0xc3}},
};

/* A processor for these instructions. The length of the one at `code`; what it does to the stack is
   done. */
static unsigned run_x86(struct fixture *f, const uint8_t *code, struct sw_made_registers *registers)
{
    if (memcmp(code, "\xf3\x0f\x1e\xfa", 4) == 0)
        return 4;
    if (memcmp(code, "\x48\x83\xec\x08", 4) == 0) {
        registers->sp -= 8;
        return 4;
    }
    if (memcmp(code, "\x48\x83\xc4\x08", 4) == 0) {
        registers->sp += 8;
        return 4;
    }
    if (code[0] == 0x55) {
        registers->sp -= 8;
        fake_put(&f->fake, registers->sp, 8, registers->fp);
        return 1;
    }
    if (memcmp(code, "\x48\x89\xe5", 3) == 0) {
        registers->fp = registers->sp;
        return 3;
    }
    if (memcmp(code, "\xff\xd1", 2) == 0)
        return 2;
    if (code[0] == 0x5d) {
        registers->fp = POINTER;
        registers->sp += 8;
        return 1;
    }
    assert_int_equal(code[0], 0xc3);
    return 1;
}

static sw_addr saved_or(const struct sw_made_caller *caller, unsigned number, sw_addr otherwise)
{
    for (size_t i = 0; i < caller->saved_count; i++)
        if (caller->saved[i].number == number)
            return caller->saved[i].value;
    return otherwise;
}

static void test_x86(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(x86) / sizeof(x86[0]); i++) {
        struct sw_made_registers registers = {.pc = CODE + 0x100, .sp = TOP, .fp = POINTER};
        struct sw_made_caller caller;

        put_code(f, CODE + 0x100, x86[i].code, x86[i].size);
        fake_put(&f->fake, TOP, 8, RETURN);
        for (unsigned at = 0; at < x86[i].size; registers.pc = CODE + 0x100 + at) {
            begin(f, "x86_64");
            assert_int_equal(sw_made_step(&f->memory, &registers, &caller), 0);
            assert_int_equal(caller.kind, SW_MADE_TRAMPOLINE);
            assert_int_equal(caller.start, CODE + 0x100);
            assert_int_equal(caller.pc, RETURN);
            assert_int_equal(caller.sp, TOP + 8);
            assert_int_equal(saved_or(&caller, 6, registers.fp), POINTER);
            at += run_x86(f, x86[i].code + at, &registers);
            sw_memory_fini(&f->memory);
        }
        begin(f, "x86_64");
        /* Not inside an instruction, not in code that differs by one bit, not on other machines. */
        registers.pc = CODE + 0x100 + x86[i].size - 3;
        registers.sp = TOP - 64;
        if (x86[i].size > 12)
            assert_int_equal(sw_made_step(&f->memory, &registers, &caller), SW_E_NOT_FOUND);
        sw_memory_fini(&f->memory);
        registers.pc = CODE + 0x100;
        for (unsigned bit = 0; bit < 8u * x86[i].size; bit++) {
            fake_put(&f->fake, CODE + 0x100 + bit / 8, 1, x86[i].code[bit / 8] ^ 1u << bit % 8);
            begin(f, "x86_64");
            assert_int_equal(sw_made_step(&f->memory, &registers, &caller), SW_E_NOT_FOUND);
            sw_memory_fini(&f->memory);
            fake_put(&f->fake, CODE + 0x100 + bit / 8, 1, x86[i].code[bit / 8]);
        }
        begin(f, "aarch64");
        assert_int_equal(sw_made_step(&f->memory, &registers, &caller), SW_E_NOT_FOUND);
        sw_memory_fini(&f->memory);
    }
    begin(f, "x86_64");
}

static void test_edge_of_memory(void **state)
{
    struct fixture *f = *state;
    struct sw_made_registers registers = {.pc = CODE + 0x1000 - 5, .sp = TOP - 8};
    struct sw_made_caller caller;

    put_code(f, CODE + 0x1000 - 11, x86[0].code, 11);
    fake_put(&f->fake, TOP, 8, RETURN);
    begin(f, "x86_64");
    assert_int_equal(sw_made_step(&f->memory, &registers, &caller), 0);
    assert_int_equal(caller.start, CODE + 0x1000 - 11);
    assert_int_equal(caller.pc, RETURN);
    registers.sp = STACK + 0x1000;
    assert_int_equal(sw_made_step(&f->memory, &registers, &caller), SW_E_READ);
    registers.pc = CODE + 0x2000;
    assert_int_equal(sw_made_step(&f->memory, &registers, &caller), SW_E_READ);
    registers.pc = 0;
    assert_int_equal(sw_made_step(&f->memory, &registers, &caller), SW_E_READ);
    registers.pc = UINT64_MAX;
    assert_int_equal(sw_made_step(&f->memory, &registers, &caller), SW_E_READ);
}

/* ---------------------------------------------------------------- aarch64 */

enum {
    STP = 0xa9bf7bfd,
    MOV = 0x910003fd,
    BLR = 0xd63f0060,
    LDP = 0xa8c17bfd,
    RET = 0xd65f03c0,
    BTI = 0xd503245f,
    PACIASP = 0xd503233f,
    AUTIASP = 0xd50323bf,
    PACIBSP = 0xd503237f,
    AUTIBSP = 0xd50323ff,
};

/* As assembled from asm_trampoline_aarch64.S with and without -mbranch-protection. */
static const uint32_t arm[][8] = {
    {STP, MOV, BLR, LDP, RET},
    {BTI, STP, MOV, BLR, LDP, RET},
    {PACIASP, STP, MOV, BLR, LDP, AUTIASP, RET},
    {PACIBSP, STP, MOV, BLR, LDP, AUTIBSP, RET},
};

static void run_arm(struct fixture *f, uint32_t code, struct sw_made_registers *registers)
{
    static const sw_addr signature = UINT64_C(0x2a) << 48;

    if (code == PACIASP || code == PACIBSP)
        registers->link |= signature;
    else if (code == AUTIASP || code == AUTIBSP)
        registers->link &= ~signature;
    else if (code == STP) {
        registers->sp -= 16;
        fake_put(&f->fake, registers->sp, 8, registers->fp);
        fake_put(&f->fake, registers->sp + 8, 8, registers->link);
    } else if (code == MOV) {
        registers->fp = registers->sp;
    } else if (code == BLR) {
        registers->link = registers->pc + 4;
    } else if (code == LDP) {
        registers->fp = POINTER;
        sw_memory_uint(&f->memory, registers->sp + 8, 8, "", NULL, &registers->link);
        registers->sp += 16;
    }
}

static void test_arm(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(arm) / sizeof(arm[0]); i++) {
        struct sw_made_registers registers = {
            .pc = CODE + 0x200, .sp = TOP, .fp = POINTER, .link = RETURN};
        struct sw_made_caller caller;
        unsigned count = 0;

        while (count < 8 && arm[i][count])
            count++;
        for (unsigned k = 0; k < count; k++)
            fake_put(&f->fake, CODE + 0x200 + 4 * k, 4, arm[i][k]);
        for (unsigned k = 0; k < count; k++, registers.pc += 4) {
            begin(f, "aarch64");
            assert_int_equal(sw_made_step(&f->memory, &registers, &caller), 0);
            assert_int_equal(caller.start, CODE + 0x200);
            assert_int_equal(caller.pc, RETURN);
            assert_int_equal(caller.sp, TOP);
            assert_int_equal(saved_or(&caller, 29, registers.fp), POINTER);
            run_arm(f, arm[i][k], &registers);
            sw_memory_fini(&f->memory);
        }
    }
    begin(f, "aarch64");
}

/* ---------------------------------------------------------------- the JIT of 3.14 */

/* Read from a process of Debian's 3.14.8. */
static const uint8_t shim[] = {0x41, 0x57, 0x41, 0x56, 0x41, 0x55, 0x41, 0x54, 0x53, 0x49, 0x89,
    0xfc, 0x49, 0x89, 0xf5, 0x49, 0x89, 0xd6, 0xe8, 0x0a, 0x00, 0x00, 0x00, 0x5b, 0x41, 0x5c, 0x41,
    0x5d, 0x41, 0x5e, 0x41, 0x5f, 0xc3};

/* r15, r14, r13, r12, rbx of the caller. */
static const sw_addr pushed[] = {15, 14, 13, 12, 3};

static void check_shim(struct fixture *f, const struct sw_made_registers *registers, sw_addr rbp)
{
    struct sw_made_caller caller;

    begin(f, "x86_64");
    assert_int_equal(sw_made_step(&f->memory, registers, &caller), 0);
    assert_int_equal(caller.kind, SW_MADE_JIT);
    assert_int_equal(caller.start, CODE + 0x300);
    assert_int_equal(caller.pc, RETURN);
    assert_int_equal(caller.sp, TOP + 8);
    for (unsigned i = 0; i < caller.saved_count; i++)
        if (caller.saved[i].number != 6)
            assert_int_equal(caller.saved[i].value, 0x1000 + caller.saved[i].number);
    assert_int_equal(saved_or(&caller, 6, registers->fp), rbp);
    sw_memory_fini(&f->memory);
}

static void test_executor(void **state)
{
    static const uint8_t starts[] = {0, 2, 4, 6, 8, 9, 12, 15, 18};
    static const uint8_t pops[] = {23, 24, 26, 28, 30, 32};
    struct fixture *f = *state;
    struct sw_made_registers registers = {.sp = TOP, .fp = POINTER};
    struct sw_made_caller caller;

    put_code(f, CODE + 0x300, shim, sizeof(shim));
    fake_put(&f->fake, TOP, 8, RETURN);
    for (unsigned i = 0; i < 5; i++)
        fake_put(&f->fake, TOP - 8 * (i + 1), 8, 0x1000 + pushed[i]);
    for (unsigned i = 0; i < sizeof(starts); i++) {
        registers.pc = CODE + 0x300 + starts[i];
        registers.sp = TOP - 8 * (i < 5 ? i : 5);
        check_shim(f, &registers, POINTER);
    }
    for (unsigned i = 0; i < sizeof(pops); i++) {
        registers.pc = CODE + 0x300 + pops[i];
        registers.sp = TOP - 40 + 8 * i;
        check_shim(f, &registers, POINTER);
    }
    /* In a trace: with nothing on the stack, with rbp and two more words, with a word of no meaning
       where rbp is what it was. */
    registers.pc = CODE + 0x700;
    registers.sp = TOP - 48;
    fake_put(&f->fake, TOP - 48, 8, CODE + 0x300 + 23);
    check_shim(f, &registers, POINTER);
    registers.sp = TOP - 72;
    registers.fp = 0x7f0000001234;
    fake_put(&f->fake, TOP - 56, 8, POINTER);
    fake_put(&f->fake, TOP - 64, 8, 5);
    fake_put(&f->fake, TOP - 72, 8, CODE + 0x10);
    check_shim(f, &registers, POINTER);
    registers.sp = TOP - 56;
    registers.fp = POINTER;
    fake_put(&f->fake, TOP - 56, 8, 0x7f0000001234);
    check_shim(f, &registers, POINTER);
    /* A call from elsewhere is none of a shim. */
    fake_put(&f->fake, TOP - 48, 8, CODE + 0x300 + 24);
    begin(f, "x86_64");
    assert_int_equal(sw_made_step(&f->memory, &registers, &caller), SW_E_NOT_FOUND);
}

/* Executors begin with a page, two in one mapping here; those who know no files look for that. */
static void test_executor_of_pc(void **state)
{
    enum { PAGES = 0x100000, FILE_PAGE = PAGES + 0x4000 };
    struct fixture *f = *state;

    fake_add(&f->fake, PAGES, 0x6000);
    put_code(f, PAGES, shim, sizeof(shim));
    put_code(f, PAGES + 0x2000, shim, sizeof(shim));
    put_code(f, FILE_PAGE, (const uint8_t[]){0x7f, 'E', 'L', 'F'}, 4);
    begin(f, "x86_64");
    assert_true(sw_executor_has(&f->memory, PAGES));
    assert_true(sw_executor_has(&f->memory, PAGES + 0x1fff));
    assert_true(sw_executor_has(&f->memory, PAGES + 0x3123));
    /* A file was loaded behind it; memory that does not begin with a shim; no memory at all. */
    assert_false(sw_executor_has(&f->memory, FILE_PAGE + 0x1100));
    assert_false(sw_executor_has(&f->memory, CODE + 0x300));
    assert_false(sw_executor_has(&f->memory, PAGES + 0x6000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_x86, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_edge_of_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_arm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_executor, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_executor_of_pc, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
