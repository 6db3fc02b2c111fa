/* SPDX-License-Identifier: MIT */
/* py-gil: who holds the global interpreter lock, and who waits for it. */
#include <stdlib.h>
#include <string.h>

#include "view/frame.h"

/* What the command has at hand. */
struct view {
    const struct sw_run *run;
    const struct sw_threads *threads;
    const struct sw_thread_names *names;
    struct sw_interpreter *interpreters; /* of the runtime at hand, newest first */
    size_t count;
    bool several; /* runtimes */
};

/* ---------------------------------------------------------------- who shares what */

static bool is_shared(const struct sw_runtime *runtime, const struct sw_gil *gil,
    const struct sw_interpreter *interpreter)
{
    struct sw_gil own;

    sw_gil_read(runtime, interpreter, &own);
    return own.addr == gil->addr;
}

/* Whether an older interpreter has the same GIL, and so its line. */
static bool was_shown(const struct view *view, const struct sw_runtime *runtime,
    const struct sw_gil *gil, size_t index)
{
    for (size_t i = index + 1; i < view->count; i++)
        if (is_shared(runtime, gil, &view->interpreters[i]))
            return true;
    return false;
}

static bool waits_for(
    const struct sw_runtime *runtime, const struct sw_gil *gil, const struct sw_thread *thread)
{
    struct sw_interpreter interpreter = {.addr = thread->state.interp};

    return thread->runtime == runtime && thread->waits_for_gil &&
           is_shared(runtime, gil, &interpreter);
}

/* ---------------------------------------------------------------- text */

static void put_owners(const struct view *view, const struct sw_runtime *runtime,
    const struct sw_gil *gil, size_t index)
{
    struct sw_out *out = view->run->out;
    bool first = true;
    size_t count = 0;

    for (size_t i = 0; i <= index; i++)
        count += is_shared(runtime, gil, &view->interpreters[i]);
    sw_out_puts(out, SW_STYLE_PLAIN, count > 1 ? "GIL of interpreters" : "GIL of interpreter");
    for (size_t i = index + 1; i-- > 0;)
        if (is_shared(runtime, gil, &view->interpreters[i])) {
            sw_out_printf(out, SW_STYLE_PLAIN, "%s %lld", first ? "" : ",",
                (long long)view->interpreters[i].id);
            first = false;
        }
}

/* Whether a world that is asked to stop waits for a thread: it is still attached. */
static bool is_awaited(const struct sw_thread *thread, const struct sw_runtime *runtime,
    const struct sw_gil *gil, const struct sw_world *world)
{
    struct sw_interpreter interpreter = {.addr = thread->state.interp};

    return world->requested && !world->stopped && thread->runtime == runtime &&
           thread->state.attachment == SW_ATTACHED && thread->state.addr != world->requester &&
           is_shared(runtime, gil, &interpreter);
}

/* "the world is stopped for thread 3 (LWP 4711)", in free-threaded builds. */
static void put_world(const struct view *view, const struct sw_runtime *runtime,
    const struct sw_gil *gil, const struct sw_interpreter *owner)
{
    struct sw_out *out = view->run->out;
    struct sw_world world;

    sw_world_read(runtime, owner, &world);
    if (!world.requested && !world.stopped)
        return;
    sw_out_puts(out, SW_STYLE_PLAIN,
        world.stopped ? "  the world is stopped" : "  the world is asked to stop");
    if (world.requester) {
        sw_out_puts(out, SW_STYLE_PLAIN, " for ");
        sw_view_thread_at(out, view->threads, view->names, world.requester);
    }
    sw_out_puts(out, SW_STYLE_PLAIN, "\n");
    for (size_t i = 0; i < view->threads->count && out->status == 0; i++)
        if (is_awaited(&view->threads->items[i], runtime, gil, &world)) {
            sw_out_puts(out, SW_STYLE_PLAIN, "  not yet: ");
            sw_view_thread(out, &view->threads->items[i], view->names);
            sw_out_puts(out, SW_STYLE_PLAIN, "\n");
        }
}

static void put_gil(const struct view *view, const struct sw_runtime *runtime, unsigned number,
    const struct sw_gil *gil, size_t index)
{
    struct sw_out *out = view->run->out;

    if (view->several)
        sw_out_printf(out, SW_STYLE_PLAIN, "Python %u, ", number);
    put_owners(view, runtime, gil, index);
    if (gil->is_disabled) {
        sw_out_puts(out, SW_STYLE_PLAIN, ": disabled, threads run freely\n");
        put_world(view, runtime, gil, &view->interpreters[index]);
        return;
    }
    if (gil->holder) {
        sw_out_puts(out, SW_STYLE_PLAIN, ": held by ");
        sw_view_thread_at(out, view->threads, view->names, gil->holder);
        sw_out_puts(
            out, SW_STYLE_PLAIN, gil->drop_requested ? ", which is asked to drop it\n" : "\n");
    } else {
        sw_out_puts(out, SW_STYLE_PLAIN, ": free");
        if (gil->last_holder) {
            sw_out_puts(out, SW_STYLE_PLAIN, ", last held by ");
            sw_view_thread_at(out, view->threads, view->names, gil->last_holder);
        }
        sw_out_puts(out, SW_STYLE_PLAIN, "\n");
    }
    for (size_t i = 0; i < view->threads->count && out->status == 0; i++)
        if (waits_for(runtime, gil, &view->threads->items[i])) {
            sw_out_puts(out, SW_STYLE_PLAIN, "  waits: ");
            sw_view_thread(out, &view->threads->items[i], view->names);
            sw_out_puts(out, SW_STYLE_PLAIN, "\n");
        }
}

