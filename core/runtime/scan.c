/* SPDX-License-Identifier: MIT */
#include "runtime/scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "layout/debug_offsets.h"
#include "runtime/version.h"

enum { SEGMENT_LOAD = 1, SEGMENT_WRITABLE = 2 };

enum { PIECE = SW_MAX_READ_AHEAD_PAGES * SW_PAGE_SIZE, MAX_SHAPES = 16 };

/* How the words of one version that has no cookie lead to its threads. */
struct shape {
    uint16_t minor;
    bool has_runtime;       /* a _PyRuntime; else a variable that points to the newest one */
    uint32_t head, main;    /* in _PyRuntime: the newest interpreter, and the main one */
    uint32_t threads, back; /* in the interpreter, in the thread state */
};

/* The scan of one module. */
struct scan {
    struct sw_memory *memory;
    struct sw_candidate candidate; /* what all finds have in common */
    bool want_runtime; /* look for a _PyRuntime; else for a variable, which takes far more reads */
    struct shape shapes[MAX_SHAPES];
    size_t shape_count;
    struct sw_segment segments[SW_MAX_PROGRAM_HEADERS];
    size_t segment_count;
    struct sw_runtimes *runtimes;
    unsigned tries; /* left */
    uint64_t *left; /* bytes that may still be scanned, for all modules together */
};

/* Open what looks like a runtime; false when the scan is to end. */
static bool try_candidate(struct scan *scan, const struct sw_candidate *candidate)
{
    struct sw_runtime *runtime;
    struct sw_error problem = {.status = SW_OK};

    if (scan->tries-- == 0 || scan->runtimes->count == SW_MAX_RUNTIMES)
        return false;
    runtime = malloc(sizeof(*runtime));
    if (!runtime)
        return false;
    if (sw_runtime_open(scan->memory, candidate, &problem, runtime) == 0) {
        scan->runtimes->items[scan->runtimes->count++] = runtime;
        return false;
    }
    free(runtime);
    /* What carries the cookie but is of a version without a layout deserves to be named. */
    if (problem.status == SW_E_UNSUPPORTED && scan->runtimes->problem.status == SW_OK)
        scan->runtimes->problem = problem;
    return problem.status != SW_E_STOPPED;
}

/* ---------------------------------------------------------------- what a runtime looks like */

static void add_shape(struct scan *scan, unsigned minor)
{
    struct sw_flavour flavour = {.hexversion = (uint32_t)minor << 16 | 0xfff0,
        .pointer_size = scan->memory->info.pointer_size,
        .big_endian = scan->memory->info.big_endian};
    struct sw_layout layout;
    struct shape *shape = &scan->shapes[scan->shape_count];

    memcpy(flavour.machine, scan->memory->info.machine, sizeof(flavour.machine));
    if (scan->shape_count == MAX_SHAPES || sw_layout_from_table(&flavour, NULL, &layout) < 0)
        return;
    shape->minor = (uint16_t)minor;
    shape->head = layout.fields[SW_F_RUNTIME_STATE_INTERPRETERS_HEAD].offset;
    shape->main = layout.fields[SW_F_RUNTIME_STATE_INTERPRETERS_MAIN].offset;
    shape->threads = layout.fields[SW_F_INTERPRETER_STATE_THREADS_HEAD].offset;
    shape->back = layout.fields[SW_F_THREAD_STATE_INTERP].offset;
    shape->has_runtime = shape->head != SW_ABSENT && shape->main != SW_ABSENT;
    if (!shape->has_runtime)
        shape->head = shape->main = 0;
    if (shape->threads != SW_ABSENT && shape->back != SW_ABSENT &&
        shape->has_runtime == scan->want_runtime)
        scan->shape_count++;
}

/* The versions that a file may have in it: the one that its name tells, or every one. */
static void find_shapes(struct scan *scan)
{
    const uint16_t *minors = sw_versions_without_name(scan->want_runtime);

    if (scan->candidate.minor_from_path) {
        add_shape(scan, (unsigned)scan->candidate.minor_from_path);
        return;
    }
    /* A file that says nothing costs reads for every word that could be a pointer. */
    while (scan->memory->info.kind != SW_TARGET_REMOTE && *minors)
        add_shape(scan, *minors++);
}

/* Whether a word may point to an interpreter: they are allocated, or are behind the runtime in it.
 */
static bool is_pointer(const struct scan *scan, uint64_t word)
{
    unsigned size = scan->memory->info.pointer_size;

    return word >= SW_PAGE_SIZE && word % size == 0 && !(word >> (size == 8 ? 48 : 32));
}

static bool is_in_file(const struct scan *scan, uint64_t word)
{
    for (size_t i = 0; i < scan->segment_count; i++)
        if (word - scan->segments[i].addr < scan->segments[i].size)
            return true;
    return false;
}

/* Whether the interpreter has a thread state that says that it belongs to it. */
static bool leads_back(const struct scan *scan, const struct shape *shape, sw_addr interp)
{
    struct sw_memory *memory = scan->memory;
    uint64_t thread, back, absent = memory->absent;
    bool result =
        sw_memory_ptr(memory, interp + shape->threads, "interpreter", NULL, &thread) == 0 &&
        is_pointer(scan, thread) &&
        sw_memory_ptr(memory, thread + shape->back, "thread state", NULL, &back) == 0 &&
        back == interp;

    /* Words that are no pointers prove nothing about what the target lacks. */
    memory->absent = absent;
    return result;
}

