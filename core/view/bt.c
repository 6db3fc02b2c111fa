/* SPDX-License-Identifier: MIT */
/* py-bt: the Python stack, as text in the form of CPython's own gdb extension, and as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view/bt.h"
#include "view/frame.h"
#include "view/rendered.h"
#include "view/values.h"

static int parse(const struct sw_run *run, struct sw_bt_options *options)
{
    *options = (struct sw_bt_options){.count = UINT64_MAX};
    for (unsigned i = 0; i < run->args->count; i++) {
        const char *word = run->args->words[i];
        int64_t number;

        if (strcmp(word, "-a") == 0 || strcmp(word, "--all") == 0) {
            options->all = true;
        } else if (strcmp(word, "--columns") == 0) {
            options->columns = true;
        } else if (strcmp(word, "--qualname") == 0) {
            options->qualname = true;
        } else if (strcmp(word, "--json") == 0) {
            options->json = true;
        } else if (strcmp(word, "--locals") == 0) {
            options->locals = true;
        } else if (strcmp(word, "--fold") == 0) {
            options->fold = true;
        } else if (strcmp(word, "--source") == 0) {
            options->source = true;
        } else if (strcmp(word, "--native") == 0 || strcmp(word, "--native=all") == 0) {
            options->native = true;
            options->plumbing = options->plumbing || word[8];
        } else if (sw_arg_number(word, &number) && options->count == UINT64_MAX) {
            if (number == 0)
                return sw_run_usage(run, "0 frames asked for");
            options->oldest = number < 0;
            options->count = (uint64_t)(number < 0 ? -number : number);
        } else if (word[0] == '-') {
            return sw_run_usage(run, "unknown option '%.40s'", word);
        } else {
            return sw_run_usage(run, "'%.40s' is no number of frames", word);
        }
    }
    if (options->native && (options->all || options->oldest))
        return sw_run_usage(run, "--native is of the selected thread, newest frame first");
    return 0;
}

/* ---------------------------------------------------------------- a stack, frame by frame */

/* A walk over the frames that the options select. */
struct bt_walk {
    struct sw_stack stack;
    struct sw_error end; /* why the stack ends before its end; status SW_OK when it does not */
    uint64_t left;       /* frames still to show */
    bool more;           /* frames were left out at the end */
    bool ends_early;     /* `end` was met when the frames were counted */
};

/* Counting first costs a second walk, but no memory for a stack of any depth. */
static uint64_t frames_to_skip(
    struct bt_walk *walk, struct sw_session *session, const struct sw_thread *thread, uint64_t keep)
{
    struct sw_stack stack;
    struct sw_frame frame;
    uint64_t count = 0;
    int status;

    sw_thread_open_stack(session, thread, &stack);
    while ((status = sw_stack_next(&stack, &walk->end, &frame)) > 0)
        count++;
    /* The second walk may come further, but the oldest frames are those that were counted. */
    walk->ends_early = status < 0;
    walk->left = count < keep ? count : keep;
    return count - walk->left;
}

static void walk_open(struct bt_walk *walk, struct sw_session *session,
    const struct sw_thread *thread, const struct sw_bt_options *options)
{
    struct sw_frame frame;
    uint64_t skip = 0;

    memset(walk, 0, sizeof(*walk));
    walk->left = options->count;
    if (options->oldest)
        skip = frames_to_skip(walk, session, thread, options->count);
    sw_thread_open_stack(session, thread, &walk->stack);
    while (skip-- && sw_stack_next(&walk->stack, &walk->end, &frame) > 0)
        ;
}

static bool walk_next(struct bt_walk *walk, struct sw_frame *ret_frame)
{
    if (walk->ends_early && !walk->left)
        return false;
    if (sw_stack_next(&walk->stack, &walk->end, ret_frame) <= 0)
        return false;
    if (!walk->left) {
        walk->more = true;
        return false;
    }
    walk->left--;
    return true;
}

/* ---------------------------------------------------------------- text */

