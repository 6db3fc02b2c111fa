/* SPDX-License-Identifier: MIT */
#include "view/instruments.h"

#include <stdlib.h>
#include <string.h>

#include "interp/instruments.h"

/* Interpreters whose hooks are told: nobody reads more. */
enum { MAX_TOLD = 64 };

/* Of one runtime. */
struct view {
    const struct sw_run *run;
    const struct sw_runtime *runtime;
    const struct sw_threads *threads;
    struct sw_process_instruments process;
    struct sw_interpreter *interpreters; /* newest first */
    struct sw_instruments *items;        /* of each */
    size_t count;
    bool any; /* something stands in the line of hooks */
};

static int view_open(const struct sw_run *run, unsigned runtime_index,
    const struct sw_threads *threads, struct view *view)
{
    struct sw_error problem;

    *view = (struct view){
        .run = run, .runtime = run->session->runtimes.items[runtime_index], .threads = threads};
    sw_process_instruments_read(view->runtime, &view->process);
    view->interpreters = calloc(SW_MAX_INTERPRETERS, sizeof(*view->interpreters));
    view->items = calloc(MAX_TOLD, sizeof(*view->items));
    if (!view->interpreters || !view->items)
        return SW_E_NO_MEMORY;
    view->count = sw_session_interpreters(
        run->session, runtime_index, view->interpreters, SW_MAX_INTERPRETERS, &problem);
    /* The oldest are at the end. */
    if (view->count > MAX_TOLD) {
        memmove(view->interpreters, view->interpreters + view->count - MAX_TOLD,
            MAX_TOLD * sizeof(*view->interpreters));
        view->count = MAX_TOLD;
    }
    for (size_t i = 0; i < view->count; i++)
        sw_instruments_read(view->runtime, &view->interpreters[i], &view->items[i]);
    return 0;
}

static void view_close(struct view *view)
{
    free(view->interpreters);
    free(view->items);
}

static bool is_unread(const struct view *view)
{
    bool unread = view->process.unread;

    for (size_t i = 0; i < view->count; i++)
        unread = unread || view->items[i].unread;
    return unread;
}

/* ---------------------------------------------------------------- text */

/* Begin one more thing of the line. */
static struct sw_out *next(struct view *view)
{
    sw_out_puts(view->run->out, SW_STYLE_PLAIN, view->any ? "; " : "  hooks:        ");
    view->any = true;
    return view->run->out;
}

static void put_interpreter(const struct view *view, size_t index)
{
    if (view->count > 1)
        sw_out_printf(view->run->out, SW_STYLE_PLAIN, " of interpreter %lld",
            (long long)view->interpreters[index].id);
}

static void put_tools(struct view *view, size_t index)
{
    const struct sw_instruments *item = &view->items[index];
    struct sw_arena arena = {.blocks = NULL};
    struct sw_out *out = next(view);
    struct sw_text name;

    sw_out_puts(out, SW_STYLE_PLAIN, "sys.monitoring");
    put_interpreter(view, index);
    for (size_t i = 0; i < item->tool_count; i++) {
        sw_out_puts(out, SW_STYLE_PLAIN, i ? ", " : ": ");
        if (sw_text_read(&view->runtime->reader, &arena, item->tools[i], SW_MAX_C_STRING,
                "monitoring_tool_names", NULL, &name) == 0)
            sw_out_text(out, SW_STYLE_PLAIN, name.data, name.len);
        else
            sw_out_puts(out, SW_STYLE_PLAIN, "?");
    }
    sw_arena_reset(&arena);
}

/* "trace function in threads 2, 3" */
static void put_traced(struct view *view, const char *what, bool profiled)
{
    enum { NAMED = 8 };
    struct sw_out *out = view->run->out;
    size_t count = 0;

    for (size_t i = 0; i < view->threads->count; i++) {
        const struct sw_thread *thread = &view->threads->items[i];

        if (thread->runtime != view->runtime ||
            !(profiled ? thread->state.profiler : thread->state.tracer))
            continue;
        if (count == 0)
            sw_out_printf(next(view), SW_STYLE_PLAIN, "%s function in thread ", what);
        else if (count <= NAMED)
            sw_out_puts(out, SW_STYLE_PLAIN, count < NAMED ? ", " : ", ...");
        if (count++ < NAMED)
            sw_out_printf(
                out, SW_STYLE_PLAIN, thread->number ? "%lld" : "?", (long long)thread->number);
    }
}

