/* SPDX-License-Identifier: MIT */
#include "target/unwind.h"

#include <string.h>

#include "base/bytes.h"
#include "target/made.h"

/* By their DWARF numbers. Only what functions save can be needed. */
static const char *const names[SW_UNWIND_REGISTERS] = {
    [3] = "rbx",
    [SW_UNWIND_RBP] = "rbp",
    [SW_UNWIND_RSP] = "rsp",
    [12] = "r12",
    [13] = "r13",
    [14] = "r14",
    [15] = "r15",
    [SW_UNWIND_PC] = "rip",
};

static int ask(struct sw_memory *memory, struct sw_unwind *unwind, unsigned number)
{
    int status = memory->ops.reg(memory->ctx, names[number], &unwind->values[number]);

    if (status < 0)
        return status;
    unwind->known |= 1u << number;
    unwind->kept &= ~(1u << number);
    return 0;
}

int sw_unwind_start(struct sw_memory *memory, struct sw_unwind *ret_unwind)
{
    static const unsigned needed[] = {SW_UNWIND_RBP, SW_UNWIND_RSP, SW_UNWIND_PC};
    struct sw_unwind unwind = {.known = 0, .is_innermost = true};

    if (strcmp(memory->info.machine, "x86_64") != 0 || !memory->ops.reg)
        return SW_E_UNSUPPORTED;
    /* The others hardly ever lead to a caller, and lldb makes a compiler to show its first one. */
    for (unsigned i = 0; i < SW_UNWIND_REGISTERS; i++)
        unwind.kept |= (uint32_t)(names[i] != NULL) << i;
    for (unsigned i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        int status = ask(memory, &unwind, needed[i]);

        if (status < 0)
            return status;
    }
    *ret_unwind = unwind;
    return 0;
}

/* Leave code that CPython made. */
static int step_made(
    struct sw_memory *memory, const struct sw_unwind *unwind, struct sw_made_caller *ret_caller)
{
    struct sw_made_registers registers = {
        .pc = unwind->values[SW_UNWIND_PC],
        .sp = unwind->values[SW_UNWIND_RSP],
        .fp = unwind->values[SW_UNWIND_RBP],
    };

    return sw_made_step(memory, &registers, ret_caller);
}

int sw_unwind_function(struct sw_memory *memory, struct sw_modules *modules,
    const struct sw_unwind *unwind, struct sw_function *ret_function)
{
    /* A return address may be the first byte behind its function. */
    sw_addr pc = unwind->values[SW_UNWIND_PC] - !unwind->is_innermost;
    int status = sw_function_find(memory, modules, pc, ret_function);
    struct sw_made_caller caller;
    struct sw_segment segment;

    if (status == 0 || sw_segment_find(memory, modules, pc, &segment) == 0 ||
        step_made(memory, unwind, &caller) < 0)
        return status;
    *ret_function = (struct sw_function){.start = caller.start};
    return 0;
}

/* ---------------------------------------------------------------- entries of .eh_frame */

/* Bytes of an entry, read from front to back; `failed` once something was missing. */
struct cursor {
    const uint8_t *at;
    const uint8_t *end;
    bool failed;
};

static uint64_t take(struct cursor *cursor, unsigned width)
{
    uint64_t value;

    if ((size_t)(cursor->end - cursor->at) < width) {
        cursor->failed = true;
        cursor->at = cursor->end;
        return 0;
    }
    value = sw_bytes_uint(cursor->at, width, false);
    cursor->at += width;
    return value;
}

static uint64_t take_uleb(struct cursor *cursor)
{
    uint64_t value = 0;
    uint8_t byte = 0x80;

    for (unsigned shift = 0; (byte & 0x80) && !cursor->failed; shift += 7) {
        byte = (uint8_t)take(cursor, 1);
        if (shift < 64)
            value |= (uint64_t)(byte & 0x7f) << shift;
    }
    return value;
}

static int64_t take_sleb(struct cursor *cursor)
{
    uint64_t value = 0;
    uint8_t byte = 0x80;
    unsigned shift = 0;

    for (; (byte & 0x80) && !cursor->failed; shift += 7) {
        byte = (uint8_t)take(cursor, 1);
        if (shift < 64)
            value |= (uint64_t)(byte & 0x7f) << shift;
    }
    if (shift < 64 && (byte & 0x40))
        value |= ~UINT64_C(0) << shift;
    return (int64_t)value;
}

