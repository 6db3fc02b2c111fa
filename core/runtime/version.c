/* SPDX-License-Identifier: MIT */
#include "runtime/version.h"

#include <stdio.h>
#include <string.h>

#include "layout/debug_offsets.h"
#include "object/dict.h"
#include "object/long.h"

/* Versions that say nowhere in a symbol what they are: tried in turn, and believed only when what
   they say of themselves (sys.hexversion) agrees. */
static const uint16_t with_runtime[] = {0x030c, 0x030b, 0x030a, 0x0309, 0x0308, 0x0307, 0};
static const uint16_t without_runtime[] = {0x0306, 0x0207, 0};

const uint16_t *sw_versions_without_name(bool have_runtime)
{
    return have_runtime ? with_runtime : without_runtime;
}

void sw_version_text(uint32_t hexversion, char *buf, size_t size)
{
    static const char *const levels[] = {"a", "b", "rc"};
    unsigned level = hexversion >> 4 & 15, serial = hexversion & 15;

    snprintf(
        buf, size, "%u.%u.%u", hexversion >> 24, hexversion >> 16 & 255, hexversion >> 8 & 255);
    if (level >= 0xa && level <= 0xc) {
        size_t len = strlen(buf);

        snprintf(buf + len, size - len, "%s%u", levels[level - 0xa], serial);
    }
}

static void flavour_of_target(struct sw_memory *memory, const struct sw_candidate *candidate,
    uint32_t hexversion, struct sw_flavour *flavour)
{
    unsigned size = memory->info.pointer_size;
    sw_addr type_type, type;

    memset(flavour, 0, sizeof(*flavour));
    flavour->hexversion = hexversion;
    flavour->pointer_size = (uint8_t)size;
    flavour->big_endian = memory->info.big_endian;
    /* Reference totals exist in debug builds only: a variable up to 3.11, a function since 3.12. */
    flavour->debug =
        sw_candidate_symbol(
            candidate, hexversion >> 16 < 0x030c ? "_Py_RefTotal" : "_Py_INCREF_IncRefTotal") != 0;
    memcpy(flavour->machine, memory->info.machine, sizeof(flavour->machine));
    /* `type` is its own type: where its ob_type lies tells whether objects begin with two more
       pointers. Free-threaded objects look the same there, and are told from the target's debug
       offsets. */
    type_type = sw_candidate_symbol(candidate, "PyType_Type");
    if (type_type && sw_memory_ptr(memory, type_type + 3 * size, "PyType_Type", NULL, &type) == 0)
        flavour->trace_refs = type == type_type;
}

/* ---------------------------------------------------------------- does a layout fit? */

/* tp_basicsize of a well-known type against the layout's size; 0 and undumped memory prove nothing.
 */
static int check_size(struct sw_runtime *runtime, sw_addr type, uint32_t expected, const char *what,
    struct sw_error *reterr)
{
    uint64_t found;

    if (!type || sw_reader_uint(&runtime->reader, type, SW_F_TYPE_BASICSIZE, NULL, &found) < 0 ||
        !found)
        return 0;
    if (found != expected)
        return sw_fail(reterr, SW_E_CORRUPT, type, "type.basicsize",
            "the layout does not fit: a %s here has %llu bytes, the layout says %u", what,
            (unsigned long long)found, expected);
    runtime->validated = true;
    return 0;
}

static int check_types(
    struct sw_runtime *runtime, const struct sw_candidate *candidate, struct sw_error *reterr)
{
    const struct sw_layout *layout = &runtime->layout;
    int status = check_size(runtime, sw_candidate_symbol(candidate, "PyType_Type"),
        layout->sizes[SW_S_HEAP_TYPE], "type", reterr);

    /* Offsets that the target gives itself need no second witness. */
    if (status < 0 || runtime->origin == SW_LAYOUT_FROM_DEBUG_OFFSETS)
        return status;
    return check_size(runtime, sw_candidate_symbol(candidate, "PyCode_Type"),
        sw_reader_code_basicsize(&runtime->reader), "code", reterr);
}

