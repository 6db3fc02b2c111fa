/* SPDX-License-Identifier: MIT */
#include "runtime/runtime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/candidate.h"
#include "runtime/scan.h"
#include "runtime/version.h"

const char *sw_found_by_name(enum sw_found_by found_by)
{
    switch (found_by) {
    case SW_FOUND_BY_DYNAMIC_SYMBOL:
        return "dynamic symbol";
    case SW_FOUND_BY_CODE:
        return "code of PyInterpreterState_Head";
    case SW_FOUND_BY_THREAD_STATE:
        return "running thread";
    case SW_FOUND_BY_SECTION:
        return "section .PyRuntime";
    case SW_FOUND_BY_SYMBOL:
        return "debugger's symbols";
    case SW_FOUND_BY_SCAN:
        return "scan of writable data";
    }
    return "";
}

sw_addr sw_runtime_at(const struct sw_runtime *runtime, enum sw_field_id field)
{
    if (!runtime->root || !sw_reader_has(&runtime->reader, field))
        return 0;
    return sw_reader_at(&runtime->reader, runtime->root, field);
}

void sw_runtimes_fini(struct sw_runtimes *runtimes)
{
    for (size_t i = 0; i < runtimes->count; i++)
        free(runtimes->items[i]);
    sw_modules_fini(&runtimes->modules);
    memset(runtimes, 0, sizeof(*runtimes));
}

static int open_all(struct sw_memory *memory, const struct sw_candidates *candidates,
    struct sw_error *reterr, struct sw_runtimes *runtimes)
{
    for (size_t i = 0; i < candidates->count; i++) {
        struct sw_runtime *runtime = malloc(sizeof(*runtime));
        struct sw_error problem;
        int status;

        if (!runtime)
            return sw_fail(reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
        status = sw_runtime_open(memory, &candidates->items[i], &problem, runtime);
        if (status == 0) {
            runtimes->items[runtimes->count++] = runtime;
            continue;
        }
        free(runtime);
        if (status == SW_E_STOPPED)
            return sw_fail(reterr, SW_E_STOPPED, 0, "", "interrupted");
        if (runtimes->problem.status == SW_OK)
            runtimes->problem = problem;
    }
    return 0;
}

/* Whether a core has any memory that the process wrote. */
static bool has_memory(const struct sw_corefile *core)
{
    for (size_t i = 0; i < core->segment_count; i++)
        if (core->segments[i].writable && core->segments[i].size)
            return true;
    return false;
}

/* The variables of a file called as Python is, as far as they are behind the end of the core; NULL
   when there are none. */
static const struct sw_core_segment *lost_variables(
    const struct sw_corefile *core, struct sw_module *ret_module)
{
    for (size_t i = 0; i < core->mapping_count; i++) {
        const struct sw_core_mapping *mapping = &core->mappings[i];

        snprintf(ret_module->path, sizeof(ret_module->path), "%s", mapping->path);
        if (!sw_module_is_called_python(ret_module))
            continue;
        for (size_t k = 0; k < core->segment_count; k++) {
            const struct sw_core_segment *segment = &core->segments[k];

            if (segment->writable && segment->size && segment->start < mapping->end &&
                segment->end > mapping->start && segment->offset + segment->size > core->size)
                return segment;
        }
    }
    return NULL;
}

/* What of a core is missing; 0 when nothing is known to be. */
static int core_is_short(
    const struct sw_corefile *core, const struct sw_error *problem, struct sw_error *reterr)
{
    struct sw_module module;
    const struct sw_core_segment *lost;
    unsigned long long size, whole;

    if (!core)
        return 0;
    if (!has_memory(core))
        return sw_fail(reterr, SW_E_READ, 0, "",
            "this core has registers and nothing of the process's memory: was it written with "
            "coredump_filter 0?");
    if (!sw_corefile_is_cut_off(core))
        return 0;
    size = core->size;
    whole = core->whole_size;
    lost = lost_variables(core, &module);
    if (lost)
        return sw_fail(reterr, SW_E_READ, lost->start, "",
            "the core is cut off: it ends at byte %llu of %llu, and the variables of %.80s at "
            "0x%llx are behind that",
            size, whole, sw_module_basename(&module), (unsigned long long)lost->start);
    if (problem->status == SW_E_READ)
        return sw_fail(reterr, SW_E_READ, problem->address, problem->field,
            "%.140s (it has %llu of %llu bytes)", problem->message, size, whole);
    return sw_fail(reterr, SW_E_READ, 0, "", "the core is cut off at byte %llu of %llu: %s", size,
        whole,
        problem->status == SW_OK ? "no Python is in what is left"
                                 : "too little of its Python is left to know its version");
}

/* Why there is nothing to show. */
static int nothing_found(
    struct sw_memory *memory, const struct sw_runtimes *runtimes, struct sw_error *reterr)
{
    bool is_core = memory->info.kind == SW_TARGET_CORE;
    const struct sw_error *problem = &runtimes->problem;
    int status = core_is_short(sw_memory_core(memory), problem, reterr);

