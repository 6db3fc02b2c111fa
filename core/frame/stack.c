/* SPDX-License-Identifier: MIT */
#include "frame/stack.h"

#include <string.h>

#include "base/bytes.h"
#include "object/object.h"

/* Frame owners (Include/internal/pycore_frame.h): 0 thread, 1 generator, 2 frame object; from 3 on
   the frame is the evaluation loop's own (FRAME_OWNED_BY_CSTACK, _BY_INTERPRETER). */
enum { OWNER_GENERATOR = 1, OWNER_FIRST_SHIM = 3 };

enum {
    CHUNK_SIZE = 16 * 1024, /* of the smallest chunk: DATA_STACK_CHUNK_SIZE (Python/pystate.c) */
    FETCH_SIZE = 64 * 1024, /* what is fetched at once */
    LONG_ROW = 4            /* so many chunks in a row promise more */
};

void sw_stack_open(struct sw_stack *stack, const struct sw_runtime *runtime, struct sw_codes *codes,
    const struct sw_thread_state *thread)
{
    memset(stack, 0, sizeof(*stack));
    stack->runtime = runtime;
    stack->codes = codes;
    stack->next = thread->frame;
    stack->lost = thread->lost_frame;
    stack->base = thread->base_frame;
    stack->chunk = thread->datastack_chunk;
}

/* ---------------------------------------------------------------- fetching ahead */

static bool in_chunk(sw_addr addr, sw_addr chunk, uint64_t size)
{
    return chunk && addr >= chunk && addr - chunk < size;
}

/* Whether the frame at `addr` lies in the chunk, whose size is read; on the way what the walk will
   come through is fetched: the chunk up to that frame, and more when many chunks have followed
   each other in memory. */
static bool enter_chunk(struct sw_stack *stack, sw_addr chunk, sw_addr addr)
{
    const struct sw_reader *reader = &stack->runtime->reader;
    bool follows = stack->chunk_size && chunk == stack->chunk + stack->chunk_size;
    uint64_t size, ahead = addr + reader->ends[SW_S_FRAME] - chunk;
    uint32_t row = follows ? stack->row + 1 : 0;

    if (!sw_reader_is_pointer(reader, chunk))
        return false;
    if (in_chunk(addr, chunk, CHUNK_SIZE))
        sw_memory_prefetch(reader->memory, chunk, row < LONG_ROW ? ahead : FETCH_SIZE);
    if (sw_reader_uint(reader, chunk, SW_F_STACK_CHUNK_CHUNK_SIZE, NULL, &size) < 0 ||
        !in_chunk(addr, chunk, size))
        return false;
    stack->chunk = chunk;
    stack->chunk_size = size;
    stack->row = row;
    return true;
}

/* Older frames lie below newer ones in a chunk, and older chunks behind it in a list: step to the
   previous chunk when the frame is there. Frames of generators lie in neither. */
static bool find_chunk(struct sw_stack *stack, sw_addr addr)
{
    uint64_t previous;

    if (in_chunk(addr, stack->chunk, stack->chunk_size) ||
        (stack->chunk && !stack->chunk_size && enter_chunk(stack, stack->chunk, addr)))
        return true;
    return stack->chunk &&
           sw_reader_uint(&stack->runtime->reader, stack->chunk, SW_F_STACK_CHUNK_PREVIOUS, NULL,
               &previous) == 0 &&
           enter_chunk(stack, previous, addr);
}

/* Fetch the part of the chunk that the walk will come through. */
static void fetch_ahead(struct sw_stack *stack, sw_addr addr)
{
    sw_addr from, to;

    if (addr >= stack->fetched_from && addr < stack->fetched_to)
        return;
    if (!find_chunk(stack, addr))
        return;
    to = addr + stack->runtime->reader.ends[SW_S_FRAME];
    from = to - stack->chunk > FETCH_SIZE ? to - FETCH_SIZE : stack->chunk;
    sw_memory_prefetch(stack->runtime->reader.memory, from, (size_t)(to - from));
    stack->fetched_from = from;
    stack->fetched_to = to;
}

/* ---------------------------------------------------------------- one frame */

/* Frames may hold tagged references since 3.14 (Include/internal/pycore_stackref.h): the two low
   bits are no part of the address. */
static sw_addr untagged(const struct sw_reader *reader, sw_addr reference)
{
    return reader->layout->traits.stackref == SW_STACKREF_TAGGED ? reference & ~(sw_addr)3
                                                                 : reference;
}

/* Free-threaded builds give each thread its own copy of a code object's bytecode (3.14, gh-115999):
   _PyCodeArray is {size, entries[]}. */
static int thread_local_bytecode(const struct sw_reader *reader, const struct sw_span *span,
    const struct sw_code *code, sw_addr *ret_start)
{
    unsigned pointer = reader->memory->info.pointer_size;
    uint64_t index, size;
    int status;

    if (!code->tlbc || !sw_reader_has(reader, SW_F_FRAME_TLBC_INDEX))
        return 0;
    index = sw_span_uint(reader, span, SW_F_FRAME_TLBC_INDEX);
    status = sw_memory_ptr(reader->memory, code->tlbc, "code.tlbc", NULL, &size);
    if (status < 0 || index >= size)
        return status;
    return sw_memory_ptr(
        reader->memory, code->tlbc + (1 + index) * pointer, "code.tlbc", NULL, ret_start);
}