/* ---------------------------------------------------------------- JSON */

/* null where there is no such thing. */
static void json_world(const struct view *view, const struct sw_runtime *runtime,
    const struct sw_gil *gil, const struct sw_interpreter *owner, struct sw_json *json)
{
    struct sw_world world;

    if (!runtime->layout.flavour.free_threaded) {
        sw_json_null(json, "world");
        return;
    }
    sw_world_read(runtime, owner, &world);
    sw_json_open_object(json, "world");
    sw_json_bool(json, "requested", world.requested);
    sw_json_bool(json, "stopped", world.stopped);
    sw_json_address_or_null(json, "requester", world.requester);
    sw_json_open_array(json, "awaited");
    for (size_t i = 0; i < view->threads->count; i++)
        if (is_awaited(&view->threads->items[i], runtime, gil, &world))
            sw_json_address(json, NULL, view->threads->items[i].state.addr);
    sw_json_close_array(json);
    sw_json_close_object(json);
}

static void json_gil(const struct view *view, const struct sw_runtime *runtime, unsigned number,
    const struct sw_gil *gil, size_t index, struct sw_json *json)
{
    sw_json_open_object(json, NULL);
    sw_json_int(json, "runtime", number);
    sw_json_open_array(json, "interpreters");
    for (size_t i = index + 1; i-- > 0;)
        if (is_shared(runtime, gil, &view->interpreters[i]))
            sw_json_int(json, NULL, view->interpreters[i].id);
    sw_json_close_array(json);
    sw_json_address_or_null(json, "address", gil->addr);
    sw_json_bool(json, "disabled", gil->is_disabled);
    sw_json_address_or_null(json, "holder", gil->holder);
    sw_json_address_or_null(json, "last_holder", gil->last_holder);
    sw_json_bool_if(json, "drop_requested", gil->drop_known, gil->drop_requested);
    sw_json_open_array(json, "waiters");
    for (size_t i = 0; i < view->threads->count; i++)
        if (waits_for(runtime, gil, &view->threads->items[i]))
            sw_json_address(json, NULL, view->threads->items[i].state.addr);
    sw_json_close_array(json);
    json_world(view, runtime, gil, &view->interpreters[index], json);
    sw_json_close_object(json);
}

/* ---------------------------------------------------------------- the command */

static void each_gil(struct view *view, struct sw_json *json)
{
    const struct sw_runtimes *runtimes = &view->run->session->runtimes;

    for (unsigned number = 0; number < runtimes->count; number++) {
        const struct sw_runtime *runtime = runtimes->items[number];
        struct sw_error problem;

        view->count = sw_session_interpreters(
            view->run->session, number, view->interpreters, SW_MAX_INTERPRETERS, &problem);
        for (size_t i = view->count; i-- > 0;) {
            struct sw_gil gil;

            sw_gil_read(runtime, &view->interpreters[i], &gil);
            if (was_shown(view, runtime, &gil, i))
                continue;
            if (json)
                json_gil(view, runtime, number, &gil, i, json);
            else
                put_gil(view, runtime, number, &gil, i);
        }
        if (problem.status != SW_OK && !json)
            sw_view_note(view->run->out, problem.message);
    }
}

int sw_run_gil(const struct sw_run *run)
{
    struct sw_json json;
    struct view view = {.run = run};
    struct sw_error problem;
    uint64_t absent;
    bool as_json;
    int status;

    status = sw_args_json(run, &as_json);
    /* Threads of other interpreters may hold a GIL that is shared; but the one has to be there. */
    if (status == 0)
        status = sw_session_threads_in_calls(run->session, run->reterr, &view.threads);
    if (status < 0)
        return status;
    view.interpreters = calloc(SW_MAX_INTERPRETERS, sizeof(*view.interpreters));
    if (!view.interpreters)
        return sw_fail(run->reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
    view.several = run->session->runtimes.count > 1;
    view.names = sw_session_names(run->session);
    if (as_json) {
        sw_run_json_begin(run, &json);
        sw_json_open_array(&json, "gils");
    }
    absent = run->session->memory.absent;
    each_gil(&view, as_json ? &json : NULL);
    problem = view.names->problem;
    sw_run_note_absent(run, absent, &problem);
    if (as_json) {
        sw_json_close_array(&json);
        sw_run_json_end_with(&json, view.threads, &problem);
    } else {
        sw_run_text_end(run, view.threads, &problem);
    }
    free(view.interpreters);
    return run->out->status;
}
