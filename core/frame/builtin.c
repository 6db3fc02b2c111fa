/* SPDX-License-Identifier: MIT */
#include "frame/builtin.h"

#include <stdio.h>
#include <string.h>

#include "frame/valuestack.h"
#include "object/dict.h"
#include "object/object.h"
#include "target/unwind.h"

/* The functions above the evaluation loop, by our own unwinder. */
static int walk_native(struct sw_memory *memory, struct sw_modules *modules, sw_addr loop,
    struct sw_native_calls *calls)
{
    struct sw_unwind unwind;
    int status = sw_unwind_start(memory, &unwind);

    for (unsigned i = 0; status == 0 && i < SW_NATIVE_CALLS; i++) {
        struct sw_function function;

        status = sw_unwind_function(memory, modules, &unwind, &function);
        if (status == 0 && sw_function_is(memory, modules, &function, loop))
            return 0;
        if (status == 0) {
            calls->starts[calls->count++] = function.start;
            status = sw_unwind_step(memory, modules, &function, &unwind);
        }
    }
    return status < 0 ? status : SW_E_LIMIT;
}

/* The same by the debugger's unwinder, for architectures that ours does not know. */
static int walk_debugger(struct sw_memory *memory, struct sw_modules *modules, sw_addr loop,
    struct sw_native_calls *calls)
{
    for (unsigned i = 0; memory->ops.native_frame && i < SW_NATIVE_CALLS; i++) {
        struct sw_function function;
        sw_addr pc;

        if (memory->ops.native_frame(memory->ctx, i, &pc) < 0)
            break;
        /* A return address may be the first byte behind its function. */
        if (sw_function_find(memory, modules, i ? pc - 1 : pc, &function) < 0)
            continue;
        if (sw_function_is(memory, modules, &function, loop))
            return 0;
        calls->starts[calls->count++] = function.start;
    }
    return SW_E_NOT_FOUND;
}

int sw_native_calls_read(
    const struct sw_runtime *runtime, struct sw_modules *modules, struct sw_native_calls *ret_calls)
{
    struct sw_memory *memory = runtime->reader.memory;
    struct sw_native_calls calls = {.count = 0};
    int status;

    if (!runtime->evaluation_loop)
        return SW_E_NOT_FOUND;
    status = walk_native(memory, modules, runtime->evaluation_loop, &calls);
    if (status == SW_E_UNSUPPORTED && !calls.count)
        status = walk_debugger(memory, modules, runtime->evaluation_loop, &calls);
    if (status == 0)
        *ret_calls = calls;
    return status;
}

/* ---------------------------------------------------------------- the instruction */

/* Whether the frame is in the instruction in which `with` calls __enter__ (traits.txt,
 * enter_opcode). */
static bool enters_with(const struct sw_reader *reader, const struct sw_frame *frame)
{
    static const int opcodes[] = {
        [SW_ENTER_OPCODE_BOUND_143] = 143,
        [SW_ENTER_OPCODE_BOUND_53] = 53,
        [SW_ENTER_OPCODE_PLAIN_53] = 53,
        [SW_ENTER_OPCODE_PLAIN_2] = 2,
        [SW_ENTER_OPCODE_NONE] = -1,
    };
    sw_addr bytecode = frame->code->bytecode;
    uint8_t opcode;

    if (!bytecode) {
        if (sw_reader_uint(reader, frame->code->addr, SW_F_CODE_BYTECODE, NULL, &bytecode) < 0)
            return false;
        bytecode = sw_reader_at(reader, bytecode, SW_F_BYTES_DATA);
    }
    return frame->lasti >= 0 &&
           sw_memory_read(reader->memory, bytecode + (sw_addr)frame->lasti, &opcode, 1, "bytecode",
               NULL) == 0 &&
           opcode == opcodes[reader->layout->traits.enter_opcode];
}

/* ---------------------------------------------------------------- candidates */

/* A method that may be the one that runs. */
struct method {
    sw_addr def;  /* PyMethodDef */
    sw_addr self; /* 0 for a function without */
    size_t depth; /* its place in the native calls, from 1 for the innermost; 0: it does not run */
};

static size_t depth_of(
    const struct sw_reader *reader, sw_addr def, const struct sw_native_calls *calls)
{
    uint64_t function;

    if (!sw_reader_is_pointer(reader, def) ||
        sw_reader_uint(reader, def, SW_F_METHOD_DEF_METH, NULL, &function) < 0)
        return 0;
    for (size_t i = calls->count; i-- > 0;)
        if (calls->starts[i] == function)
            return i + 1;
    return 0;
}

/* The PyMethodDef of a method descriptor follows its common part. */
static int descriptor_def(const struct sw_reader *reader, sw_addr object, sw_addr *ret_def)
{
    return sw_memory_ptr(reader->memory, object + reader->layout->sizes[SW_S_DESCR],
        "method_descriptor", NULL, ret_def);
}

