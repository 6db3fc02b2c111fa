/* SPDX-License-Identifier: MIT */
/* py-interp: the interpreters of a process. */
#include <stdlib.h>

#include "object/dict.h"
#include "object/object.h"
#include "view/frame.h"

/* What is told of one interpreter; -1 and unknown where this version has no such thing. */
struct row {
    int64_t id;
    int64_t modules; /* entries of sys.modules; -1 when that cannot be read */
    size_t threads;
    bool own_gil; /* since 3.12 (PEP 684) */
    bool gil_disabled;
    bool finalizing;
};

static void read_row(const struct sw_threads *threads, const struct sw_runtime *runtime,
    const struct sw_interpreter *interpreter, struct row *row)
{
    const struct sw_reader *reader = &runtime->reader;
    struct sw_gil gil;
    uint64_t word;

    *row = (struct row){.id = interpreter->id, .modules = -1};
    for (size_t i = 0; i < threads->count; i++)
        row->threads += threads->items[i].runtime == runtime &&
                        threads->items[i].state.interp == interpreter->addr;
    if (sw_reader_uint(reader, interpreter->addr, SW_F_INTERPRETER_STATE_MODULES, NULL, &word) ==
            0 &&
        sw_object_check(reader, word, SW_TYPE_DICT, "modules", NULL) == 0 &&
        sw_dict_length(reader, word, NULL, &word) == 0 && word <= INT64_MAX)
        row->modules = (int64_t)word;
    if (sw_reader_has(reader, SW_F_INTERPRETER_STATE_OWN_GIL) &&
        sw_reader_uint(reader, interpreter->addr, SW_F_INTERPRETER_STATE_OWN_GIL, NULL, &word) == 0)
        row->own_gil = word != 0;
    sw_gil_read(runtime, interpreter, &gil);
    row->gil_disabled = gil.is_disabled;
    if (sw_reader_has(reader, SW_F_INTERPRETER_STATE_FINALIZING) &&
        sw_reader_uint(reader, interpreter->addr, SW_F_INTERPRETER_STATE_FINALIZING, NULL, &word) ==
            0)
        row->finalizing = word != 0;
}

static void put_row(struct sw_out *out, unsigned number, bool several, const struct row *row)
{
    if (several)
        sw_out_printf(out, SW_STYLE_PLAIN, "%6u  ", number);
    sw_out_printf(out, SW_STYLE_PLAIN, "%6lld  %-7s%8zu", (long long)row->id,
        row->gil_disabled ? "off"
        : row->own_gil    ? "own"
                          : "shared",
        row->threads);
    if (row->modules >= 0)
        sw_out_printf(out, SW_STYLE_PLAIN, "%9lld", (long long)row->modules);
    else
        sw_out_printf(out, SW_STYLE_PLAIN, "%9s", "?");
    sw_out_puts(out, SW_STYLE_PLAIN, row->finalizing ? "  finalizing\n" : "\n");
}

static void json_row(struct sw_json *json, unsigned number,
    const struct sw_interpreter *interpreter, const struct row *row)
{
    sw_json_open_object(json, NULL);
    sw_json_int(json, "runtime", number);
    sw_json_int(json, "id", row->id);
    sw_json_address(json, "address", interpreter->addr);
    sw_json_bool(json, "own_gil", row->own_gil);
    sw_json_bool(json, "gil_disabled", row->gil_disabled);
    sw_json_int(json, "threads", (int64_t)row->threads);
    sw_json_int_if(json, "modules", row->modules >= 0, row->modules);
    sw_json_bool(json, "finalizing", row->finalizing);
    sw_json_close_object(json);
}

/* Oldest first; fills *ret_problem with why a list is cut short. */
static void each(const struct sw_run *run, const struct sw_threads *threads,
    struct sw_interpreter *interpreters, struct sw_json *json, struct sw_error *ret_problem)
{
    const struct sw_runtimes *runtimes = &run->session->runtimes;

    for (unsigned number = 0; number < runtimes->count; number++) {
        struct sw_error problem;
        size_t count = sw_session_interpreters(
            run->session, number, interpreters, SW_MAX_INTERPRETERS, &problem);

        for (size_t i = count; i-- > 0 && run->out->status == 0;) {
            struct row row;

            read_row(threads, runtimes->items[number], &interpreters[i], &row);
            if (json)
                json_row(json, number, &interpreters[i], &row);
            else
                put_row(run->out, number, runtimes->count > 1, &row);
        }
        if (problem.status != SW_OK)
            *ret_problem = problem;
    }
}

int sw_run_interp(const struct sw_run *run)
{
    struct sw_interpreter *interpreters;
    const struct sw_threads *threads;
    struct sw_error problem = {SW_OK, 0, "", ""};
    struct sw_json json;
    uint64_t absent;
    bool as_json;
    int status = sw_args_json(run, &as_json);

    if (status == 0)
        status = sw_session_threads(run->session, run->reterr, &threads);
    if (status < 0)
        return status;
    interpreters = calloc(SW_MAX_INTERPRETERS, sizeof(*interpreters));
    if (!interpreters)
        return sw_fail(run->reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
    if (as_json) {
        sw_run_json_begin(run, &json);
        sw_json_open_array(&json, "interpreters");
    } else {
        sw_out_puts(run->out, SW_STYLE_PLAIN,
            run->session->runtimes.count > 1 ? "Python  Interp  GIL     Threads  Modules\n"
                                             : "Interp  GIL     Threads  Modules\n");
    }
    absent = run->session->memory.absent;
    each(run, threads, interpreters, as_json ? &json : NULL, &problem);
    sw_run_note_absent(run, absent, &problem);
    if (as_json) {
        sw_json_close_array(&json);
        sw_run_json_end_with(&json, threads, &problem);
    } else {
        sw_run_text_end(run, threads, &problem);
    }
    free(interpreters);
    return run->out->status;
}
