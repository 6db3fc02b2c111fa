/* SPDX-License-Identifier: MIT */
/* Moving from frame to frame: py-up, py-down, py-frame; py-list; py-bt-full. */
#include <stdlib.h>
#include <string.h>

#include "session/selection.h"
#include "view/frame.h"
#include "view/values.h"

/* Evaluation loops of one stack that get the number of their native frame. */
enum { MAX_LEVELS = 100000 };

/* As py-list of CPython's extension: five lines before, five behind; ten from a given one. */
enum { LIST_BEFORE = 5, LIST_LINES = 10 };

/* ---------------------------------------------------------------- native levels */

struct levels {
    unsigned *items;
    size_t count;
};

static void find_levels(
    const struct sw_run *run, const struct sw_thread *thread, size_t max, struct levels *levels)
{
    levels->count = 0;
    levels->items = calloc(max, sizeof(*levels->items));
    if (levels->items)
        sw_session_loop_levels(run->session, thread, levels->items, max, &levels->count);
}

static const unsigned *level_of(const struct levels *levels, const struct sw_frame *frame)
{
    return frame->loop < levels->count ? &levels->items[frame->loop] : NULL;
}

/* ---------------------------------------------------------------- one frame */

/* The line of py-bt-full, then the source line. The variables may displace the frame's code object,
   so that is looked up again. */
static void put_full(const struct sw_run *run, const struct sw_thread *thread,
    const struct levels *levels, const struct sw_frame *frame)
{
    sw_addr code = frame->code ? frame->code->addr : 0;
    struct sw_frame again = *frame;
    struct sw_writer writer;

    sw_view_writer(run, thread, &writer);
    sw_view_full(run, &writer, frame, level_of(levels, frame));
    sw_writer_fini(&writer);
    if (code && sw_codes_get(writer.codes, writer.reader, code, NULL, &again.code) == 0)
        sw_view_source(run, thread->runtime, &again, false, 4);
}

static void json_frame(
    const struct sw_run *run, const struct sw_thread *thread, const struct sw_frame *frame)
{
    struct sw_json json;
    struct sw_writer writer;

    sw_run_json_begin(run, &json);
    sw_json_open_object(&json, "frame");
    if (frame->code) {
        sw_view_json_frame(frame, &json);
        sw_view_writer(run, thread, &writer);
        sw_view_json_locals(&writer, frame, &json);
        sw_writer_fini(&writer);
    } else {
        sw_json_int(&json, "index", frame->index);
        sw_json_address(&json, "address", frame->addr);
        sw_json_error(&json, "problem", &frame->problem);
    }
    sw_json_close_object(&json);
    sw_run_json_end(&json, NULL);
}

static void put_selected(const struct sw_run *run, bool as_json, const struct sw_thread *thread,
    const struct sw_frame *frame)
{
    struct levels levels;

    if (as_json) {
        json_frame(run, thread, frame);
        return;
    }
    find_levels(run, thread, (size_t)frame->loop + 1, &levels);
    put_full(run, thread, &levels, frame);
    free(levels.items);
}

/* ---------------------------------------------------------------- py-up, py-down, py-frame */

/* At most one number, and --json. */
static int parse_number(
    const struct sw_run *run, int64_t fallback, int64_t *ret_number, bool *ret_json)
{
    bool given = false;

    *ret_number = fallback;
    *ret_json = false;
    for (unsigned i = 0; i < run->args->count; i++) {
        const char *word = run->args->words[i];

        if (strcmp(word, "--json") == 0) {
            *ret_json = true;
            continue;
        }
        if (given || !sw_arg_number(word, ret_number) || *ret_number < 0)
            return sw_run_usage(run, "'%.40s' is no number of frames", word);
        given = true;
    }
    return 0;
}

static int move(const struct sw_run *run, int direction)
{
    const struct sw_thread *thread = NULL;
    struct sw_frame frame;
    int64_t steps;
    bool as_json;
    int status = parse_number(run, 1, &steps, &as_json);

    if (status == 0)
        status = sw_session_move(run->session, direction * steps, run->reterr, &thread, &frame);
    if (status == 0)
        put_selected(run, as_json, thread, &frame);
    /* At an end of the stack: no error, which would end a script that goes up as far as it can. */
    if (status == SW_E_NOT_FOUND && thread && !as_json) {
        sw_out_puts(run->out, SW_STYLE_PLAIN, run->reterr->message);
        sw_out_puts(run->out, SW_STYLE_PLAIN, "\n");
        return 0;
    }
    return status;
}

int sw_run_up(const struct sw_run *run)
{
    return move(run, 1);
}

int sw_run_down(const struct sw_run *run)
{
    return move(run, -1);
}

