/* SPDX-License-Identifier: MIT */
#include "runtime/scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "layout/debug_offsets.h"
#include "runtime/version.h"

enum { SEGMENT_LOAD = 1, SEGMENT_WRITABLE = 2 };

enum { PIECE = SW_MAX_READ_AHEAD_PAGES * SW_PAGE_SIZE };

/* The scan of one module. */
struct scan {
    struct sw_memory *memory;
    struct sw_candidate candidate; /* what all finds have in common */
    bool has_layout;
    struct sw_layout layout; /* of the version that the module's name tells */
    struct sw_runtimes *runtimes;
    unsigned tries; /* left */
};

/* Open what looks like a runtime; false when the scan is to end. */
static bool try_root(struct scan *scan, sw_addr root)
{
    struct sw_runtime *runtime;
    struct sw_error problem = {.status = SW_OK};

    if (scan->tries-- == 0 || scan->runtimes->count == SW_MAX_RUNTIMES)
        return false;
    runtime = malloc(sizeof(*runtime));
    if (!runtime)
        return false;
    scan->candidate.root = root;
    if (sw_runtime_open(scan->memory, &scan->candidate, &problem, runtime) == 0) {
        scan->runtimes->items[scan->runtimes->count++] = runtime;
        return false;
    }
    free(runtime);
    /* What carries the cookie but is of a version without a layout deserves to be named. */
    if (problem.status == SW_E_UNSUPPORTED && scan->runtimes->problem.status == SW_OK)
        scan->runtimes->problem = problem;
    return problem.status != SW_E_STOPPED;
}

/* Whether `at`, `len` readable bytes of a runtime, may be one: the newest interpreter is the main
 * one. */
static bool looks_like_runtime(const struct scan *scan, const uint8_t *at, size_t len)
{
    unsigned size = scan->memory->info.pointer_size;
    uint32_t head = scan->layout.fields[SW_F_RUNTIME_STATE_INTERPRETERS_HEAD].offset;
    uint32_t main = scan->layout.fields[SW_F_RUNTIME_STATE_INTERPRETERS_MAIN].offset;
    uint64_t newest;

    if (head == SW_ABSENT || main == SW_ABSENT || main + size > len || head + size > len)
        return false;
    newest = sw_bytes_uint(at + head, size, scan->memory->info.big_endian);
    return newest >= SW_PAGE_SIZE && newest % size == 0 &&
           newest == sw_bytes_uint(at + main, size, scan->memory->info.big_endian);
}

static bool scan_bytes(struct scan *scan, sw_addr addr, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i + 8 <= len; i += 8) {
        bool found = memcmp(bytes + i, SW_DEBUG_OFFSETS_COOKIE, 8) == 0;

        if (!found && scan->has_layout)
            found = looks_like_runtime(scan, bytes + i, len - i);
        if (found && !try_root(scan, addr + i))
            return false;
    }
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
    struct sw_segment segments[SW_MAX_PROGRAM_HEADERS];
    size_t count = 0;
    uint64_t left = SW_MAX_SCAN_BYTES;
    uint8_t *buffer = malloc(PIECE);

    if (!buffer || sw_elf_segments(scan->memory, &scan->candidate.module, segments,
                       SW_MAX_PROGRAM_HEADERS, &count) < 0)
        count = 0;
    for (size_t i = 0; i < count && left; i++) {
        uint64_t size = segments[i].size < left ? segments[i].size : left;

        if (segments[i].type != SEGMENT_LOAD || !(segments[i].flags & SEGMENT_WRITABLE))
            continue;
        left -= size;
        if (!scan_range(scan, segments[i].addr, size, buffer))
            break;
    }
    free(buffer);
}

static void scan_module(
    struct sw_memory *memory, const struct sw_module *module, struct sw_runtimes *runtimes)
{
    int minor = sw_module_python_minor(module);
    struct scan scan = {.memory = memory, .runtimes = runtimes, .tries = SW_MAX_SCAN_TRIES};
    struct sw_flavour flavour = {.hexversion = (uint32_t)minor << 16 | 0xfff0,
        .pointer_size = memory->info.pointer_size,
        .big_endian = memory->info.big_endian};

    memcpy(flavour.machine, memory->info.machine, sizeof(flavour.machine));
    scan.candidate.found_by = SW_FOUND_BY_SCAN;
    scan.candidate.module = *module;
    scan.candidate.minor_from_path = minor;
    scan.has_layout = minor && sw_layout_from_table(&flavour, NULL, &scan.layout) == 0;
    scan_segments(&scan);
}

int sw_runtimes_scan(
    struct sw_memory *memory, struct sw_error *reterr, struct sw_runtimes *runtimes)
{
    const struct sw_modules *modules = &runtimes->modules;

    for (size_t i = 0; i < modules->count && !memory->stopped; i++)
        if (sw_module_is_likely(modules, i))
            scan_module(memory, &modules->items[i], runtimes);
    return memory->stopped ? sw_fail(reterr, SW_E_STOPPED, 0, "", "interrupted") : 0;
}
