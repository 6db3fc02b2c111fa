/* SPDX-License-Identifier: MIT */
#include "frame/builtin.h"

#include <stdio.h>
#include <string.h>

#include "object/dict.h"
#include "object/object.h"
#include "target/function.h"

/* The evaluation loop's function: one name since 3.6 (PEP 523), another before. */
static sw_addr evaluation_loop(const struct sw_runtime *runtime)
{
    static const char *const names[] = {"_PyEval_EvalFrameDefault", "PyEval_EvalFrameEx"};
    struct sw_elf_symbols symbols;
    sw_addr addr;

    if (sw_elf_symbols_open(runtime->reader.memory, &runtime->module, &symbols) < 0)
        return 0;
    for (unsigned i = 0; i < 2; i++)
        if (sw_elf_symbols_find(&symbols, names[i], &addr) == 0)
            return addr;
    return 0;
}

int sw_native_calls_read(const struct sw_runtime *runtime, struct sw_native_calls *ret_calls)
{
    struct sw_memory *memory = runtime->reader.memory;
    struct sw_native_calls calls = {.count = 0};
    struct sw_modules modules;
    sw_addr loop, pc, start;
    int status;

    if (!memory->ops.native_frame)
        return SW_E_NOT_FOUND;
    loop = evaluation_loop(runtime);
    if (!loop)
        return SW_E_NOT_FOUND;
    status = sw_modules_list(memory, NULL, &modules);
    if (status < 0)
        return status;
    status = SW_E_NOT_FOUND;
    for (unsigned i = 0; i < SW_NATIVE_CALLS; i++) {
        if (memory->ops.native_frame(memory->ctx, i, &pc) < 0)
            break;
        /* A return address may be the first byte behind its function. */
        if (sw_function_start(memory, &modules, i ? pc - 1 : pc, &start) < 0)
            continue;
        if (start == loop) {
            *ret_calls = calls;
            status = 0;
            break;
        }
        calls.starts[calls.count++] = start;
    }
    sw_modules_fini(&modules);
    return status;
}

/* ---------------------------------------------------------------- the value stack */

/* Where the frame's value stack begins. It is read whole: how much of it is in use is not in memory
 * while the frame runs. */
static int value_stack(const struct sw_runtime *runtime, const struct sw_frame *frame,
    sw_addr *ret_start, uint64_t *ret_slots)
{
    const struct sw_reader *reader = &runtime->reader;
    uint64_t locals = 0;
    int status = sw_reader_uint(reader, frame->code->addr, SW_F_CODE_STACKSIZE, NULL, ret_slots);

    if (status < 0)
        return status;
    if (*ret_slots > SW_MAX_VALUE_STACK)
        *ret_slots = SW_MAX_VALUE_STACK;
    if (sw_reader_has(reader, SW_F_FRAME_VALUESTACK))
        return sw_reader_uint(reader, frame->addr, SW_F_FRAME_VALUESTACK, NULL, ret_start);
    status = sw_reader_uint(reader, frame->code->addr, SW_F_CODE_NLOCALSPLUS, NULL, &locals);
    *ret_start = sw_reader_at(reader, frame->addr, SW_F_FRAME_LOCALSPLUS) +
                 (uint32_t)locals * (sw_addr)reader->memory->info.pointer_size;
    return status;
}

/* A PyMethodDef whose function runs natively: its depth in the calls plus 1; 0 when it does not
 * run. */
static size_t runs(
    const struct sw_reader *reader, sw_addr method, const struct sw_native_calls *calls)
{
    uint64_t function;

    if (!sw_reader_is_pointer(reader, method) ||
        sw_reader_uint(reader, method, SW_F_METHOD_DEF_METH, NULL, &function) < 0)
        return 0;
    for (size_t i = calls->count; i-- > 0;)
        if (calls->starts[i] == function)
            return i + 1;
    return 0;
}

