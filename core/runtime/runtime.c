/* SPDX-License-Identifier: MIT */
#include "runtime/runtime.h"

#include <stdlib.h>
#include <string.h>

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

/* Why there is nothing to show. */
static int nothing_found(
    const struct sw_memory *memory, const struct sw_runtimes *runtimes, struct sw_error *reterr)
{
    bool is_core = memory->info.kind == SW_TARGET_CORE;
    const struct sw_error *problem = &runtimes->problem;

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

/* A runtime that says what is wrong with it has been found; a candidate in which nothing fits may
   be a symbol or a section of another file than the one that runs, and one of 2.7 or 3.6 may only
   lack the way to its list. */
static bool is_worth_a_scan(
    const struct sw_candidates *candidates, const struct sw_runtimes *runtimes)
{
    enum sw_status problem = runtimes->problem.status;
    bool lacks_list = candidates->count && !candidates->items[0].root && !candidates->items[0].head;

    return !runtimes->count &&
           (lacks_list || (problem != SW_E_UNSUPPORTED && problem != SW_E_NOT_FOUND));
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
    is_scanned = status == 0 && is_worth_a_scan(&candidates, runtimes);
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
    bool found = sw_modules_list(memory, NULL, &modules) == 0 &&
                 sw_candidates_are_exported(memory, &modules);

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
