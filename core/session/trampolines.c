/* SPDX-License-Identifier: MIT */
#include "session/trampolines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "object/dict.h"
#include "object/object.h"
#include "object/sequence.h"

/* A search in one runtime. */
struct search {
    struct sw_session *session;
    const struct sw_reader *reader;
    struct sw_codes *codes;
    struct sw_trampolines *found;
};

/* Code within code, classes within classes. */
enum { DEPTH_MAX = 8 };

static bool is_new(struct sw_trampolines *found, sw_addr addr)
{
    if (found->seen.count >= SW_MAX_TRAMPOLINES || sw_map_get(&found->seen, addr))
        return false;
    return sw_map_put(&found->seen, addr, found) == 0;
}

/* ---------------------------------------------------------------- one trampoline */

static void add_region(struct search *search, const struct sw_trampoline *trampoline)
{
    struct sw_trampolines *found = search->found;
    struct sw_trampoline_region *regions;

    for (size_t i = 0; i < found->region_count; i++)
        if (trampoline->start - found->regions[i].start < found->regions[i].size)
            return;
    if (found->region_count == SW_MAX_TRAMPOLINE_REGIONS)
        return;
    regions = realloc(found->regions, (found->region_count + 1) * sizeof(*regions));
    if (!regions)
        return;
    found->regions = regions;
    if (sw_trampoline_region_read(
            &search->session->memory, trampoline, &regions[found->region_count]) == 0)
        found->region_count++;
}

static void add_symbol(
    struct search *search, const struct sw_trampoline *trampoline, const char *name)
{
    struct sw_trampolines *found = search->found;

    if (found->symbol_count == found->symbol_capacity) {
        size_t capacity = found->symbol_capacity ? found->symbol_capacity * 2 : 256;
        struct sw_symbol *symbols = realloc(found->symbols, capacity * sizeof(*symbols));

        if (!symbols)
            return;
        found->symbols = symbols;
        found->symbol_capacity = capacity;
    }
    found->symbols[found->symbol_count++] =
        (struct sw_symbol){trampoline->start, trampoline->form->size, name};
}

/* "py::QUALNAME:FILE", as in perf's own map file (perf_map_write_entry). */
static const char *name_of(struct search *search, const struct sw_code *code)
{
    const struct sw_text *name = code->qualname.data ? &code->qualname : &code->name;
    size_t size = name->len + code->filename.len + 6;
    char *text = sw_arena_alloc(&search->found->arena, size);

    if (text)
        snprintf(text, size, "py::%s:%s", name->data ? name->data : "?",
            code->filename.data ? code->filename.data : "?");
    return text;
}

/*
 * Which of the users of co_extra the trampolines are, only a variable of the runtime says
 * (ceval.perf.extra_code_index); but none of the others keeps an address there at which the bytes
 * are those of a trampoline.
 */
static void add_code_extras(struct search *search, const struct sw_code *code)
{
    struct sw_memory *memory = &search->session->memory;
    unsigned size = memory->info.pointer_size;
    uint64_t extra = 0, count = 0;

    if (sw_reader_uint(search->reader, code->addr, SW_F_CODE_EXTRA, NULL, &extra) < 0 || !extra ||
        sw_memory_ptr(memory, extra, "co_extra", NULL, &count) < 0)
        return;
    for (uint64_t i = 1; i <= count && i <= SW_MAX_CODE_EXTRAS; i++) {
        struct sw_trampoline trampoline;
        const char *name;
        sw_addr start = 0;

        if (sw_memory_ptr(memory, extra + i * size, "co_extra", NULL, &start) < 0 || !start ||
            sw_trampoline_find(memory, start, &trampoline) < 0 || trampoline.start != start ||
            !is_new(search->found, start))
            continue;
        add_region(search, &trampoline);
        name = name_of(search, code);
        if (name)
            add_symbol(search, &trampoline, name);
    }
}

/* ---------------------------------------------------------------- where code is */

static bool is_code(const struct search *search, sw_addr addr)
{
    sw_addr type;

    return search->codes->code_type && sw_object_type(search->reader, addr, NULL, &type) == 0 &&
           type == search->codes->code_type;
}

/* A code object, and those among its constants. */
static void add_code(struct search *search, sw_addr addr, unsigned depth)
{
    struct sw_sequence constants;
    struct sw_code *code;
    uint64_t consts = 0;
    sw_addr item;

    if (depth == DEPTH_MAX || !is_new(search->found, addr) ||
        sw_codes_get(search->codes, search->reader, addr, NULL, &code) < 0)
        return;
    add_code_extras(search, code);
    if (sw_reader_uint(search->reader, addr, SW_F_CODE_CONSTS, NULL, &consts) < 0 ||
        sw_sequence_open(search->reader, consts, "co_consts", NULL, &constants) < 0)
        return;
    for (uint64_t i = 0; i < constants.length && i < SW_MAX_LOCALS; i++)
        if (sw_sequence_item(search->reader, &constants, i, NULL, &item) == 0 &&
            is_code(search, item))
            add_code(search, item, depth + 1);
}