void sw_bt_put_frame(const struct sw_run *run, const struct sw_bt_options *options,
    const struct sw_runtime *runtime, const struct sw_frame *frame, unsigned margin)
{
    struct sw_out *out = run->out;
    const struct sw_code *code = frame->code;

    if (!code) {
        sw_out_printf(out, SW_STYLE_NOTE, "(frame at 0x%llx: ", (unsigned long long)frame->addr);
        sw_out_text(out, SW_STYLE_NOTE, frame->problem.message, strlen(frame->problem.message));
        sw_out_puts(out, SW_STYLE_NOTE, ")\n");
        return;
    }
    sw_out_puts(out, SW_STYLE_PLAIN, "File \"");
    sw_view_name(out, SW_STYLE_FILENAME, &code->filename);
    sw_out_puts(out, SW_STYLE_PLAIN, "\", line ");
    sw_view_line(out, frame->position.line);
    sw_out_puts(out, SW_STYLE_PLAIN, ", in ");
    sw_view_name(out, SW_STYLE_FUNCTION,
        options->qualname && code->qualname.data ? &code->qualname : &code->name);
    sw_out_puts(out, SW_STYLE_PLAIN, "\n");
    if (options->source)
        sw_view_listing(run, runtime, frame, frame->position.line - 2, frame->position.line + 2);
    else
        sw_view_source(run, runtime, frame, options->columns, margin);
    if (code->problem.status != SW_OK) {
        sw_view_margin(out, margin > 2 ? margin - 2 : 0);
        sw_view_note(out, code->problem.message);
    }
}

/* The variables, each on its line; a large frame's code may be displaced by them. */
void sw_bt_put_locals(const struct sw_run *run, const struct sw_thread *thread,
    const struct sw_frame *frame, unsigned margin)
{
    struct sw_writer writer;
    char indent[16];

    if (!frame->code)
        return;
    sw_view_writer(run, thread, &writer);
    snprintf(indent, sizeof(indent), "%*s", (int)margin, "");
    sw_view_locals(run, &writer, frame, indent, false);
    sw_writer_fini(&writer);
}

/* The same, out of what is kept when the same line was shown before. */
static void put_frame_again(const struct sw_run *run, const struct sw_bt_options *options,
    const struct sw_runtime *runtime, struct sw_rendered *rendered, const struct sw_frame *frame)
{
    size_t start = run->out->used;
    uint64_t flushed = run->out->flushed;

    if (sw_rendered_put(rendered, frame, run->out))
        return;
    sw_out_puts(run->out, SW_STYLE_PLAIN, "  ");
    sw_bt_put_frame(run, options, runtime, frame, 4);
    sw_rendered_keep(rendered, frame, run->out, start, flushed);
}

static int put_stack(const struct sw_run *run, const struct sw_bt_options *options,
    struct sw_rendered *rendered, const struct sw_thread *thread)
{
    struct sw_out *out = run->out;
    struct bt_walk walk;
    struct sw_builtin builtin;
    struct sw_frame frame;

    sw_out_puts(out, SW_STYLE_PLAIN, "Traceback (most recent call first):\n");
    if (thread->waits_for_gil)
        sw_out_puts(out, SW_STYLE_PLAIN, "  Waiting for the GIL\n");
    if (thread->collecting)
        sw_out_puts(out, SW_STYLE_PLAIN, "  Garbage-collecting\n");
    walk_open(&walk, run->session, thread, options);
    while (out->status == 0 && !run->session->memory.stopped && walk_next(&walk, &frame)) {
        if (sw_view_find_builtin(run->session, thread, &frame, &builtin))
            sw_view_builtin(out, "  ", &builtin);
        put_frame_again(run, options, thread->runtime, rendered, &frame);
        if (options->locals)
            sw_bt_put_locals(run, thread, &frame, 6);
    }
    if (walk.more)
        sw_out_puts(out, SW_STYLE_NOTE, "  (more Python frames follow)\n");
    if (walk.end.status == SW_E_STOPPED) {
        *run->reterr = walk.end;
        return SW_E_STOPPED;
    }
    if (walk.end.status != SW_OK) {
        sw_out_puts(out, SW_STYLE_NOTE, "  (the stack cannot be followed further: ");
        sw_out_text(out, SW_STYLE_NOTE, walk.end.message, strlen(walk.end.message));
        sw_out_puts(out, SW_STYLE_NOTE, ")\n");
    }
    return out->status;
}

int sw_bt_put_stack(
    const struct sw_run *run, const struct sw_bt_options *options, const struct sw_thread *thread)
{
    struct sw_rendered rendered = {.arena = {.failed = false}};
    int status = put_stack(run, options, &rendered, thread);

    sw_rendered_fini(&rendered);
    return status;
}

static size_t count_selected(const struct sw_threads *threads, bool all)
{
    size_t count = 0;

    for (size_t i = 0; i < threads->count; i++)
        count += (all || threads->items[i].selected) &&
                 (all || sw_thread_state_has_stack(&threads->items[i].state));
    return count;
}

/* ---------------------------------------------------------------- folding */

/* Threads whose stacks read the same, frame by frame: a number for each stack, 0 for one that
   stands for itself. The selected thread does, for more is known of it. */
