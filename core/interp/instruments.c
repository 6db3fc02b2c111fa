/* SPDX-License-Identifier: MIT */
#include "interp/instruments.h"

/* What a word may be that says yes or no. */
enum form {
    FLAG,   /* 0 or 1 */
    OBJECT, /* NULL or a pointer */
};

/*
 * Many of these fields lie behind thousands of others, which a micro release or a build may move:
 * what they cannot hold is not believed. *unread when the field is there and says nothing.
 */
static enum sw_known known(const struct sw_reader *reader, sw_addr addr, enum sw_field_id field,
    enum form form, bool *unread)
{
    uint64_t word;

    if (!addr || !sw_reader_has(reader, field))
        return SW_UNKNOWN;
    if (sw_reader_uint(reader, addr, field, NULL, &word) < 0 ||
        (form == FLAG ? word > 1 : word && !sw_reader_is_pointer(reader, word))) {
        *unread = true;
        return SW_UNKNOWN;
    }
    return word ? SW_YES : SW_NO;
}

/* NULL stands for CPython's own function since 3.11; before, its address does. */
static void read_eval_hook(
    const struct sw_runtime *runtime, sw_addr interpreter, struct sw_instruments *instruments)
{
    uint64_t function;

    instruments->eval_hook = SW_UNKNOWN;
    if (!sw_reader_has(&runtime->reader, SW_F_INTERPRETER_STATE_EVAL_FRAME) ||
        sw_reader_uint(
            &runtime->reader, interpreter, SW_F_INTERPRETER_STATE_EVAL_FRAME, NULL, &function) < 0)
        return;
    if (!function || function == runtime->evaluation_loop) {
        instruments->eval_hook = SW_NO;
    } else if (runtime->evaluation_loop) {
        instruments->eval_hook = SW_YES;
        instruments->eval_function = function;
    } else {
        instruments->unread = true;
    }
}

/* With Py_TRACE_REFS they lie further on, as the table of that flavour says. */
static sw_addr tools_at(const struct sw_runtime *runtime, sw_addr interpreter)
{
    struct sw_flavour flavour = runtime->layout.flavour;
    struct sw_layout layout;

    if (!flavour.trace_refs && sw_runtime_traces_references(runtime)) {
        flavour.trace_refs = true;
        if (sw_layout_from_table(&flavour, NULL, &layout) == 0)
            return interpreter + layout.fields[SW_F_INTERPRETER_STATE_TOOL_NAMES].offset;
    }
    return sw_reader_at(&runtime->reader, interpreter, SW_F_INTERPRETER_STATE_TOOL_NAMES);
}

static void read_tools(
    const struct sw_runtime *runtime, sw_addr interpreter, struct sw_instruments *instruments)
{
    const struct sw_reader *reader = &runtime->reader;
    sw_addr tools, name;

    if (!sw_reader_has(reader, SW_F_INTERPRETER_STATE_TOOL_NAMES))
        return;
    tools = tools_at(runtime, interpreter);
    for (unsigned i = 0; i < SW_MONITORING_TOOLS; i++)
        if (sw_memory_ptr(reader->memory, tools + i * reader->memory->info.pointer_size,
                "monitoring_tool_names", NULL, &name) < 0)
            instruments->unread = true;
        else if (sw_reader_is_pointer(reader, name))
            instruments->tools[instruments->tool_count++] = name;
}

void sw_instruments_read(const struct sw_runtime *runtime, const struct sw_interpreter *interpreter,
    struct sw_instruments *ret_instruments)
{
    const struct sw_reader *reader = &runtime->reader;
    struct sw_instruments instruments = {.tool_count = 0};

    instruments.jit =
        known(reader, interpreter->addr, SW_F_INTERPRETER_STATE_JIT, FLAG, &instruments.unread);
    instruments.audit_hook = known(
        reader, interpreter->addr, SW_F_INTERPRETER_STATE_AUDIT_HOOKS, OBJECT, &instruments.unread);
    read_eval_hook(runtime, interpreter->addr, &instruments);
    read_tools(runtime, interpreter->addr, &instruments);
    *ret_instruments = instruments;
}

/* PyPreConfig.allocator, enum PyMemAllocatorName (Include/cpython/pymem.h); mimalloc since 3.13. */
static const char *read_allocator(const struct sw_runtime *runtime)
{
    static const char *const names[] = {"default", "default", "debug", "malloc", "malloc_debug",
        "pymalloc", "pymalloc_debug", "mimalloc", "mimalloc_debug"};
    const struct sw_reader *reader = &runtime->reader;
    uint64_t config, allocator;

    if (!runtime->root || !sw_reader_has(reader, SW_F_RUNTIME_STATE_ALLOCATOR) ||
        sw_reader_uint(reader, runtime->root, SW_F_RUNTIME_STATE_PRECONFIG, NULL, &config) < 0 ||
        sw_reader_uint(reader, runtime->root, SW_F_RUNTIME_STATE_ALLOCATOR, NULL, &allocator) < 0)
        return NULL;
    /* _PyConfigInitEnum begins at 1: anything else means that the struct is elsewhere. */
    if (config < 1 || config > 3 || allocator >= sizeof(names) / sizeof(names[0]))
        return NULL;
    return names[allocator];
}

void sw_process_instruments_read(
    const struct sw_runtime *runtime, struct sw_process_instruments *ret_instruments)
{
    const struct sw_reader *reader = &runtime->reader;
    struct sw_process_instruments instruments = {.trampolines = SW_UNKNOWN};
    uint64_t status;

    /* PERF_STATUS_FAILED is -1, _NO_INIT 0, _OK 1 (Include/internal/pycore_ceval_state.h). */
    if (runtime->root && sw_reader_has(reader, SW_F_RUNTIME_STATE_PERF_STATUS)) {
        if (sw_reader_uint(reader, runtime->root, SW_F_RUNTIME_STATE_PERF_STATUS, NULL, &status) ==
                0 &&
            (status <= 1 || status == UINT32_MAX))
            instruments.trampolines = status == 1 ? SW_YES : SW_NO;
        else
            instruments.unread = true;
    }
    instruments.audit_hook =
        known(reader, runtime->root, SW_F_RUNTIME_STATE_AUDIT_HOOKS, OBJECT, &instruments.unread);
    instruments.debug_hooks =
        known(reader, runtime->root, SW_F_RUNTIME_STATE_DEBUG_ALLOCATOR, FLAG, &instruments.unread);
    instruments.allocator = read_allocator(runtime);
    if (!instruments.allocator && sw_reader_has(reader, SW_F_RUNTIME_STATE_ALLOCATOR))
        instruments.unread = true;
    *ret_instruments = instruments;
}
