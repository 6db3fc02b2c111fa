/* SPDX-License-Identifier: MIT */
#include "interp/gc.h"

#include <string.h>

#include "base/bytes.h"
#include "runtime/statics.h"

/* Where the parts of the collector's state are; 0 for what is nowhere. */
struct places {
    sw_addr enabled, collecting, generations;
};

bool sw_gc_is_per_interpreter(const struct sw_runtime *runtime)
{
    return sw_reader_has(&runtime->reader, SW_F_INTERPRETER_STATE_GC_COLLECTING);
}

static sw_addr place(
    const struct sw_reader *reader, sw_addr addr, enum sw_field_id field, sw_addr *ret_place)
{
    *ret_place = addr && sw_reader_has(reader, field) ? sw_reader_at(reader, addr, field) : 0;
    return *ret_place;
}

/* In the interpreter since 3.9 (bpo-39984), in the runtime in 3.7 and 3.8. */
static bool in_structs(const struct sw_runtime *runtime, const struct sw_interpreter *interpreter,
    struct places *places)
{
    const struct sw_reader *reader = &runtime->reader;

    if (sw_gc_is_per_interpreter(runtime)) {
        place(reader, interpreter->addr, SW_F_INTERPRETER_STATE_GC_ENABLED, &places->enabled);
        place(reader, interpreter->addr, SW_F_INTERPRETER_STATE_GC_COLLECTING, &places->collecting);
        place(
            reader, interpreter->addr, SW_F_INTERPRETER_STATE_GC_GENERATIONS, &places->generations);
        return true;
    }
    place(reader, runtime->root, SW_F_RUNTIME_STATE_GC_ENABLED, &places->enabled);
    place(reader, runtime->root, SW_F_RUNTIME_STATE_GC_GENERATIONS, &places->generations);
    return place(reader, runtime->root, SW_F_RUNTIME_STATE_GC_COLLECTING, &places->collecting) != 0;
}

static sw_addr find_static(const struct sw_runtime *runtime, enum sw_static which)
{
    sw_addr addr;

    return sw_static_find(runtime, which, &addr) == 0 ? addr : 0;
}

/* A flag of the target's; false when it cannot be read, or is neither 0 nor 1. */
static bool read_flag(
    const struct sw_runtime *runtime, sw_addr addr, struct sw_error *reterr, bool *ret_flag)
{
    struct sw_memory *memory = runtime->reader.memory;
    uint64_t word;

    if (!addr || sw_memory_uint(memory, addr, 4, "gc", reterr, &word) < 0)
        return false;
    if (word > 1) {
        sw_fail(reterr, SW_E_CORRUPT, addr, "gc",
            "the collector's state at 0x%llx is %llu: the memory is damaged",
            (unsigned long long)addr, (unsigned long long)word);
        return false;
    }
    *ret_flag = word != 0;
    return true;
}

/* Whether the list of a generation closes: the one after its head has the head before it. */
static bool is_generation(struct sw_memory *memory, sw_addr addr)
{
    unsigned size = memory->info.pointer_size;
    uint64_t next, previous;

    return sw_memory_ptr(memory, addr, "gc.generations", NULL, &next) == 0 &&
           sw_memory_ptr(memory, next + size, "PyGC_Head._gc_prev", NULL, &previous) == 0 &&
           (previous & ~(uint64_t)3) == addr;
}

/* Debian aligns PyGC_Head by 4 bytes in its 3.13.5 and later (for m68k), CPython's own source by
   the size of a pointer: the table has the former, and nothing in the target says which.
   Free-threaded builds have no lists to tell by, but Debian has no such builds. */
static sw_addr align_generations(const struct sw_runtime *runtime, sw_addr addr)
{
    struct sw_memory *memory = runtime->reader.memory;
    unsigned size = memory->info.pointer_size;
    sw_addr aligned = (addr + size - 1) & ~(sw_addr)(size - 1);

    if (aligned == addr || runtime->layout.flavour.free_threaded)
        return aligned;
    return !is_generation(memory, addr) && is_generation(memory, aligned) ? aligned : addr;
}

static void read_generations(const struct sw_runtime *runtime, sw_addr addr, struct sw_gc *gc)
{
    const struct sw_reader *reader = &runtime->reader;
    uint32_t size = runtime->layout.sizes[SW_S_GC_GENERATION];

    if (!addr || size == SW_ABSENT)
        return;
    addr = align_generations(runtime, addr);
    for (unsigned i = 0; i < SW_GC_GENERATIONS; i++) {
        sw_addr at = addr + i * (sw_addr)size;
        uint64_t count, threshold;

        if (sw_reader_uint(reader, at, SW_F_GC_GENERATION_COUNT, &gc->problem, &count) < 0 ||
            sw_reader_uint(reader, at, SW_F_GC_GENERATION_THRESHOLD, &gc->problem, &threshold) < 0)
            return;
        gc->generation[i].count = sw_bytes_sign(count, 4);
        gc->generation[i].threshold = sw_bytes_sign(threshold, 4);
    }
    gc->generations = SW_GC_GENERATIONS;
}

void sw_gc_read(const struct sw_runtime *runtime, const struct sw_interpreter *interpreter,
    struct sw_gc *ret_gc)
{
    const struct sw_reader *reader = &runtime->reader;
    struct sw_gc gc = {.problem = {SW_OK, 0, "", ""}};
    struct places places = {0, 0, 0};

    if (!in_structs(runtime, interpreter, &places)) {
        places.enabled = find_static(runtime, SW_STATIC_GC_ENABLED);
        places.collecting = find_static(runtime, SW_STATIC_GC_COLLECTING);
        places.generations = find_static(runtime, SW_STATIC_GC_GENERATIONS);
    }
    gc.enabled_known = read_flag(runtime, places.enabled, &gc.problem, &gc.enabled);
    gc.collecting_known = read_flag(runtime, places.collecting, &gc.problem, &gc.collecting);
    read_generations(runtime, places.generations, &gc);
    if (gc.collecting && sw_reader_has(reader, SW_F_INTERPRETER_STATE_GC_FRAME))
        (void)sw_reader_uint(
            reader, interpreter->addr, SW_F_INTERPRETER_STATE_GC_FRAME, NULL, &gc.frame);
    *ret_gc = gc;
}

bool sw_gc_is_collecting(const struct sw_runtime *runtime, const struct sw_interpreter *interpreter)
{
    struct places places = {0, 0, 0};
    bool collecting = false;

    return in_structs(runtime, interpreter, &places) &&
           read_flag(runtime, places.collecting, NULL, &collecting) && collecting;
}

bool sw_gc_is_state(
    const struct sw_runtime *runtime, const struct sw_interpreter *interpreter, sw_addr addr)
{
    /* Little stands in front of "enabled". */
    enum { MOST_BEFORE = 32 };
    struct places places = {0, 0, 0};

    return in_structs(runtime, interpreter, &places) && addr <= places.enabled &&
           places.enabled - addr <= MOST_BEFORE;
}