static uint64_t stack_number(struct sw_session *session, const struct sw_thread *thread)
{
    const uint64_t prime = UINT64_C(0x100000001b3); /* FNV-1a, a word at a time */
    uint64_t number = UINT64_C(0xcbf29ce484222325);
    struct sw_stack stack;
    struct sw_frame frame;
    int status;

    if (thread->selected)
        return 0;
    number = (number ^ thread->waits_for_gil) * prime;
    number = (number ^ thread->holds_gil) * prime;
    number = (number ^ thread->collecting) * prime;
    number = (number ^ thread->runtime_index) * prime;
    number = (number ^ (uint64_t)thread->interpreter_id) * prime;
    sw_thread_open_stack(session, thread, &stack);
    while ((status = sw_stack_next(&stack, NULL, &frame)) > 0) {
        if (!frame.code || frame.code->problem.status != SW_OK)
            return 0;
        number = (number ^ frame.code->addr) * prime;
        number = (number ^ (uint64_t)(uint32_t)frame.lasti << 32 ^ (uint32_t)frame.position.line) *
                 prime;
    }
    return status < 0 ? 0 : number | 1;
}

/* The number of each thread's stack; NULL when out of memory, and nothing is folded then. */
static uint64_t *stack_numbers(const struct sw_run *run, const struct sw_threads *threads)
{
    uint64_t *numbers = calloc(threads->count + 1, sizeof(*numbers));

    for (size_t i = 0; numbers && i < threads->count; i++)
        numbers[i] = stack_number(run->session, &threads->items[i]);
    return numbers;
}

static bool was_shown(const uint64_t *numbers, size_t index)
{
    for (size_t i = 0; numbers[index] && i < index; i++)
        if (numbers[i] == numbers[index])
            return true;
    return false;
}

/* "12 threads: 3 (LWP 4711), 4 (LWP 4712), ...:"; the heading of one thread when it is alone. */
static void put_group(const struct sw_run *run, const struct sw_threads *threads,
    const uint64_t *numbers, size_t index)
{
    enum { NAMED = 8 };
    struct sw_out *out = run->out;
    size_t count = 0, named = 0;

    for (size_t i = index; i < threads->count; i++)
        count += numbers[index] && numbers[i] == numbers[index];
    if (count < 2) {
        sw_view_heading(run, &threads->items[index]);
        return;
    }
    sw_out_printf(out, SW_STYLE_PLAIN, "%zu threads:", count);
    for (size_t i = index; i < threads->count && named < NAMED; i++) {
        const struct sw_thread *thread = &threads->items[i];

        if (numbers[i] != numbers[index])
            continue;
        sw_out_puts(out, SW_STYLE_PLAIN, named++ ? ", " : " ");
        if (thread->number)
            sw_out_printf(out, SW_STYLE_PLAIN, "%lld ", (long long)thread->number);
        sw_out_printf(out, SW_STYLE_PLAIN, thread->tid ? "(LWP %lld)" : "(no native thread found)",
            (long long)thread->tid);
    }
    sw_out_puts(out, SW_STYLE_PLAIN, count > NAMED ? ", ...:\n" : ":\n");
}

/* ---------------------------------------------------------------- stacks */

static int bt_text(
    const struct sw_run *run, const struct sw_bt_options *options, const struct sw_threads *threads)
{
    size_t count = count_selected(threads, options->all), shown = 0;
    uint64_t *numbers = options->all && options->fold ? stack_numbers(run, threads) : NULL;
    struct sw_rendered rendered = {.arena = {.failed = false}};
    struct sw_out *out = run->out;
    int status = 0;

    for (size_t i = 0; i < threads->count && status == 0; i++) {
        const struct sw_thread *thread = &threads->items[i];

        if (!options->all && (!thread->selected || !sw_thread_state_has_stack(&thread->state)))
            continue;
        if (numbers && was_shown(numbers, i))
            continue;
        if (shown++)
            sw_out_puts(out, SW_STYLE_PLAIN, "\n");
        if (numbers)
            put_group(run, threads, numbers, i);
        else if (options->all || count > 1)
            sw_view_heading(run, thread);
        status = put_stack(run, options, &rendered, thread);
    }
    free(numbers);
    sw_rendered_fini(&rendered);
    if (!shown)
        sw_out_puts(out, SW_STYLE_NOTE,
            options->all ? "Python has no threads.\n"
                         : "Unable to locate python frame: this thread runs no Python code.\n");
    for (size_t i = 0; i < threads->problem_count && status == 0; i++)
        sw_view_note(out, threads->problems[i].message);
    return status;
}

/* ---------------------------------------------------------------- JSON */