static void describe(
    const struct sw_reader *reader, sw_addr method, sw_addr self, struct sw_builtin *ret_builtin)
{
    uint64_t name = 0;
    sw_addr type;

    memset(ret_builtin, 0, sizeof(*ret_builtin));
    if (sw_reader_uint(reader, method, SW_F_METHOD_DEF_NAME, NULL, &name) < 0 ||
        sw_memory_string(reader->memory, name, "method_def.name", ret_builtin->name,
            sizeof(ret_builtin->name), NULL) < 0)
        snprintf(ret_builtin->name, sizeof(ret_builtin->name), "?");
    if (!self || sw_object_type(reader, self, NULL, &type) < 0)
        return;
    ret_builtin->self = self;
    if (sw_type_name(reader, type, NULL, ret_builtin->self_type, sizeof(ret_builtin->self_type)) <
        0)
        snprintf(ret_builtin->self_type, sizeof(ret_builtin->self_type), "?");
}

/* The PyMethodDef of a method descriptor follows its common part. */
static int descriptor_method(const struct sw_reader *reader, sw_addr object, sw_addr *ret_method)
{
    return sw_memory_ptr(reader->memory, object + reader->layout->sizes[SW_S_DESCR],
        "method_descriptor", NULL, ret_method);
}

/* `with` calls __enter__ and __exit__ of an object that stands on the stack, not they themselves.
 */
static size_t context_method(const struct sw_reader *reader, sw_addr type,
    const struct sw_native_calls *calls, sw_addr *ret_method)
{
    static const char *const names[] = {"__enter__", "__exit__"};
    uint64_t dict;
    sw_addr descriptor;
    size_t depth = 0;

    if (sw_reader_uint(reader, type, SW_F_TYPE_DICT, NULL, &dict) < 0 || !dict)
        return 0;
    for (unsigned i = 0; i < 2 && !depth; i++)
        if (sw_dict_find(reader, dict, names[i], NULL, &descriptor) == 0 &&
            descriptor_method(reader, descriptor, ret_method) == 0)
            depth = runs(reader, *ret_method, calls);
    return depth;
}

/* What one slot of the stack tells: depth plus 1 of the native call it stands for, or 0. */
static size_t look_at(const struct sw_reader *reader, sw_addr object, sw_addr next,
    const struct sw_native_calls *calls, sw_addr *ret_method, sw_addr *ret_self)
{
    char name[64];
    sw_addr type;

    if (!sw_reader_is_pointer(reader, object) || sw_object_type(reader, object, NULL, &type) < 0 ||
        sw_type_name(reader, type, NULL, name, sizeof(name)) < 0)
        return 0;
    if (strcmp(name, "builtin_function_or_method") == 0) {
        if (sw_reader_uint(reader, object, SW_F_CFUNCTION_ML, NULL, ret_method) < 0 ||
            sw_reader_uint(reader, object, SW_F_CFUNCTION_SELF, NULL, ret_self) < 0)
            return 0;
        return runs(reader, *ret_method, calls);
    }
    if (strcmp(name, "method_descriptor") == 0) {
        *ret_self = next;
        return descriptor_method(reader, object, ret_method) == 0 ? runs(reader, *ret_method, calls)
                                                                  : 0;
    }
    *ret_self = object;
    return context_method(reader, type, calls, ret_method);
}

int sw_builtin_find(const struct sw_runtime *runtime, const struct sw_frame *frame,
    const struct sw_native_calls *calls, struct sw_builtin *ret_builtin)
{
    const struct sw_reader *reader = &runtime->reader;
    unsigned size = reader->memory->info.pointer_size;
    sw_addr tags = reader->layout->traits.stackref == SW_STACKREF_TAGGED ? 3 : 0;
    sw_addr start, method = 0, self = 0, next = 0;
    size_t best = 0;
    uint64_t slots;

    if (!frame->code || !calls->count || value_stack(runtime, frame, &start, &slots) < 0)
        return SW_E_NOT_FOUND;
    /* From the top: the slot above a method descriptor is its self. The deepest call is the frame's
     * own. */
    for (uint64_t i = slots; i-- > 0;) {
        sw_addr slot, slot_method = 0, slot_self = 0;
        size_t depth;

        if (sw_memory_ptr(reader->memory, start + i * size, "value stack", NULL, &slot) < 0)
            return SW_E_NOT_FOUND;
        slot &= ~tags;
        depth = look_at(reader, slot, next, calls, &slot_method, &slot_self);
        next = slot;
        if (depth > best) {
            best = depth;
            method = slot_method;
            self = slot_self;
        }
    }
    if (!best)
        return SW_E_NOT_FOUND;
    describe(reader, method, self, ret_builtin);
    return 0;
}