/* Where the interpreter list begins, by what the candidate has. */
static int find_head(struct sw_memory *memory, const struct sw_candidate *candidate,
    struct sw_runtime *runtime, struct sw_error *reterr)
{
    uint64_t thread = 0, interp = 0;

    if (candidate->root) {
        runtime->head = sw_runtime_at(runtime, SW_F_RUNTIME_STATE_INTERPRETERS_HEAD);
        return 0;
    }
    runtime->head = candidate->head;
    if (runtime->head)
        return 0;
    if (sw_memory_ptr(memory, candidate->current_thread, "current thread", NULL, &thread) < 0 ||
        !thread ||
        sw_reader_uint(&runtime->reader, thread, SW_F_THREAD_STATE_INTERP, NULL, &interp) < 0)
        return sw_fail(reterr, SW_E_NOT_FOUND, candidate->current_thread, "interp_head",
            "this Python is stripped, and no thread runs Python code at this moment to lead to "
            "the others; load its symbols, or continue and stop again");
    runtime->first_interpreter = interp;
    return 0;
}

/* The newest interpreter must lead to thread states that point back to it. */
static int check_walk(struct sw_runtime *runtime, struct sw_error *reterr)
{
    const struct sw_reader *reader = &runtime->reader;
    uint64_t interp = runtime->first_interpreter, thread = 0, back = 0;
    int status = 0;

    if (runtime->head)
        status = sw_memory_ptr(reader->memory, runtime->head, "interpreters", reterr, &interp);
    if (status < 0)
        return status;
    if (!interp)
        return sw_fail(reterr, SW_E_NOT_FOUND, runtime->head, "interpreters",
            "Python is loaded but not initialised, or already finalised%s",
            /* gdb 13 gives zeros, or what is in the file, for memory that was not dumped. */
            reader->memory->info.kind == SW_TARGET_CORE ? "; or the core lacks its memory" : "");
    if (!sw_reader_is_pointer(reader, interp))
        return sw_fail(reterr, SW_E_CORRUPT, interp, "interpreters",
            "0x%llx cannot be an interpreter", (unsigned long long)interp);
    status = sw_reader_uint(reader, interp, SW_F_INTERPRETER_STATE_THREADS_HEAD, reterr, &thread);
    if (status < 0 || !thread)
        return status;
    if (!sw_reader_is_pointer(reader, thread))
        return sw_fail(reterr, SW_E_CORRUPT, thread, "interpreter_state.threads_head",
            "0x%llx cannot be a thread state", (unsigned long long)thread);
    status = sw_reader_uint(reader, thread, SW_F_THREAD_STATE_INTERP, reterr, &back);
    if (status == 0 && back != interp)
        status = sw_fail(reterr, SW_E_CORRUPT, thread, "thread_state.interp",
            "the thread state at 0x%llx belongs to 0x%llx, not to the interpreter 0x%llx that "
            "lists it",
            (unsigned long long)thread, (unsigned long long)back, (unsigned long long)interp);
    return status;
}

static int fits(struct sw_memory *memory, const struct sw_candidate *candidate,
    struct sw_runtime *runtime, struct sw_error *reterr)
{
    int status;

    sw_reader_init(&runtime->reader, memory, &runtime->layout);
    runtime->hash = (struct sw_hash){.module = &runtime->module};
    runtime->reader.hash = &runtime->hash;
    runtime->validated = false;
    status = check_types(runtime, candidate, reterr);
    if (status == 0)
        status = find_head(memory, candidate, runtime, reterr);
    return status < 0 ? status : check_walk(runtime, reterr);
}

/* ---------------------------------------------------------------- which version? */

/* sys.hexversion of the newest interpreter, through the layout in hand. */
static int sys_hexversion(struct sw_runtime *runtime, uint32_t *ret_hexversion)
{
    int64_t value;
    sw_addr object;
    int status = sw_runtime_sys_find(runtime, "hexversion", &object);

    if (status == 0)
        status = sw_long_read(&runtime->reader, object, NULL, &value);
    if (status == 0)
        *ret_hexversion = (uint32_t)value;
    return status;
}