enum { ENTRY_MAX = 4096 };

/* Copy an entry behind its length word. */
static int read_entry(
    struct sw_memory *memory, sw_addr at, uint8_t *buffer, struct cursor *ret_cursor)
{
    uint64_t length;
    int status = sw_memory_uint(memory, at, 4, "eh_frame", NULL, &length);

    if (status < 0)
        return status;
    if (length < 8 || length > ENTRY_MAX)
        return SW_E_UNSUPPORTED;
    status = sw_memory_read(memory, at + 4, buffer, (size_t)length, "eh_frame", NULL);
    *ret_cursor = (struct cursor){buffer, buffer + length, false};
    return status;
}

/* What a CIE says for its FDEs. */
struct cie {
    uint64_t code_align;
    int64_t data_align;
    bool has_augmentation;
    struct cursor program;
};

static int parse_cie(struct cursor cursor, struct cie *ret_cie)
{
    const char *augmentation;
    uint64_t size, version;

    take(&cursor, 4); /* id */
    version = take(&cursor, 1);
    augmentation = (const char *)cursor.at;
    while (take(&cursor, 1))
        ;
    if (cursor.failed || version != 1)
        return SW_E_UNSUPPORTED;
    ret_cie->code_align = take_uleb(&cursor);
    ret_cie->data_align = take_sleb(&cursor);
    if (take(&cursor, 1) != SW_UNWIND_PC)
        return SW_E_UNSUPPORTED;
    ret_cie->has_augmentation = augmentation[0] == 'z';
    if (ret_cie->has_augmentation) {
        size = take_uleb(&cursor);
        if (size > (size_t)(cursor.end - cursor.at))
            return SW_E_CORRUPT;
        cursor.at += size;
    }
    ret_cie->program = cursor;
    return cursor.failed ? SW_E_CORRUPT : 0;
}

/* ---------------------------------------------------------------- call frame instructions */

enum { REMEMBERED_MAX = 8 };

/* The state of a program that runs until it passes `stop`. */
struct machine {
    const struct cie *cie;
    struct sw_unwind_rules rules;
    struct sw_unwind_rules initial;
    struct sw_unwind_rules remembered[REMEMBERED_MAX];
    unsigned depth;
    uint64_t location; /* bytes from the start of the function */
    uint64_t stop;
};

/* DW_CFA_* as far as compilers write them for C on x86-64 (DWARF 4, 7.23; GNU_args_size: LSB). */
enum {
    CFA_ADVANCE_LOC = 0x40,
    CFA_OFFSET = 0x80,
    CFA_RESTORE = 0xc0,
    CFA_NOP = 0x00,
    CFA_ADVANCE_LOC1 = 0x02,
    CFA_ADVANCE_LOC2 = 0x03,
    CFA_ADVANCE_LOC4 = 0x04,
    CFA_OFFSET_EXTENDED = 0x05,
    CFA_UNDEFINED = 0x07,
    CFA_SAME_VALUE = 0x08,
    CFA_REMEMBER_STATE = 0x0a,
    CFA_RESTORE_STATE = 0x0b,
    CFA_DEF_CFA = 0x0c,
    CFA_DEF_CFA_REGISTER = 0x0d,
    CFA_DEF_CFA_OFFSET = 0x0e,
    CFA_DEF_CFA_EXPRESSION = 0x0f,
    CFA_GNU_ARGS_SIZE = 0x2e,
};

static void set_rule(
    struct machine *machine, uint64_t number, enum sw_rule_kind kind, int64_t offset)
{
    if (number >= SW_UNWIND_REGISTERS)
        return; /* vector registers: nobody asks for them */
    machine->rules.registers[number].kind = kind;
    machine->rules.registers[number].offset = offset;
}

/* The one expression that linkers write: in an entry of a PLT, 16 bytes long, one more word is on
   the stack from its byte 11 on. rsp + 8 + ((rip & 15) >= 11) << 3. */