static int32_t clamp_offset(int64_t offset)
{
    return offset < 0 ? -1 : offset > INT32_MAX ? INT32_MAX : (int32_t)offset;
}

/* Byte offset of the frame's instruction in its bytecode. */
static int32_t instruction_offset(
    const struct sw_reader *reader, const struct sw_span *span, const struct sw_code *code)
{
    sw_addr start = code->bytecode;
    int64_t lasti;

    switch (reader->layout->traits.instruction) {
    case SW_INSTRUCTION_LASTI_BYTES:
        return clamp_offset(sw_span_int(reader, span, SW_F_FRAME_LASTI));
    case SW_INSTRUCTION_LASTI_UNITS:
        lasti = sw_span_int(reader, span, SW_F_FRAME_LASTI);
        return lasti < 0 ? -1 : clamp_offset(lasti * 2);
    case SW_INSTRUCTION_PREV_INSTR:
        return clamp_offset((int64_t)(sw_span_uint(reader, span, SW_F_FRAME_PREV_INSTR) - start));
    case SW_INSTRUCTION_INSTR_PTR:
        (void)thread_local_bytecode(reader, span, code, &start);
        return clamp_offset((int64_t)(sw_span_uint(reader, span, SW_F_FRAME_INSTR_PTR) - start));
    }
    return -1;
}

/* The rule of _PyFrame_IsIncomplete() (3.11+): a frame that has not come to its first traceable
   instruction is not shown, unless it belongs to a generator. */
static bool is_incomplete(
    const struct sw_reader *reader, const struct sw_frame *frame, uint64_t owner)
{
    if (!sw_reader_has(reader, SW_F_CODE_FIRSTTRACEABLE))
        return frame->code->is_shim;
    return owner != OWNER_GENERATOR &&
           (frame->lasti < 0 || (uint32_t)frame->lasti < frame->code->first_traceable);
}

/* f_lineno of the frame's object overrides the line table: in 3.9 and before while a trace function
   is set, since 3.10 when it is positive. */
static void override_line(
    const struct sw_reader *reader, const struct sw_span *span, struct sw_frame *frame)
{
    sw_addr object = frame->addr;
    uint64_t trace = 1, line;

    if (sw_reader_has(reader, SW_F_FRAME_FRAME_OBJ)) {
        object = sw_span_uint(reader, span, SW_F_FRAME_FRAME_OBJ);
        if (!sw_reader_is_pointer(reader, object))
            return;
    }
    if (reader->layout->traits.lineno_override == SW_LINENO_OVERRIDE_TRACED &&
        sw_reader_uint(reader, object, SW_F_FRAME_OBJECT_TRACE, NULL, &trace) < 0)
        return;
    if (!trace || sw_reader_uint(reader, object, SW_F_FRAME_OBJECT_LINENO, NULL, &line) < 0)
        return;
    if ((int32_t)line > 0 && (int32_t)line != frame->position.line)
        frame->position = (struct sw_position){(int32_t)line, (int32_t)line, -1, -1};
}

/* 1 for a frame to show, 0 for glue to skip, or a negative status. */
static int read_frame(struct sw_stack *stack, const struct sw_span *span, struct sw_frame *frame)
{
    const struct sw_reader *reader = &stack->runtime->reader;
    uint64_t owner = sw_span_uint(reader, span, SW_F_FRAME_OWNER);
    sw_addr code = untagged(reader, sw_span_uint(reader, span, SW_F_FRAME_CODE));
    int status;

    /* The loop's own frame, under those that it runs (3.12, gh-98003). */
    if (owner >= OWNER_FIRST_SHIM) {
        stack->loops++;
        return 0;
    }
    status = sw_codes_get(stack->codes, reader, code, &frame->problem, &frame->code);
    if (status < 0) {
        frame->code = NULL;
        return status == SW_E_STOPPED || status == SW_E_NO_MEMORY ? status : 1;
    }
    frame->lasti = instruction_offset(reader, span, frame->code);
    if (is_incomplete(reader, frame, owner))
        return 0;
    frame->position = sw_code_position(stack->codes, reader, frame->code, frame->lasti);
    override_line(reader, span, frame);
    return 1;
}

/* ---------------------------------------------------------------- the walk */

static int check_progress(struct sw_stack *stack, struct sw_error *reterr)
{
    stack->visited++;
    if (stack->next == stack->landmark)
        return sw_fail(reterr, SW_E_CORRUPT, stack->next, "frame.previous",
            "the stack comes back to the frame at 0x%llx: a cycle of %llu frames",
            (unsigned long long)stack->next,
            (unsigned long long)(stack->visited - stack->landmark_at));
    if (stack->visited > SW_MAX_FRAMES)
        return sw_fail(reterr, SW_E_LIMIT, stack->next, "frame.previous", "more than %d frames",
            SW_MAX_FRAMES);
    if (stack->visited >= 2 * stack->landmark_at) {
        stack->landmark = stack->next;
        stack->landmark_at = stack->visited;
    }
    if (stack->visited % 1024 == 0 && sw_memory_interrupted(stack->runtime->reader.memory))
        return sw_fail(reterr, SW_E_STOPPED, stack->next, "", "interrupted");
    return 0;
}