int sw_runtime_sys_find(const struct sw_runtime *runtime, const char *name, sw_addr *ret_object)
{
    const struct sw_reader *reader = &runtime->reader;
    uint64_t interp = runtime->first_interpreter, sys;
    int status = 0;

    if (runtime->head)
        status = sw_memory_ptr(reader->memory, runtime->head, "interpreters", NULL, &interp);
    if (status == 0)
        status = sw_reader_uint(reader, interp, SW_F_INTERPRETER_STATE_SYSDICT, NULL, &sys);
    if (status == 0)
        status = sw_dict_find(reader, sys, name, NULL, ret_object);
    return status;
}

bool sw_runtime_traces_references(const struct sw_runtime *runtime)
{
    const struct sw_flavour *flavour = &runtime->layout.flavour;
    sw_addr function;

    return flavour->trace_refs || (flavour->hexversion >= 0x030d0000 && !flavour->free_threaded &&
                                      sw_runtime_sys_find(runtime, "getobjects", &function) == 0);
}

/* Try one minor version; its last micro release stands for it until sys.hexversion is known. */
static int try_minor(struct sw_memory *memory, const struct sw_candidate *candidate, unsigned minor,
    struct sw_runtime *runtime, struct sw_error *reterr)
{
    struct sw_flavour flavour;
    uint32_t hexversion = 0;
    int status;

    flavour_of_target(memory, candidate, (uint32_t)minor << 16 | 0xfff0, &flavour);
    status = sw_layout_from_table(&flavour, reterr, &runtime->layout);
    if (status == 0)
        status = fits(memory, candidate, runtime, reterr);
    if (status < 0)
        return status;
    status = sys_hexversion(runtime, &hexversion);
    if (status == SW_E_STOPPED)
        return sw_fail(reterr, status, 0, "", "interrupted");
    if (status < 0 || hexversion >> 16 != minor)
        return sw_fail(reterr, SW_E_CORRUPT, runtime->head, "sys.hexversion",
            "this is not CPython %u.%u", minor >> 8, minor & 255);
    runtime->version_from_sys = true;
    flavour.hexversion = hexversion;
    status = sw_layout_from_table(&flavour, reterr, &runtime->layout);
    return status < 0 ? status : fits(memory, candidate, runtime, reterr);
}

static int guess_version(struct sw_memory *memory, const struct sw_candidate *candidate,
    struct sw_runtime *runtime, struct sw_error *reterr)
{
    const uint16_t *minors = candidate->root ? with_runtime : without_runtime;
    unsigned named = (unsigned)candidate->minor_from_path;
    int status;

    if (named && sw_layout_has_version(named >> 8, named & 255)) {
        status = try_minor(memory, candidate, named, runtime, reterr);
        /* The name and the structure agree: what else went wrong is worth telling. */
        if (status == 0 || status == SW_E_NOT_FOUND || status == SW_E_STOPPED)
            return status;
    } else if (named) {
        return sw_fail(reterr, SW_E_UNSUPPORTED, 0, "",
            "CPython %u.%u (%s) is not supported: no layout for it", named >> 8, named & 255,
            sw_module_basename(&candidate->module));
    }
    for (unsigned i = 0; minors[i]; i++) {
        status = try_minor(memory, candidate, minors[i], runtime, NULL);
        if (status == 0 || status == SW_E_STOPPED)
            return status;
    }
    if (!named)
        return sw_fail(reterr, SW_E_UNSUPPORTED, candidate->root, "",
            "there is a Python in %s, but of a version that could not be told, or damaged",
            candidate->module.path[0] ? candidate->module.path : "this target");
    return try_minor(memory, candidate, named, runtime, reterr);
}