/* The functions in a namespace, and those of its classes. */
static void add_namespace(struct search *search, sw_addr namespace, unsigned depth)
{
    const struct sw_reader *reader = search->reader;
    struct sw_dict dict;
    sw_addr key, value, type;

    if (depth == DEPTH_MAX || !is_new(search->found, namespace) ||
        sw_dict_open(reader, namespace, NULL, &dict) < 0)
        return;
    while (sw_dict_next(&dict, NULL, &key, &value) > 0) {
        uint64_t code = 0, flags = 0, inner = 0;

        if (sw_memory_interrupted(&search->session->memory))
            return;
        /* A function by its code; what else may be at that place is no code object. */
        if (sw_reader_uint(reader, value, SW_F_FUNCTION_CODE, NULL, &code) == 0 &&
            sw_reader_is_pointer(reader, code) && is_code(search, code))
            add_code(search, code, 0);
        else if (sw_object_type(reader, value, NULL, &type) == 0 &&
                 sw_type_flags(reader, type, NULL, &flags) == 0 && flags >> SW_TYPE_TYPE & 1 &&
                 sw_reader_uint(reader, value, SW_F_TYPE_DICT, NULL, &inner) == 0 && inner)
            add_namespace(search, inner, depth + 1);
    }
}

static void add_modules(struct search *search, const struct sw_runtime *runtime)
{
    struct sw_interpreter *interpreters = calloc(SW_MAX_INTERPRETERS, sizeof(*interpreters));
    const struct sw_reader *reader = search->reader;
    struct sw_error problem;
    size_t count = 0;

    if (interpreters)
        count = sw_interpreters_list(runtime, interpreters, SW_MAX_INTERPRETERS, &problem);
    for (size_t i = 0; i < count; i++) {
        struct sw_dict modules;
        uint64_t at = 0, namespace = 0;
        sw_addr key, value;

        if (sw_reader_uint(
                reader, interpreters[i].addr, SW_F_INTERPRETER_STATE_MODULES, NULL, &at) < 0 ||
            sw_dict_open(reader, at, NULL, &modules) < 0)
            continue;
        while (sw_dict_next(&modules, NULL, &key, &value) > 0)
            if (sw_reader_uint(reader, value, SW_F_MODULE_DICT, NULL, &namespace) == 0)
                add_namespace(search, namespace, 0);
    }
    free(interpreters);
}

static void add_stack(struct search *search, const struct sw_thread *thread)
{
    struct sw_stack stack;
    struct sw_frame frame;

    sw_thread_open_stack(search->session, thread, &stack);
    while (sw_stack_next(&stack, NULL, &frame) > 0)
        if (frame.code)
            add_code(search, frame.code->addr, 0);
}

/* ---------------------------------------------------------------- all of them */

static int compare_symbols(const void *a, const void *b)
{
    const struct sw_symbol *left = a, *right = b;

    return (left->addr > right->addr) - (left->addr < right->addr);
}

int sw_session_trampolines(
    struct sw_session *session, struct sw_error *reterr, struct sw_trampolines *ret_trampolines)
{
    struct sw_trampolines found = {.regions = NULL};
    const struct sw_threads *threads;
    int status = sw_session_threads(session, reterr, &threads);

    if (status < 0)
        return status;
    for (unsigned i = 0; i < session->runtimes.count; i++) {
        const struct sw_runtime *runtime = session->runtimes.items[i];
        struct search search = {session, &runtime->reader, &session->codes[i], &found};

        if (!sw_reader_has(&runtime->reader, SW_F_CODE_EXTRA))
            continue;
        for (size_t k = 0; k < threads->count; k++)
            if (threads->items[k].runtime == runtime)
                add_stack(&search, &threads->items[k]);
        /* Where no function of a stack has one, none has. */
        if (found.region_count)
            add_modules(&search, runtime);
    }
    if (!found.region_count) {
        sw_trampolines_fini(&found);
        return sw_fail(reterr, SW_E_NOT_FOUND, 0, "",
            "no function on any stack has a perf trampoline: they come with python -X perf (3.12 "
            "and later)");
    }
    qsort(found.symbols, found.symbol_count, sizeof(*found.symbols), compare_symbols);
    *ret_trampolines = found;
    return 0;
}

void sw_trampolines_fini(struct sw_trampolines *trampolines)
{
    for (size_t i = 0; i < trampolines->region_count; i++)
        free(trampolines->regions[i].bytes);
    free(trampolines->regions);
    free(trampolines->symbols);
    sw_map_clear(&trampolines->seen);
    sw_arena_reset(&trampolines->arena);
    memset(trampolines, 0, sizeof(*trampolines));
}

int sw_trampolines_write(
    const struct sw_trampolines *trampolines, const char *path, struct sw_error *reterr)
{
    uint8_t *bytes;
    size_t len;
    FILE *file;
    bool failed;
    int status = sw_symbol_file_make(trampolines->regions, trampolines->region_count,
        trampolines->symbols, trampolines->symbol_count, &bytes, &len);

    if (status < 0)
        return sw_fail(reterr, status, 0, "", "the symbols of %zu regions do not fit a file",
            trampolines->region_count);
    file = fopen(path, "wb");
    failed = !file || fwrite(bytes, 1, len, file) != len;
    if (file && fclose(file) != 0)
        failed = true;
    free(bytes);
    if (failed)
        return sw_fail(
            reterr, SW_E_NOT_FOUND, 0, "", "cannot write %.100s: %s", path, strerror(errno));
    return 0;
}