    if (status == 0)
        status = sw_memory_other_build(memory, 0, reterr);
    if (status < 0)
        return status;
    if (problem->status != SW_OK)
        return sw_fail(
            reterr, problem->status, problem->address, problem->field, "%s", problem->message);
    for (size_t i = 0; i < runtimes->modules.count; i++)
        if (strncmp(sw_module_basename(&runtimes->modules.items[i]), "libpypy", 7) == 0)
            return sw_fail(reterr, SW_E_NOT_PYTHON, 0, "",
                "this is PyPy (%s): its frames and objects are not those of CPython, and are not "
                "read",
                sw_module_basename(&runtimes->modules.items[i]));
    return sw_fail(reterr, SW_E_NOT_PYTHON, 0, "",
        "no Python in this %s: no module has _PyRuntime or _PyThreadState_Current%s",
        is_core ? "core" : "process", is_core ? "; was the executable given?" : "");
}

/* A runtime that says what is wrong with it has been found, and so has one that its own file tells
   of and whose core lacks the rest; a candidate in which nothing fits may be a symbol or a section
   of another file than the one that runs, and one of 2.7 or 3.6 may only lack the way to its list.
 */
static bool is_worth_a_scan(struct sw_memory *memory, const struct sw_candidates *candidates,
    const struct sw_runtimes *runtimes)
{
    const struct sw_corefile *core = sw_memory_core(memory);
    enum sw_status problem = runtimes->problem.status;
    bool lacks_list = candidates->count && !candidates->items[0].root && !candidates->items[0].head;
    bool is_cut = problem == SW_E_READ && memory->info.kind == SW_TARGET_CORE &&
                  ((core && sw_corefile_is_cut_off(core)) ||
                      candidates->items[0].found_by == SW_FOUND_BY_DYNAMIC_SYMBOL);

    return !runtimes->count &&
           (lacks_list || (problem != SW_E_UNSUPPORTED && problem != SW_E_NOT_FOUND && !is_cut));
}

static int find_all(struct sw_memory *memory, struct sw_error *reterr, struct sw_runtimes *runtimes)
{
    struct sw_candidates candidates;
    bool is_scanned;
    int status = sw_modules_list(memory, reterr, &runtimes->modules);

    if (status == 0)
        status = sw_candidates_find(memory, &runtimes->modules, reterr, &candidates);
    if (status < 0)
        return status;
    status = open_all(memory, &candidates, reterr, runtimes);
    is_scanned = status == 0 && is_worth_a_scan(memory, &candidates, runtimes);
    if (is_scanned)
        status = sw_runtimes_scan(memory, reterr, runtimes);
    /* What was wrong with a candidate of which all was then found elsewhere is no news. */
    if (status == 0 && runtimes->count && is_scanned)
        runtimes->problem = (struct sw_error){.status = SW_OK};
    if (status == 0 && !runtimes->count)
        status = nothing_found(memory, runtimes, reterr);
    sw_candidates_fini(&candidates);
    return status;
}

bool sw_runtimes_are_likely(struct sw_memory *memory, bool *ret_is_whole)
{
    struct sw_modules modules = {.count = 0};
    bool found =
        sw_modules_list(memory, NULL, &modules) == 0 && sw_candidates_are_named(memory, &modules);

    *ret_is_whole = modules.count > 0;
    sw_modules_fini(&modules);
    return found || memory->stopped;
}

int sw_runtimes_find(
    struct sw_memory *memory, struct sw_error *reterr, struct sw_runtimes *ret_runtimes)
{
    struct sw_runtimes runtimes = {.count = 0};
    int status = find_all(memory, reterr, &runtimes);

    if (status < 0)
        sw_runtimes_fini(&runtimes);
    else
        *ret_runtimes = runtimes;
    return status;
}