/* 3.13 and later: whether _PyRuntime begins with _Py_DebugOffsets, and which version they name. */
static bool has_debug_offsets(struct sw_memory *memory, const struct sw_candidate *candidate,
    uint32_t *ret_hexversion, bool *ret_free_threaded)
{
    uint8_t head[24];

    return candidate->root &&
           sw_memory_read(memory, candidate->root, head, sizeof(head), "_Py_DebugOffsets", NULL) ==
               0 &&
           sw_debug_offsets_head(
               head, sizeof(head), memory->info.big_endian, ret_hexversion, ret_free_threaded) == 0;
}

static void apply_debug_offsets(struct sw_memory *memory, struct sw_runtime *runtime)
{
    uint8_t bytes[SW_DEBUG_OFFSETS_MAX];

    runtime->debug_offsets_rejected =
        sw_memory_read(memory, runtime->root, bytes, sizeof(bytes), "_Py_DebugOffsets", NULL) < 0 ||
        sw_debug_offsets_apply(bytes, sizeof(bytes), &runtime->layout, NULL) < 0;
    if (!runtime->debug_offsets_rejected)
        runtime->origin = SW_LAYOUT_FROM_DEBUG_OFFSETS;
}

/* A version that the target names itself, by its debug offsets or by Py_Version: its layout. */
static int open_version(struct sw_memory *memory, const struct sw_candidate *candidate,
    uint32_t hexversion, bool free_threaded, struct sw_runtime *runtime, struct sw_error *reterr)
{
    struct sw_flavour flavour;
    unsigned level = hexversion >> 4 & 15;
    char text[24];

    sw_version_text(hexversion, text, sizeof(text));
    if (level == 0xa || level == 0xb)
        return sw_fail(reterr, SW_E_UNSUPPORTED, candidate->root, "",
            "CPython %s is not supported: layouts of alpha and beta releases change daily", text);
    flavour_of_target(memory, candidate, hexversion, &flavour);
    if (free_threaded) {
        flavour.free_threaded = true;
        flavour.trace_refs = false;
    }
    return sw_layout_from_table(&flavour, reterr, &runtime->layout);
}

/* Python/ceval.c: PEP 523 gave PyEval_EvalFrameEx() to whoever wants another loop (3.6, gh-71189).
 */
const char *sw_runtime_loop_name(const struct sw_runtime *runtime)
{
    return runtime->layout.flavour.hexversion >= 0x03060000 ? "_PyEval_EvalFrameDefault"
                                                            : "PyEval_EvalFrameEx";
}

int sw_runtime_open(struct sw_memory *memory, const struct sw_candidate *candidate,
    struct sw_error *reterr, struct sw_runtime *runtime)
{
    sw_addr symbol;
    bool has_offsets, free_threaded = false;
    uint64_t version = 0;
    uint32_t hexversion = 0;
    int status;

    memset(runtime, 0, sizeof(*runtime));
    runtime->root = candidate->root;
    runtime->current_thread = candidate->current_thread;
    runtime->module = candidate->module;
    runtime->found_by = candidate->found_by;
    /* One name since 3.6 (PEP 523), another before. */
    runtime->evaluation_loop = sw_candidate_symbol(candidate, "_PyEval_EvalFrameDefault");
    if (!runtime->evaluation_loop)
        runtime->evaluation_loop = sw_candidate_symbol(candidate, "PyEval_EvalFrameEx");
    has_offsets = has_debug_offsets(memory, candidate, &hexversion, &free_threaded);
    symbol = has_offsets ? 0 : sw_candidate_symbol(candidate, "Py_Version");
    if (symbol && sw_memory_uint(memory, symbol, 4, "Py_Version", NULL, &version) == 0)
        hexversion = (uint32_t)version;
    if (!hexversion)
        return guess_version(memory, candidate, runtime, reterr);
    status = open_version(memory, candidate, hexversion, free_threaded, runtime, reterr);
    if (status < 0)
        return status;
    if (has_offsets)
        apply_debug_offsets(memory, runtime);
    return fits(memory, candidate, runtime, reterr);
}