/* `at` are `len` readable bytes of what may be a runtime. */
static bool looks_right(
    const struct scan *scan, const struct shape *shape, const uint8_t *at, size_t len)
{
    unsigned size = scan->memory->info.pointer_size;
    bool big_endian = scan->memory->info.big_endian;
    uint64_t newest;

    if (shape->main + size > len || shape->head + size > len)
        return false;
    newest = sw_bytes_uint(at + shape->head, size, big_endian);
    if (!is_pointer(scan, newest))
        return false;
    /* Reads are dear: the newest interpreter is the main one as well, or it is allocated. */
    if (shape->has_runtime ? newest != sw_bytes_uint(at + shape->main, size, big_endian)
                           : newest % (2 * size) != 0 || is_in_file(scan, newest))
        return false;
    return leads_back(scan, shape, newest);
}

/* Look at one place; false when the scan is to end. */
static bool scan_place(struct scan *scan, sw_addr addr, const uint8_t *at, size_t len)
{
    struct sw_candidate candidate = scan->candidate;

    if (scan->want_runtime && memcmp(at, SW_DEBUG_OFFSETS_COOKIE, 8) == 0) {
        candidate.root = addr;
        return try_candidate(scan, &candidate);
    }
    for (size_t i = 0; i < scan->shape_count; i++) {
        const struct shape *shape = &scan->shapes[i];

        if (!looks_right(scan, shape, at, len))
            continue;
        candidate.root = shape->has_runtime ? addr : 0;
        candidate.head = shape->has_runtime ? 0 : addr;
        candidate.minor_from_path = shape->minor;
        if (!try_candidate(scan, &candidate))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------- where to look */

static bool scan_bytes(struct scan *scan, sw_addr addr, const uint8_t *bytes, size_t len)
{
    unsigned step = scan->memory->info.pointer_size;

    for (size_t i = 0; i + 8 <= len; i += step)
        if (!scan_place(scan, addr + i, bytes + i, len - i))
            return false;
    return true;
}

/* A range in pieces that overlap by what a runtime needs to be recognised. Pages that are absent
 * are passed over. */
static bool scan_range(struct scan *scan, sw_addr addr, uint64_t len, uint8_t *buffer)
{
    const size_t overlap = 256;

    for (uint64_t at = 0; at < len && !sw_memory_interrupted(scan->memory);) {
        size_t piece = len - at < PIECE ? (size_t)(len - at) : PIECE;

        if (sw_memory_read(scan->memory, addr + at, buffer, piece, "data", NULL) == 0) {
            if (!scan_bytes(scan, addr + at, buffer, piece))
                return false;
        } else {
            for (size_t page = 0; page < piece; page += SW_PAGE_SIZE) {
                size_t size = piece - page < SW_PAGE_SIZE ? piece - page : SW_PAGE_SIZE;

                if (sw_memory_read(scan->memory, addr + at + page, buffer, size, "data", NULL) ==
                        0 &&
                    !scan_bytes(scan, addr + at + page, buffer, size))
                    return false;
            }
        }
        if (piece <= overlap || at + piece >= len)
            break;
        at += piece - overlap;
    }
    return true;
}

static void scan_segments(struct scan *scan)
{
    uint8_t *buffer = malloc(PIECE);

    for (size_t i = 0; buffer && i < scan->segment_count && *scan->left; i++) {
        const struct sw_segment *segment = &scan->segments[i];
        uint64_t size = segment->size < *scan->left ? segment->size : *scan->left;

        if (segment->type != SEGMENT_LOAD || !(segment->flags & SEGMENT_WRITABLE))
            continue;
        *scan->left -= size;
        if (!scan_range(scan, segment->addr, size, buffer))
            break;
    }
    free(buffer);
}

static void scan_module(struct sw_memory *memory, const struct sw_module *module, bool want_runtime,
    uint64_t *left, struct sw_runtimes *runtimes)
{
    struct scan *scan = calloc(1, sizeof(*scan));

    if (!scan)
        return;
    scan->memory = memory;
    scan->runtimes = runtimes;
    scan->tries = SW_MAX_SCAN_TRIES;
    scan->left = left;
    scan->candidate.found_by = SW_FOUND_BY_SCAN;
    scan->candidate.module = *module;
    scan->candidate.minor_from_path = sw_module_python_minor(module);
    scan->candidate.has_symbols =
        sw_elf_symbols_open(memory, module, &scan->candidate.symbols) == 0;
    scan->candidate.current_thread =
        sw_candidate_symbol(&scan->candidate, "_PyThreadState_Current");
    scan->want_runtime = want_runtime;
    find_shapes(scan);
    if (!want_runtime && !scan->shape_count)
        scan->segment_count = 0;
    else if (sw_elf_segments(
                 memory, module, scan->segments, SW_MAX_PROGRAM_HEADERS, &scan->segment_count) == 0)
        scan_segments(scan);
    free(scan);
}

int sw_runtimes_scan(
    struct sw_memory *memory, struct sw_error *reterr, struct sw_runtimes *runtimes)
{
    const struct sw_modules *modules = &runtimes->modules;

    /* The likely files first; the others only when nothing was found, and not through a slow link.
     */
    for (unsigned pass = 0; pass < 4 && !runtimes->count; pass++) {
        bool likely = pass < 2, want_runtime = pass % 2 == 0;
        uint64_t left = SW_MAX_SCAN_BYTES;

        for (size_t i = 0; i < modules->count && !memory->stopped; i++)
            if (sw_module_is_likely(modules, i) == likely &&
                (likely || memory->info.kind != SW_TARGET_REMOTE))
                scan_module(memory, &modules->items[i], want_runtime, &left, runtimes);
    }
    return memory->stopped ? sw_fail(reterr, SW_E_STOPPED, 0, "", "interrupted") : 0;
}