int sw_run_frame(const struct sw_run *run)
{
    const struct sw_thread *thread = NULL;
    struct sw_frame frame;
    int64_t index;
    bool as_json;
    int status = parse_number(run, -1, &index, &as_json);

    if (status == 0)
        status = index < 0
                     ? sw_session_frame(run->session, run->reterr, &thread, &frame)
                     : sw_session_go(run->session, (uint64_t)index, run->reterr, &thread, &frame);
    if (status == 0)
        put_selected(run, as_json, thread, &frame);
    else if (status == SW_E_NOT_FOUND && index >= 0 && thread)
        return sw_fail(
            run->reterr, SW_E_NOT_FOUND, 0, "", "there is no python frame %lld", (long long)index);
    return status;
}

/* ---------------------------------------------------------------- py-list */

/* START or START,END */
static int parse_lines(const struct sw_run *run, int64_t *first, int64_t *last)
{
    char text[64] = "";
    char *comma;

    for (unsigned i = 0; i < run->args->count; i++) {
        if (strlen(text) + strlen(run->args->words[i]) + 1 > sizeof(text))
            return sw_run_usage(run, "'%.40s' is no line", run->args->words[i]);
        strcat(text, run->args->words[i]);
    }
    if (!*text)
        return 0;
    comma = strchr(text, ',');
    if (comma)
        *comma++ = '\0';
    if (!sw_arg_number(text, first) || *first < 0)
        return sw_run_usage(run, "'%.40s' is no line", text);
    if (comma && (!sw_arg_number(comma, last) || *last < *first))
        return sw_run_usage(run, "'%.40s' is no line at or behind the first", comma);
    if (!comma)
        *last = *first + LIST_LINES;
    return 0;
}

int sw_run_list(const struct sw_run *run)
{
    int64_t first = -1, last = -1;
    const struct sw_thread *thread;
    struct sw_frame frame;
    int status = parse_lines(run, &first, &last);

    if (status == 0)
        status = sw_session_frame(run->session, run->reterr, &thread, &frame);
    if (status < 0)
        return status;
    if (!frame.code) {
        *run->reterr = frame.problem;
        return frame.problem.status;
    }
    if (first < 0) {
        first = frame.position.line - LIST_BEFORE;
        last = frame.position.line + LIST_BEFORE;
    }
    if (sw_view_listing(run, thread->runtime, &frame, first, last))
        return 0;
    return sw_fail(run->reterr, SW_E_NOT_FOUND, 0, "",
        "there are no such lines of '%.180s', neither below the target's root nor in its linecache",
        frame.code->filename.data ? frame.code->filename.data : "?");
}

/* ---------------------------------------------------------------- py-bt-full */

/* What py-bt has before the newest frame, without numbers: no native frame tells it. */
static void put_state(const struct sw_run *run, const struct sw_thread *thread)
{
    if (thread->waits_for_gil)
        sw_out_puts(run->out, SW_STYLE_PLAIN, "Waiting for the GIL\n");
    if (thread->collecting)
        sw_out_puts(run->out, SW_STYLE_PLAIN, "Garbage-collecting\n");
}

/* "#N <built-in method ...>": what the newest frame calls. */
static void put_builtin(
    const struct sw_run *run, const struct sw_thread *thread, const struct sw_frame *frame)
{
    struct sw_builtin builtin;
    unsigned level;

    if (!sw_view_find_builtin(run->session, thread, frame, &builtin))
        return;
    if (sw_session_call_level(run->session, thread, builtin.function, &level) == 0)
        sw_out_printf(run->out, SW_STYLE_PLAIN, "#%u ", level);
    sw_view_builtin(run->out, "", &builtin);
}

int sw_run_bt_full(const struct sw_run *run)
{
    const struct sw_threads *threads;
    int status = 0;
    bool any = false;

    if (run->args->count)
        return sw_run_usage(run, "unknown option '%.40s'", run->args->words[0]);
    status = sw_session_threads(run->session, run->reterr, &threads);
    if (status < 0)
        return status;
    for (size_t i = 0; i < threads->count; i++) {
        const struct sw_thread *thread = &threads->items[i];
        struct sw_error problem = {.status = SW_OK};
        struct levels levels;
        struct sw_stack stack;
        struct sw_frame frame;

        if (!thread->selected || !sw_thread_state_has_stack(&thread->state))
            continue;
        any = true;
        find_levels(run, thread, MAX_LEVELS, &levels);
        put_state(run, thread);
        sw_thread_open_stack(run->session, thread, &stack);
        while (run->out->status == 0 && !run->session->memory.stopped &&
               sw_stack_next(&stack, &problem, &frame) > 0) {
            put_builtin(run, thread, &frame);
            put_full(run, thread, &levels, &frame);
        }
        free(levels.items);
        if (problem.status != SW_OK)
            sw_view_note(run->out, problem.message);
    }
    if (!any)
        return sw_fail(run->reterr, SW_E_NOT_FOUND, 0, "",
            "Unable to locate python frame: this thread runs no Python code");
    return run->out->status;
}