static int run_plt(struct machine *machine, struct cursor *cursor)
{
    static const uint8_t expression[] = {
        0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22};

    if (take_uleb(cursor) != sizeof(expression) ||
        (size_t)(cursor->end - cursor->at) < sizeof(expression) ||
        memcmp(cursor->at, expression, sizeof(expression)) != 0)
        return SW_E_UNSUPPORTED;
    cursor->at += sizeof(expression);
    machine->rules.cfa_register = SW_UNWIND_RSP;
    machine->rules.cfa_offset = 8 + ((machine->stop & 15) >= 11 ? 8 : 0);
    return 0;
}

static int run_extended(struct machine *machine, struct cursor *cursor, uint8_t opcode)
{
    struct sw_unwind_rules *rules = &machine->rules;
    uint64_t number;

    switch (opcode) {
    case CFA_NOP:
        return 0;
    case CFA_ADVANCE_LOC1:
        machine->location += take(cursor, 1) * machine->cie->code_align;
        return 0;
    case CFA_ADVANCE_LOC2:
        machine->location += take(cursor, 2) * machine->cie->code_align;
        return 0;
    case CFA_ADVANCE_LOC4:
        machine->location += take(cursor, 4) * machine->cie->code_align;
        return 0;
    case CFA_OFFSET_EXTENDED:
        number = take_uleb(cursor);
        set_rule(machine, number, SW_RULE_AT_OFFSET,
            (int64_t)(take_uleb(cursor) * (uint64_t)machine->cie->data_align));
        return 0;
    case CFA_UNDEFINED:
        set_rule(machine, take_uleb(cursor), SW_RULE_UNDEFINED, 0);
        return 0;
    case CFA_SAME_VALUE:
        set_rule(machine, take_uleb(cursor), SW_RULE_SAME, 0);
        return 0;
    case CFA_REMEMBER_STATE:
        if (machine->depth == REMEMBERED_MAX)
            return SW_E_LIMIT;
        machine->remembered[machine->depth++] = *rules;
        return 0;
    case CFA_RESTORE_STATE:
        if (!machine->depth)
            return SW_E_CORRUPT;
        *rules = machine->remembered[--machine->depth];
        return 0;
    case CFA_DEF_CFA:
        rules->cfa_register = (unsigned)take_uleb(cursor);
        rules->cfa_offset = (int64_t)take_uleb(cursor);
        return 0;
    case CFA_DEF_CFA_REGISTER:
        rules->cfa_register = (unsigned)take_uleb(cursor);
        return 0;
    case CFA_DEF_CFA_OFFSET:
        rules->cfa_offset = (int64_t)take_uleb(cursor);
        return 0;
    case CFA_GNU_ARGS_SIZE:
        take_uleb(cursor);
        return 0;
    case CFA_DEF_CFA_EXPRESSION:
        return run_plt(machine, cursor);
    default:
        return SW_E_UNSUPPORTED; /* expressions: hand-written assembly */
    }
}

static int run_program(struct machine *machine, struct cursor cursor)
{
    int status = 0;

    while (cursor.at < cursor.end && machine->location <= machine->stop && status == 0) {
        uint8_t byte = (uint8_t)take(&cursor, 1), low = byte & 0x3f;

        switch (byte & 0xc0) {
        case CFA_ADVANCE_LOC:
            machine->location += low * machine->cie->code_align;
            break;
        case CFA_OFFSET:
            set_rule(machine, low, SW_RULE_AT_OFFSET,
                (int64_t)(take_uleb(&cursor) * (uint64_t)machine->cie->data_align));
            break;
        case CFA_RESTORE:
            if (low < SW_UNWIND_REGISTERS)
                machine->rules.registers[low] = machine->initial.registers[low];
            break;
        default:
            status = run_extended(machine, &cursor, byte);
            break;
        }
    }
    return cursor.failed ? SW_E_CORRUPT : status;
}

/* The rules in force at `offset` bytes into the function. */
static int find_rules(struct sw_memory *memory, const struct sw_function *function, uint64_t offset,
    struct sw_unwind_rules *ret_rules)
{
    uint8_t cie_bytes[ENTRY_MAX], fde_bytes[ENTRY_MAX];
    struct machine machine = {.stop = offset};
    struct cursor cie_cursor, cursor;
    struct cie cie;
    uint64_t back, size;
    int status = read_entry(memory, function->fde, fde_bytes, &cursor);