/* The call that the newest frame is in, as a member of that frame. */
static void json_builtin(struct sw_json *json, const struct sw_builtin *builtin)
{
    sw_json_open_object(json, "calling");
    sw_json_string(json, "name", builtin->name);
    if (builtin->self) {
        sw_json_string(json, "self_type", builtin->self_type);
        sw_json_address(json, "self", builtin->self);
    }
    sw_json_close_object(json);
}

/* "locals" of the frame: as py-locals --json has them. */
static void json_locals(const struct sw_run *run, const struct sw_thread *thread,
    const struct sw_frame *frame, struct sw_json *json)
{
    struct sw_writer writer;

    if (!frame->code)
        return;
    sw_view_writer(run, thread, &writer);
    sw_view_json_locals(&writer, frame, json);
    sw_writer_fini(&writer);
}

void sw_bt_json_frame(const struct sw_run *run, const struct sw_bt_options *options,
    struct sw_json *json, const struct sw_thread *thread, const struct sw_frame *frame,
    const struct sw_builtin *builtin)
{
    const struct sw_code *code = frame->code;
    bool has_line = frame->position.line > 0;

    sw_json_int(json, "index", frame->index);
    sw_json_address(json, "address", frame->addr);
    if (code) {
        sw_json_text(json, "name", code->name.data, code->name.len);
        sw_json_text(json, "qualname", code->qualname.data, code->qualname.len);
        sw_json_text(json, "file", code->filename.data, code->filename.len);
        sw_json_int_if(json, "line", has_line, frame->position.line);
        sw_json_int_if(json, "end_line", has_line, frame->position.end_line);
        sw_json_int_if(json, "column", frame->position.column >= 0, frame->position.column);
        sw_json_int_if(
            json, "end_column", frame->position.end_column >= 0, frame->position.end_column);
        sw_json_int(json, "first_line", code->first_line);
        if (code->problem.status != SW_OK)
            sw_json_error(json, "problem", &code->problem);
    } else {
        sw_json_error(json, "problem", &frame->problem);
    }
    if (builtin)
        json_builtin(json, builtin);
    if (options->locals)
        json_locals(run, thread, frame, json);
}

int sw_bt_json_stack(const struct sw_run *run, const struct sw_bt_options *options,
    const struct sw_thread *thread, struct sw_json *json)
{
    struct sw_builtin builtin;
    struct bt_walk walk;
    struct sw_frame frame;

    sw_json_open_array(json, "frames");
    walk_open(&walk, run->session, thread, options);
    while (run->out->status == 0 && !run->session->memory.stopped && walk_next(&walk, &frame)) {
        bool is_calling = sw_view_find_builtin(run->session, thread, &frame, &builtin);

        sw_json_open_object(json, NULL);
        sw_bt_json_frame(run, options, json, thread, &frame, is_calling ? &builtin : NULL);
        sw_json_close_object(json);
    }
    sw_json_close_array(json);
    sw_json_bool(json, "more", walk.more);
    sw_json_error(json, "end", &walk.end);
    return run->out->status;
}

static int json_thread(const struct sw_run *run, const struct sw_bt_options *options,
    const struct sw_thread *thread, struct sw_json *json)
{
    sw_json_open_object(json, NULL);
    sw_view_json_thread(thread, json);
    sw_json_bool(json, "selected", thread->selected);
    sw_json_bool(json, "holds_gil", thread->holds_gil);
    sw_json_bool(json, "waits_for_gil", thread->waits_for_gil);
    sw_json_bool(json, "collecting", thread->collecting);
    sw_bt_json_stack(run, options, thread, json);
    sw_json_close_object(json);
    return run->out->status;
}

static int bt_json(
    const struct sw_run *run, const struct sw_bt_options *options, const struct sw_threads *threads)
{
    struct sw_json json;
    int status = 0;

    sw_run_json_begin(run, &json);
    sw_json_open_array(&json, "threads");
    for (size_t i = 0; i < threads->count && status == 0; i++)
        if (options->all || threads->items[i].selected)
            status = json_thread(run, options, &threads->items[i], &json);
    sw_json_close_array(&json);
    sw_run_json_end(&json, threads);
    return status;
}

int sw_run_bt(const struct sw_run *run)
{
    const struct sw_threads *threads;
    struct sw_bt_options options;
    int status = parse(run, &options);

    if (status == 0 && options.native)
        return sw_bt_native(run, &options);
    if (status == 0)
        status = sw_session_threads(run->session, run->reterr, &threads);
    if (status < 0)
        return status;
    return options.json ? bt_json(run, &options, threads) : bt_text(run, &options, threads);
}
