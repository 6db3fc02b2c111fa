/* SPDX-License-Identifier: MIT */
#include "frame/withblocks.h"

#include <string.h>

#include "frame/valuestack.h"
#include "object/object.h"

/* Include/frameobject.h, 2.7 to 3.10: CO_MAXBLOCKS. */
enum { MAX_BLOCKS = 20 };

/* Handlers around one instruction: compilers allow 20 blocks within each other, and each `with` has
   two handlers. */
enum { MAX_HANDLERS = 64 };

/* The longest exception table that is searched. */
enum { MAX_TABLE = 64 * 1024 };

/* ---------------------------------------------------------------- what __exit__ belongs to */

static bool has_type(const struct sw_reader *reader, sw_addr object, const char *const *names)
{
    char name[64];
    sw_addr type;

    if (!sw_reader_is_pointer(reader, object) || sw_object_type(reader, object, NULL, &type) < 0 ||
        sw_type_name(reader, type, NULL, name, sizeof(name)) < 0)
        return false;
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* The object that a bound __exit__ is bound to, 0 when this is none. */
static sw_addr bound_to(const struct sw_reader *reader, sw_addr exit)
{
    static const char *const builtins[] = {"builtin_function_or_method", NULL};
    static const char *const methods[] = {"method", "instancemethod", NULL};
    uint64_t self = 0, def, name;
    char text[16];

    if (has_type(reader, exit, methods))
        return sw_reader_uint(reader, exit, SW_F_METHOD_SELF, NULL, &self) == 0 ? self : 0;
    if (has_type(reader, exit, builtins) &&
        sw_reader_uint(reader, exit, SW_F_CFUNCTION_ML, NULL, &def) == 0 &&
        sw_reader_is_pointer(reader, def) &&
        sw_reader_uint(reader, def, SW_F_METHOD_DEF_NAME, NULL, &name) == 0 &&
        sw_memory_string(reader->memory, name, "method_def.name", text, sizeof(text), NULL) == 0 &&
        strcmp(text, "__exit__") == 0 &&
        sw_reader_uint(reader, exit, SW_F_CFUNCTION_SELF, NULL, &self) == 0)
        return self;
    return 0;
}

/* The manager of a block whose handler finds `level` values on the stack. On top of them lies the
   bound __exit__; since 3.14 __exit__ as the class has it and, above it, the object. */
static sw_addr manager_at(
    const struct sw_reader *reader, const struct sw_value_stack *stack, uint64_t level)
{
    static const char *const functions[] = {"method_descriptor", "function", NULL};
    sw_addr top, below;

    if (!level || level > stack->slots || sw_value_stack_object(reader, stack, level - 1, &top) < 0)
        return 0;
    if (reader->layout->traits.enter_opcode != SW_ENTER_OPCODE_NONE)
        return bound_to(reader, top);
    if (level < 2 || sw_value_stack_object(reader, stack, level - 2, &below) < 0)
        return 0;
    if (!top)
        return bound_to(reader, below);
    return has_type(reader, below, functions) ? top : 0;
}

static void add(const struct sw_reader *reader, const struct sw_value_stack *stack, uint64_t level,
    struct sw_with_blocks *blocks)
{
    sw_addr manager = manager_at(reader, stack, level);

    if (manager && blocks->count < SW_WITH_BLOCKS)
        blocks->managers[blocks->count++] = manager;
}

/* ---------------------------------------------------------------- up to 3.10 */

static void read_block_stack(const struct sw_reader *reader, const struct sw_frame *frame,
    const struct sw_value_stack *stack, struct sw_with_blocks *blocks)
{
    sw_addr array = sw_reader_at(reader, frame->addr, SW_F_FRAME_OBJECT_BLOCKS);
    uint64_t count, level, innermost = UINT64_MAX;

    if (sw_reader_uint(reader, frame->addr, SW_F_FRAME_OBJECT_BLOCK_COUNT, NULL, &count) < 0 ||
        count > MAX_BLOCKS)
        return;
    while (count-- > 0) {
        if (sw_reader_uint(reader, array + count * reader->layout->sizes[SW_S_TRY_BLOCK],
                SW_F_TRY_BLOCK_LEVEL, NULL, &level) < 0)
            return;
        /* A `try` directly inside of a `with` finds the same stack. */
        if (level < innermost)
            add(reader, stack, level, blocks);
        innermost = level;
    }
}

/* ---------------------------------------------------------------- since 3.11 */

/* An entry of co_exceptiontable: instructions, the handler for them, and how much of the value
   stack is in use there (Objects/exception_handling_notes.txt, InternalDocs). */
struct entry {
    uint64_t start, length, handler, level;
};

struct table {
    struct sw_memory *memory;
    sw_addr at, end;
};

/* A number of six bits a byte, the highest first; 0x80 marks the first byte of an entry. */
static bool next_number(struct table *table, uint64_t *ret_number)
{
    uint64_t number = 0, byte;

    for (unsigned i = 0; i < 8 && table->at < table->end; i++) {
        if (sw_memory_uint(table->memory, table->at++, 1, "exceptiontable", NULL, &byte) < 0)
            return false;
        number = number << 6 | (byte & 0x3f);
        if (!(byte & 0x40)) {
            *ret_number = number;
            return true;
        }
    }
    return false;
}

static bool next_entry(struct table *table, struct entry *entry)
{
    if (!next_number(table, &entry->start) || !next_number(table, &entry->length) ||
        !next_number(table, &entry->handler) || !next_number(table, &entry->level))
        return false;
    entry->level >>= 1;
    return true;
}

/* The entry for an instruction, counted in code units. */
static bool find_entry(const struct table *whole, uint64_t unit, struct entry *ret_entry)
{
    struct table table = *whole;

    while (next_entry(&table, ret_entry))
        if (unit >= ret_entry->start && unit - ret_entry->start < ret_entry->length)
            return true;
    return false;
}

static bool open_table(
    const struct sw_reader *reader, const struct sw_code *code, struct table *ret_table)
{
    uint64_t length, bytes;

    if (sw_reader_uint(reader, code->addr, SW_F_CODE_EXCEPTIONTABLE, NULL, &bytes) < 0 ||
        sw_object_check(reader, bytes, SW_TYPE_BYTES, "code.exceptiontable", NULL) < 0 ||
        sw_reader_uint(reader, bytes, SW_F_BYTES_LENGTH, NULL, &length) < 0 || !length ||
        length > MAX_TABLE)
        return false;
    ret_table->memory = reader->memory;
    ret_table->at = sw_reader_at(reader, bytes, SW_F_BYTES_DATA);
    ret_table->end = ret_table->at + length;
    return true;
}

/* From the instruction to its handler, to the handler of that one, and so on: each finds less on
   the stack than the one before, except for those that clean up after a handler has begun. */
static void read_handlers(const struct sw_reader *reader, const struct sw_frame *frame,
    const struct sw_value_stack *stack, struct sw_with_blocks *blocks)
{
    uint64_t unit = (uint64_t)frame->lasti / 2, innermost = UINT64_MAX;
    struct entry entry;
    struct table table;

    if (frame->lasti < 0 || !open_table(reader, frame->code, &table))
        return;
    for (unsigned i = 0; i < MAX_HANDLERS && find_entry(&table, unit, &entry); i++) {
        if (entry.level < innermost) {
            add(reader, stack, entry.level, blocks);
            innermost = entry.level;
        }
        unit = entry.handler;
    }
}

void sw_with_blocks_read(const struct sw_runtime *runtime, const struct sw_frame *frame,
    struct sw_with_blocks *ret_blocks)
{
    const struct sw_reader *reader = &runtime->reader;
    struct sw_value_stack stack;

    ret_blocks->count = 0;
    if (sw_value_stack_find(runtime, frame, &stack) < 0)
        return;
    if (sw_reader_has(reader, SW_F_FRAME_OBJECT_BLOCKS))
        read_block_stack(reader, frame, &stack, ret_blocks);
    else
        read_handlers(reader, frame, &stack, ret_blocks);
}
