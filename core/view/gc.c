/* SPDX-License-Identifier: MIT */
/* py-gc: the collector of cyclic garbage. */
#include <stdio.h>
#include <stdlib.h>

#include "interp/gc.h"
#include "view/frame.h"

/* What the command has at hand. */
struct view {
    const struct sw_run *run;
    const struct sw_threads *threads;
    const struct sw_thread_names *names;
    bool several; /* runtimes */
};

/* Of one collector. */
struct row {
    const struct sw_runtime *runtime;
    unsigned number;   /* of the runtime */
    int64_t id;        /* of the interpreter */
    bool is_everyones; /* it serves all interpreters of the runtime */
    sw_addr interpreter;
    struct sw_gc gc;
};

static const struct sw_thread *collector_of(const struct view *view, const struct row *row)
{
    for (size_t i = 0; row->gc.collecting && i < view->threads->count; i++) {
        const struct sw_thread *thread = &view->threads->items[i];

        if (thread->runtime == row->runtime &&
            (row->is_everyones || thread->state.interp == row->interpreter) &&
            (thread->collecting || (row->is_everyones && thread->holds_gil)))
            return thread;
    }
    return NULL;
}

/* ---------------------------------------------------------------- text */

static void put_generation(struct sw_out *out, const struct sw_gc *gc, size_t index)
{
    char cell[48] = "?";

    if (index < gc->generations)
        snprintf(cell, sizeof(cell), "%lld of %lld", (long long)gc->generation[index].count,
            (long long)gc->generation[index].threshold);
    sw_out_printf(out, SW_STYLE_PLAIN, "%-16s", cell);
}

static void put_row(const struct view *view, const struct row *row)
{
    const struct sw_thread *thread = collector_of(view, row);
    struct sw_out *out = view->run->out;
    const struct sw_gc *gc = &row->gc;

    if (view->several)
        sw_out_printf(out, SW_STYLE_PLAIN, "%6u  ", row->number);
    if (row->is_everyones)
        sw_out_puts(out, SW_STYLE_PLAIN, "   all  ");
    else
        sw_out_printf(out, SW_STYLE_PLAIN, "%6lld  ", (long long)row->id);
    sw_out_printf(out, SW_STYLE_PLAIN, "%-9s",
        !gc->enabled_known ? "?"
        : gc->enabled      ? "yes"
                           : "no");
    for (size_t i = 0; i < SW_GC_GENERATIONS; i++)
        put_generation(out, gc, i);
    sw_out_puts(out, SW_STYLE_PLAIN, !gc->collecting_known ? "?" : gc->collecting ? "yes" : "no");
    if (thread) {
        sw_out_puts(out, SW_STYLE_PLAIN, ", ");
        sw_view_thread(out, thread, view->names);
    }
    sw_out_puts(out, SW_STYLE_PLAIN, "\n");
    if (gc->problem.status != SW_OK)
        sw_view_note(out, gc->problem.message);
}

/* ---------------------------------------------------------------- JSON */

static void json_row(const struct view *view, const struct row *row, struct sw_json *json)
{
    const struct sw_thread *thread = collector_of(view, row);
    const struct sw_gc *gc = &row->gc;

    sw_json_open_object(json, NULL);
    sw_json_int(json, "runtime", row->number);
    if (row->is_everyones)
        sw_json_null(json, "interpreter");
    else
        sw_json_int(json, "interpreter", row->id);
    sw_json_bool_if(json, "enabled", gc->enabled_known, gc->enabled);
    sw_json_open_array(json, "generations");
    for (size_t i = 0; i < gc->generations; i++) {
        sw_json_open_object(json, NULL);
        sw_json_int(json, "count", gc->generation[i].count);
        sw_json_int(json, "threshold", gc->generation[i].threshold);
        sw_json_close_object(json);
    }
    sw_json_close_array(json);
    sw_json_bool_if(json, "collecting", gc->collecting_known, gc->collecting);
    sw_json_address_or_null(json, "collector", thread ? thread->state.addr : 0);
    sw_json_error(json, "problem", &gc->problem);
    sw_json_close_object(json);
}

/* ---------------------------------------------------------------- the command */

static void each(const struct view *view, struct sw_interpreter *interpreters, struct sw_json *json,
    struct sw_error *ret_problem)
{
    const struct sw_session *session = view->run->session;

    for (unsigned number = 0; number < session->runtimes.count; number++) {
        struct row row = {.runtime = session->runtimes.items[number], .number = number};
        struct sw_error problem;
        size_t count =
            sw_session_interpreters(session, number, interpreters, SW_MAX_INTERPRETERS, &problem);

        row.is_everyones = !sw_gc_is_per_interpreter(row.runtime);
        if (row.is_everyones && count)
            count = 1;
        for (size_t i = count; i-- > 0 && view->run->out->status == 0;) {
            row.id = interpreters[i].id;
            row.interpreter = interpreters[i].addr;
            sw_gc_read(row.runtime, &interpreters[i], &row.gc);
            if (json)
                json_row(view, &row, json);
            else
                put_row(view, &row);
        }
        if (problem.status != SW_OK)
            *ret_problem = problem;
    }
}

int sw_run_gc(const struct sw_run *run)
{
    struct sw_interpreter *interpreters;
    struct view view = {.run = run};
    struct sw_error problem;
    struct sw_json json;
    uint64_t absent;
    bool as_json;
    int status = sw_args_json(run, &as_json);

    if (status == 0)
        status = sw_session_threads(run->session, run->reterr, &view.threads);
    if (status < 0)
        return status;
    interpreters = calloc(SW_MAX_INTERPRETERS, sizeof(*interpreters));
    if (!interpreters)
        return sw_fail(run->reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
    view.several = run->session->runtimes.count > 1;
    view.names = sw_session_names(run->session);
    if (as_json) {
        sw_run_json_begin(run, &json);
        sw_json_open_array(&json, "collectors");
    } else {
        sw_out_printf(run->out, SW_STYLE_PLAIN, "%s%-8s%-9s%-16s%-16s%-16s%s\n",
            view.several ? "Python  " : "", "Interp", "Enabled", "Generation 0", "Generation 1",
            "Generation 2", "Collecting");
    }
    problem = view.names->problem;
    absent = run->session->memory.absent;
    each(&view, interpreters, as_json ? &json : NULL, &problem);
    sw_run_note_absent(run, absent, &problem);
    if (as_json) {
        sw_json_close_array(&json);
        sw_run_json_end_with(&json, view.threads, &problem);
    } else {
        sw_run_text_end(run, view.threads, &problem);
    }
    free(interpreters);
    return run->out->status;
}