static void put_hooks(struct view *view)
{
    struct sw_out *out = view->run->out;

    if (view->process.trampolines == SW_YES)
        sw_out_puts(next(view), SW_STYLE_PLAIN, "perf trampolines");
    for (size_t i = view->count; i-- > 0;)
        if (view->items[i].eval_hook == SW_YES) {
            sw_out_puts(next(view), SW_STYLE_PLAIN, "evaluation of frames");
            put_interpreter(view, i);
            sw_out_puts(out, SW_STYLE_PLAIN, " by ");
            sw_out_printf(
                out, SW_STYLE_ADDRESS, "0x%llx", (unsigned long long)view->items[i].eval_function);
        }
    put_traced(view, "trace", false);
    put_traced(view, "profile", true);
    for (size_t i = view->count; i-- > 0;)
        if (view->items[i].tool_count)
            put_tools(view, i);
    if (view->process.audit_hook == SW_YES)
        sw_out_puts(next(view), SW_STYLE_PLAIN, "audit hooks in C");
    for (size_t i = view->count; i-- > 0;)
        if (view->items[i].audit_hook == SW_YES) {
            sw_out_puts(next(view), SW_STYLE_PLAIN, "audit hooks in Python");
            put_interpreter(view, i);
        }
    if (is_unread(view))
        sw_out_puts(next(view), SW_STYLE_NOTE, "some could not be read");
    sw_out_puts(out, SW_STYLE_PLAIN, view->any ? "\n" : "  hooks:        none\n");
}

int sw_view_instruments(
    const struct sw_run *run, unsigned runtime_index, const struct sw_threads *threads)
{
    struct sw_out *out = run->out;
    struct view view;
    int status = view_open(run, runtime_index, threads, &view);

    if (status == 0) {
        if (view.process.allocator)
            sw_out_printf(out, SW_STYLE_PLAIN, "  allocator:    %s%s\n", view.process.allocator,
                view.process.debug_hooks == SW_YES ? ", with debug hooks" : "");
        if (view.count && view.items[view.count - 1].jit != SW_UNKNOWN)
            sw_out_printf(out, SW_STYLE_PLAIN, "  JIT:          %s\n",
                view.items[view.count - 1].jit == SW_YES ? "on" : "off");
        put_hooks(&view);
    }
    view_close(&view);
    return status;
}

/* ---------------------------------------------------------------- JSON */

static void json_known(struct sw_json *json, const char *key, enum sw_known known)
{
    sw_json_bool_if(json, key, known != SW_UNKNOWN, known == SW_YES);
}

static void json_tools(
    const struct view *view, const struct sw_instruments *item, struct sw_json *json)
{
    struct sw_arena arena = {.blocks = NULL};
    struct sw_text name;

    sw_json_open_array(json, "monitoring_tools");
    for (size_t i = 0; i < item->tool_count; i++)
        if (sw_text_read(&view->runtime->reader, &arena, item->tools[i], SW_MAX_C_STRING,
                "monitoring_tool_names", NULL, &name) == 0)
            sw_json_text(json, NULL, name.data, name.len);
        else
            sw_json_null(json, NULL);
    sw_json_close_array(json);
    sw_arena_reset(&arena);
}

static void json_traced(
    const struct view *view, const char *key, bool profiled, struct sw_json *json)
{
    sw_json_open_array(json, key);
    for (size_t i = 0; i < view->threads->count; i++) {
        const struct sw_thread *thread = &view->threads->items[i];

        if (thread->runtime == view->runtime &&
            (profiled ? thread->state.profiler : thread->state.tracer))
            sw_json_address(json, NULL, thread->state.addr);
    }
    sw_json_close_array(json);
}

int sw_view_json_instruments(const struct sw_run *run, unsigned runtime_index,
    const struct sw_threads *threads, struct sw_json *json)
{
    struct view view;
    int status = view_open(run, runtime_index, threads, &view);

    if (status == 0) {
        sw_json_string(json, "allocator", view.process.allocator);
        json_known(json, "allocator_debug_hooks", view.process.debug_hooks);
        json_known(json, "perf_trampolines", view.process.trampolines);
        json_known(json, "audit_hooks", view.process.audit_hook);
        json_traced(&view, "traced_threads", false, json);
        json_traced(&view, "profiled_threads", true, json);
        sw_json_open_array(json, "hooks");
        for (size_t i = view.count; i-- > 0;) {
            const struct sw_instruments *item = &view.items[i];

            sw_json_open_object(json, NULL);
            sw_json_int(json, "interpreter", view.interpreters[i].id);
            json_known(json, "jit", item->jit);
            json_known(json, "eval_hook", item->eval_hook);
            sw_json_address_or_null(json, "eval_function", item->eval_function);
            json_known(json, "audit_hooks", item->audit_hook);
            json_tools(&view, item, json);
            sw_json_close_object(json);
        }
        sw_json_close_array(json);
    }
    view_close(&view);
    return status;
}