static bool has_type(const struct sw_reader *reader, sw_addr object, const char *expected)
{
    char name[64];
    sw_addr type;

    return sw_reader_is_pointer(reader, object) &&
           sw_object_type(reader, object, NULL, &type) == 0 &&
           sw_type_name(reader, type, NULL, name, sizeof(name)) == 0 && strcmp(name, expected) == 0;
}

/* A bound builtin, or a method descriptor with its self in the slot above. */
static struct method called_method(const struct sw_reader *reader, sw_addr object, sw_addr above,
    const struct sw_native_calls *calls)
{
    struct method method = {.depth = 0};

    if (has_type(reader, object, "builtin_function_or_method")) {
        if (sw_reader_uint(reader, object, SW_F_CFUNCTION_ML, NULL, &method.def) == 0 &&
            sw_reader_uint(reader, object, SW_F_CFUNCTION_SELF, NULL, &method.self) == 0)
            method.depth = depth_of(reader, method.def, calls);
    } else if (has_type(reader, object, "method_descriptor")) {
        method.self = above;
        if (descriptor_def(reader, object, &method.def) == 0)
            method.depth = depth_of(reader, method.def, calls);
    }
    return method;
}

/* Whether `with` has put the bound __exit__ in the place of its object when it calls __enter__. */
static bool enters_bound(const struct sw_reader *reader)
{
    return reader->layout->traits.enter_opcode == SW_ENTER_OPCODE_BOUND_143 ||
           reader->layout->traits.enter_opcode == SW_ENTER_OPCODE_BOUND_53;
}

/* __enter__ of the object in the slot, or of that whose bound __exit__ is in the slot. */
static struct method enter_method(
    const struct sw_reader *reader, sw_addr object, const struct sw_native_calls *calls)
{
    bool is_bound = has_type(reader, object, "builtin_function_or_method");
    struct method method = {.self = object};
    sw_addr type, descriptor;
    uint64_t dict;

    if (is_bound != enters_bound(reader))
        return method;
    if (is_bound && sw_reader_uint(reader, object, SW_F_CFUNCTION_SELF, NULL, &method.self) < 0)
        return method;
    if (sw_object_type(reader, method.self, NULL, &type) == 0 &&
        sw_reader_uint(reader, type, SW_F_TYPE_DICT, NULL, &dict) == 0 && dict &&
        sw_dict_find(reader, dict, "__enter__", NULL, &descriptor) == 0 &&
        has_type(reader, descriptor, "method_descriptor") &&
        descriptor_def(reader, descriptor, &method.def) == 0)
        method.depth = depth_of(reader, method.def, calls);
    return method;
}

static void describe(const struct sw_reader *reader, const struct method *method,
    const struct sw_native_calls *calls, struct sw_builtin *ret_builtin)
{
    uint64_t name = 0;
    sw_addr type;

    memset(ret_builtin, 0, sizeof(*ret_builtin));
    ret_builtin->function = calls->starts[method->depth - 1];
    if (sw_reader_uint(reader, method->def, SW_F_METHOD_DEF_NAME, NULL, &name) < 0 ||
        sw_memory_string(reader->memory, name, "method_def.name", ret_builtin->name,
            sizeof(ret_builtin->name), NULL) < 0)
        snprintf(ret_builtin->name, sizeof(ret_builtin->name), "?");
    if (!method->self || sw_object_type(reader, method->self, NULL, &type) < 0)
        return;
    ret_builtin->self = method->self;
    if (sw_type_name(reader, type, NULL, ret_builtin->self_type, sizeof(ret_builtin->self_type)) <
        0)
        snprintf(ret_builtin->self_type, sizeof(ret_builtin->self_type), "?");
}

int sw_builtin_find(const struct sw_runtime *runtime, const struct sw_frame *frame,
    const struct sw_native_calls *calls, struct sw_builtin *ret_builtin)
{
    const struct sw_reader *reader = &runtime->reader;
    struct method best = {.depth = 0};
    struct sw_value_stack stack;
    bool enters, is_lowest_live, ambiguous = false;
    sw_addr above = 0;

    if (!frame->code || !calls->count || sw_value_stack_find(runtime, frame, &stack) < 0)
        return SW_E_NOT_FOUND;
    enters = enters_with(reader, frame);
    is_lowest_live = enters && !enters_bound(reader);
    for (uint64_t i = stack.slots; i-- > 0;) {
        struct method method;
        sw_addr slot;

        if (sw_value_stack_object(reader, &stack, i, &slot) < 0)
            return SW_E_NOT_FOUND;
        method =
            enters ? enter_method(reader, slot, calls) : called_method(reader, slot, above, calls);
        above = slot;
        if (!method.depth || method.depth < best.depth)
            continue;
        /* The outermost call is the frame's own; two different objects for it prove nothing. But
           below the object of a `with`, a statement, lie only iterators and bound __exit__s: of
           such objects the lowest is the live one, and the others are left from earlier. */
        ambiguous = method.depth == best.depth && !is_lowest_live &&
                    (ambiguous || method.def != best.def || method.self != best.self);
        best = method;
    }
    if (!best.depth || ambiguous)
        return SW_E_NOT_FOUND;
    describe(reader, &best, calls, ret_builtin);
    return 0;
}