    if (status < 0)
        return status;
    back = take(&cursor, 4);
    status = read_entry(memory, function->fde + 4 - back, cie_bytes, &cie_cursor);
    if (status == 0)
        status = parse_cie(cie_cursor, &cie);
    if (status < 0)
        return status;
    take(&cursor, 8); /* start and size, which the search table had already */
    if (cie.has_augmentation) {
        size = take_uleb(&cursor);
        if (size > (size_t)(cursor.end - cursor.at))
            return SW_E_CORRUPT;
        cursor.at += size;
    }
    machine.cie = &cie;
    status = run_program(&machine, cie.program);
    machine.initial = machine.rules;
    if (status == 0)
        status = run_program(&machine, cursor);
    *ret_rules = machine.rules;
    return status;
}

/* ---------------------------------------------------------------- one step */

static int apply_rules(
    struct sw_memory *memory, const struct sw_unwind_rules *rules, struct sw_unwind *unwind)
{
    struct sw_unwind caller;
    sw_addr cfa;

    if (rules->cfa_register >= SW_UNWIND_REGISTERS)
        return SW_E_UNSUPPORTED;
    if (unwind->kept >> rules->cfa_register & 1) {
        int status = ask(memory, unwind, rules->cfa_register);

        if (status < 0)
            return status;
    }
    if (!(unwind->known >> rules->cfa_register & 1))
        return SW_E_UNSUPPORTED;
    caller = *unwind;
    cfa = unwind->values[rules->cfa_register] + (uint64_t)rules->cfa_offset;
    /* The stack shrinks with every return: no cycle, and no walk without end. */
    if (cfa <= unwind->values[SW_UNWIND_RSP])
        return SW_E_CORRUPT;
    for (unsigned i = 0; i < SW_UNWIND_REGISTERS; i++) {
        int status;

        if (rules->registers[i].kind == SW_RULE_UNDEFINED) {
            caller.known &= ~(1u << i);
            caller.kept &= ~(1u << i);
        }
        if (rules->registers[i].kind != SW_RULE_AT_OFFSET)
            continue;
        status = sw_memory_uint(memory, cfa + (uint64_t)rules->registers[i].offset, 8,
            "saved register", NULL, &caller.values[i]);
        if (status < 0)
            return status;
        caller.known |= 1u << i;
        caller.kept &= ~(1u << i);
    }
    caller.values[SW_UNWIND_RSP] = cfa;
    caller.is_innermost = false;
    if (rules->registers[SW_UNWIND_PC].kind != SW_RULE_AT_OFFSET || !caller.values[SW_UNWIND_PC])
        return SW_E_NOT_FOUND;
    *unwind = caller;
    return 0;
}

static int leave_made(struct sw_memory *memory, struct sw_unwind *unwind)
{
    struct sw_made_caller caller;
    int status = step_made(memory, unwind, &caller);

    if (status < 0)
        return status;
    for (size_t i = 0; i < caller.saved_count; i++) {
        unwind->values[caller.saved[i].number] = caller.saved[i].value;
        unwind->known |= 1u << caller.saved[i].number;
        unwind->kept &= ~(1u << caller.saved[i].number);
    }
    unwind->values[SW_UNWIND_PC] = caller.pc;
    unwind->values[SW_UNWIND_RSP] = caller.sp;
    unwind->is_innermost = false;
    return 0;
}

int sw_unwind_step(struct sw_memory *memory, struct sw_modules *modules,
    const struct sw_function *function, struct sw_unwind *unwind)
{
    sw_addr pc = unwind->values[SW_UNWIND_PC] - !unwind->is_innermost;
    struct sw_place *place;

    if (!function->fde)
        return leave_made(memory, unwind);
    place = sw_places_get(&modules->places, pc);
    if (!place->has_rules) {
        int status = find_rules(memory, function, pc - function->start, &place->rules);

        if (status < 0)
            return status;
        place->has_rules = true;
    }
    return apply_rules(memory, &place->rules, unwind);
}