/* Whether the loop that runs the frame was called for it: each one in 3.10 and before; in 3.11 by a
   flag; later the frame under it tells. */
static bool is_last_of_loop(const struct sw_reader *reader, const struct sw_span *span)
{
    if (!sw_reader_has(reader, SW_F_FRAME_OWNER))
        return true;
    return sw_reader_has(reader, SW_F_FRAME_IS_ENTRY) &&
           sw_span_uint(reader, span, SW_F_FRAME_IS_ENTRY) != 0;
}

/* Take the next frame, of whatever kind, and step to the one behind it. */
static int take_span(struct sw_stack *stack, struct sw_error *reterr, struct sw_span *ret_span)
{
    const struct sw_reader *reader = &stack->runtime->reader;
    int status = check_progress(stack, reterr);

    if (status == 0 && stack->is_short) {
        status = sw_span_load_alone(reader, SW_S_FRAME, stack->next, reterr, ret_span);
    } else if (status == 0) {
        fetch_ahead(stack, stack->next);
        status = sw_span_load(reader, SW_S_FRAME, stack->next, reterr, ret_span);
    }
    stack->next = status < 0 ? 0 : sw_span_uint(reader, ret_span, SW_F_FRAME_PREVIOUS);
    return status;
}

/* PyThreadState.base_frame (3.15) is below all loops, and of none. */
static bool is_at_end(const struct sw_stack *stack)
{
    return !stack->next || stack->next == stack->base;
}

int sw_stack_leave_loop(struct sw_stack *stack, struct sw_error *reterr, sw_addr *ret_entry)
{
    const struct sw_reader *reader = &stack->runtime->reader;

    while (!is_at_end(stack)) {
        sw_addr addr = stack->next;
        struct sw_span span;
        int status = take_span(stack, reterr, &span);
        bool is_entry;

        if (status < 0)
            return status;
        is_entry = sw_span_uint(reader, &span, SW_F_FRAME_OWNER) >= OWNER_FIRST_SHIM;
        if (!is_entry && !is_last_of_loop(reader, &span))
            continue;
        stack->loops++;
        *ret_entry = is_entry ? addr : 0;
        return 1;
    }
    return 0;
}

int sw_stack_next(struct sw_stack *stack, struct sw_error *reterr, struct sw_frame *ret_frame)
{
    const struct sw_reader *reader = &stack->runtime->reader;
    sw_addr lost = stack->lost;

    stack->lost = 0;
    if (lost) {
        int status = sw_reader_uint(reader, lost, SW_F_CFRAME_CURRENT_FRAME, reterr, &stack->next);

        if (status < 0)
            return status;
    }
    while (!is_at_end(stack)) {
        struct sw_frame frame = {.addr = stack->next, .lasti = -1, .position = {0, 0, -1, -1}};
        struct sw_span span;
        int status = take_span(stack, reterr, &span);

        if (status < 0)
            return status;
        frame.loop = stack->loops;
        status = read_frame(stack, &span, &frame);
        stack->loops += is_last_of_loop(reader, &span);
        if (status < 0) {
            if (reterr)
                *reterr = frame.problem;
            stack->next = 0;
            return status;
        }
        if (status == 0)
            continue;
        frame.index = stack->shown++;
        *ret_frame = frame;
        return 1;
    }
    return 0;
}

int sw_stack_newest(struct sw_stack *stack, struct sw_error *reterr, struct sw_frame *ret_frame)
{
    /* Frames on a data stack have the pages of a thread of their own. Before 3.11 they are objects
       among others, many on a page. */
    stack->is_short = stack->chunk != 0;
    return sw_stack_next(stack, reterr, ret_frame);
}

int sw_frame_read(const struct sw_runtime *runtime, struct sw_codes *codes, sw_addr addr,
    struct sw_error *reterr, struct sw_frame *ret_frame)
{
    struct sw_stack stack = {.runtime = runtime, .codes = codes};
    struct sw_frame frame = {.addr = addr, .lasti = -1, .position = {0, 0, -1, -1}};
    struct sw_span span;
    int status = sw_span_load(&runtime->reader, SW_S_FRAME, addr, reterr, &span);

    if (status < 0)
        return status;
    status = read_frame(&stack, &span, &frame);
    if (status >= 0 && !frame.code && frame.problem.status == SW_OK)
        return sw_fail(reterr, SW_E_CORRUPT, addr, "frame", "the frame at 0x%llx runs no code",
            (unsigned long long)addr);
    if (status < 0 || !frame.code) {
        if (reterr)
            *reterr = frame.problem;
        return status < 0 ? status : (int)frame.problem.status;
    }
    *ret_frame = frame;
    return 0;
}
