/* SPDX-License-Identifier: MIT */
/* py-threads: a row for each thread. */
#include <stdio.h>
#include <string.h>

#include "session/calls.h"
#include "session/kernel.h"
#include "session/names.h"
#include "view/frame.h"
#include "view/values.h"
#include "view/width.h"

enum { MAX_CELL = 160, MAX_NAME_COLUMNS = 40 };

/* A row in the making. Text of the target is in `name` and `frame`, both UTF-8. */
struct row {
    const struct sw_thread *thread;        /* NULL for a native thread without Python */
    const struct sw_native_thread *native; /* of such a one */
    char number[24], tid[24], interpreter[24];
    char name[MAX_CELL];
    char state[192];
};

struct widths {
    unsigned number, tid, interpreter, name, state;
    bool has_interpreters;
};

/* What rows are made from. */
struct filler {
    const struct sw_run *run;
    const struct sw_threads *threads;
    const struct sw_thread_names *names;
    const struct sw_thread *cause; /* that find_cause() found last */
};

/* Cells of a thousand rows are put together without snprintf(), which took a fifteenth of the
   command's time. What does not fit is left out. */
static void add(char *cell, size_t size, const char *text)
{
    size_t len = strlen(cell), more = strlen(text);

    if (more > size - 1 - len)
        more = size - 1 - len;
    memcpy(cell + len, text, more);
    cell[len + more] = '\0';
}

/* "-" for 0: there is none. */
static void add_number(char *cell, size_t size, int64_t number)
{
    char digits[24];
    size_t at = sizeof(digits) - 1;
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    digits[at] = '\0';
    for (; left; left /= 10)
        digits[--at] = (char)('0' + left % 10);
    if (number <= 0)
        digits[--at] = '-';
    add(cell, size, digits + at);
}

/* The thread that makes this one stand still; NULL for none. Often it is the same for all. */
static const struct sw_thread *find_cause(struct filler *filler, const struct sw_thread *thread)
{
    if (!thread->suspended_by)
        return NULL;
    if (filler->cause && filler->cause->state.addr == thread->suspended_by)
        return filler->cause;
    for (size_t i = 0; i < filler->threads->count; i++)
        if (filler->threads->items[i].state.addr == thread->suspended_by)
            return filler->cause = &filler->threads->items[i];
    return NULL;
}

/* What a thread does; NULL for one that is in a system call without the GIL, and no more. */
static const char *state_of(const struct sw_thread *thread)
{
    static const char *const attachments[] = {
        [SW_DETACHED] = "detached",
        [SW_ATTACHED] = "attached",
        [SW_SUSPENDED] = "suspended",
        [SW_SHUTTING_DOWN] = "shutting down",
    };

    if (thread->waits_for_world)
        return "waits for the world to stop";
    if (thread->collecting)
        return "collects garbage";
    if (thread->stops_world)
        return "stops the world";
    if (thread->state.attachment != SW_ATTACHMENT_UNKNOWN)
        return attachments[thread->state.attachment];
    if (thread->holds_gil)
        return "holds the GIL";
    if (thread->waits_for_gil)
        return "waits for the GIL";
    if (!thread->tid)
        return "no native thread found";
    if (!thread->call_known)
        return "without the GIL";
    return thread->call < 0 ? "runs without the GIL" : NULL;
}

/* Whether the system call that a thread is in is no more than how it waits for what its state
   says. */
static bool is_told(const struct sw_thread *thread)
{
    return thread->waits_for_gil || thread->state.held || thread->waits_for_world;
}

/* Where it does that: "in read()" of a system call, which may be what keeps the holder of the GIL,
   or the collector; "in crc32()" of the C function in which one computes that has let go of the
   GIL; "" when there is nothing to say. */
static void write_place(
    const struct sw_memory *memory, const struct sw_thread *thread, char *buf, size_t size)
{
    bool runs_python = thread->holds_gil ||
                       (thread->runtime->layout.flavour.free_threaded && thread->state.active);
    char function[96];
    const char *name = sw_kernel_call_name(memory, thread->call);

    buf[0] = '\0';
    if (is_told(thread) || !thread->tid || !thread->call_known)
        return;
    if (name) {
        add(buf, size, "in ");
        add(buf, size, name);
        add(buf, size, "()");
    } else if (thread->call >= 0) {
        snprintf(buf, size, "in system call %lld", (long long)thread->call);
    } else if (!runs_python && sw_thread_function(memory, thread, function, sizeof(function))) {
        snprintf(buf, size, strchr(function, '(') ? "in %s" : "in %s()", function);
    }
}

/* The words stand in JSON as well: "suspended by thread 3, in read()". */
static void write_state(
    struct filler *filler, const struct sw_thread *thread, char *buf, size_t size)
{
    const struct sw_thread *cause = find_cause(filler, thread);
    const char *state = state_of(thread);
    char by[48] = "", place[128];

    if (cause && cause->number)
        snprintf(by, sizeof(by), "%s by thread %lld", thread->collecting ? ", suspended" : "",
            (long long)cause->number);
    write_place(&filler->run->session->memory, thread, place, sizeof(place));
    buf[0] = '\0';
    add(buf, size, state ? state : "");
    add(buf, size, by);
    add(buf, size, state && place[0] ? ", " : "");
    add(buf, size, place);
    add(buf, size, thread->finalizing ? ", finalizing" : "");
}

static unsigned columns_of(const char *text)
{
    size_t len = strlen(text);
    unsigned columns = 0, bytes;

    for (size_t i = 0; i < len; i += bytes) {
        bool is_plain = text[i] >= 0x20 && text[i] < 0x7f;

        bytes = 1;
        columns += is_plain ? 1 : sw_char_width(sw_utf8_get(text + i, len - i, &bytes));
    }
    return columns;
}

/* ---------------------------------------------------------------- rows */

static void fill_name(const struct sw_thread_name *name, char *cell, size_t size)
{
    const char *daemon = name && name->is_daemon ? " (daemon)" : "";
    size_t room = size - strlen(daemon) - 1, len = name ? name->len : 0;

    /* A character is not cut in two. */
    if (len > room)
        for (len = room; len && ((unsigned char)name->name[len] & 0xc0) == 0x80;)
            len--;
    if (name)
        memcpy(cell, name->name, len);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)cell[i] < 0x20 || cell[i] == 0x7f)
            cell[i] = '?';
    strcpy(cell + len, name ? daemon : "-");
}

static void fill(struct filler *filler, const struct sw_thread *thread, struct row *row)
{
    row->thread = thread;
    add_number(row->number, sizeof(row->number), thread->number);
    add_number(row->tid, sizeof(row->tid), thread->tid);
    if (filler->run->session->runtimes.count > 1)
        snprintf(row->interpreter, sizeof(row->interpreter), "%u:%lld", thread->runtime_index,
            (long long)thread->interpreter_id);
    else if (thread->interpreter_id)
        add_number(row->interpreter, sizeof(row->interpreter), thread->interpreter_id);
    else
        strcpy(row->interpreter, "0");
    fill_name(sw_thread_name(filler->names, thread), row->name, sizeof(row->name));
    write_state(filler, thread, row->state, sizeof(row->state));
}

static void fill_native(const struct sw_native_thread *native, struct row *row)
{
    row->native = native;
    add_number(row->number, sizeof(row->number), native->number);
    add_number(row->tid, sizeof(row->tid), native->tid);
    strcpy(row->interpreter, "-");
    strcpy(row->name, "-");
    strcpy(row->state, "no Python");
}

/* Rows in an arena: all Python threads, then the native ones without Python. Both are listed by the
   debugger's numbers. */
static struct row *make_rows(const struct sw_run *run, const struct sw_threads *threads,
    const struct sw_thread_names *names, struct sw_arena *arena, size_t *ret_count)
{
    struct filler filler = {run, threads, names, NULL};
    size_t most = threads->count + threads->native_count, count = 0, next = 0;
    struct row *rows = sw_arena_alloc(arena, (most + 1) * sizeof(*rows));

    if (!rows)
        return NULL;
    for (size_t i = 0; i < threads->count; i++)
        fill(&filler, &threads->items[i], &rows[count++]);
    for (size_t i = 0; i < threads->native_count; i++) {
        while (next < threads->count && threads->items[next].number &&
               threads->items[next].number < threads->natives[i].number)
            next++;
        if (next == threads->count || threads->items[next].number != threads->natives[i].number)
            fill_native(&threads->natives[i], &rows[count++]);
    }
    *ret_count = count;
    return rows;
}

static void widen(unsigned *width, const char *text)
{
    unsigned columns = columns_of(text);

    if (columns > *width)
        *width = columns;
}

static void measure(const struct row *rows, size_t count, bool several, struct widths *widths)
{
    *widths = (struct widths){2, 3, 6, 4, 5, several};
    for (size_t i = 0; i < count; i++) {
        widen(&widths->number, rows[i].number);
        widen(&widths->tid, rows[i].tid);
        widen(&widths->interpreter, rows[i].interpreter);
        widen(&widths->name, rows[i].name);
        widen(&widths->state, rows[i].state);
        if (rows[i].thread && rows[i].thread->interpreter_id)
            widths->has_interpreters = true;
    }
    if (widths->name > MAX_NAME_COLUMNS)
        widths->name = MAX_NAME_COLUMNS;
}

/* ---------------------------------------------------------------- text */

static void put_spaces(struct sw_out *out, unsigned count)
{
    static const char spaces[] = "                                ";
    unsigned most = sizeof(spaces) - 1;

    for (; count > most; count -= most)
        sw_out_raw(out, SW_STYLE_PLAIN, spaces, most);
    sw_out_raw(out, SW_STYLE_PLAIN, spaces, count);
}

static void put_cell(struct sw_out *out, const char *text, unsigned width)
{
    unsigned columns = columns_of(text);

    sw_out_text(out, SW_STYLE_PLAIN, text, strlen(text));
    put_spaces(out, (columns < width ? width - columns : 0) + 2);
}

static void put_innermost(const struct sw_run *run, const struct sw_thread *thread)
{
    struct sw_out *out = run->out;
    struct sw_stack stack;
    struct sw_frame frame;
    struct sw_error problem;
    int status;

    sw_thread_open_stack(run->session, thread, &stack);
    status = sw_stack_newest(&stack, &problem, &frame);
    if (status == 0) {
        sw_out_puts(out, SW_STYLE_PLAIN, "-");
        return;
    }
    if (status < 0 || !frame.code) {
        if (status > 0)
            problem = frame.problem;
        sw_out_text(out, SW_STYLE_NOTE, problem.message, strlen(problem.message));
        return;
    }
    sw_view_name(out, SW_STYLE_FUNCTION,
        frame.code->qualname.data ? &frame.code->qualname : &frame.code->name);
    sw_view_place(out, frame.code->filename.data, frame.position.line);
    if (frame.code->problem.status != SW_OK) {
        sw_out_puts(out, SW_STYLE_PLAIN, "  ");
        sw_out_text(
            out, SW_STYLE_NOTE, frame.code->problem.message, strlen(frame.code->problem.message));
    }
}

static void put_row(const struct sw_run *run, const struct row *row, const struct widths *widths)
{
    struct sw_out *out = run->out;

    sw_out_puts(out, SW_STYLE_PLAIN, row->thread && row->thread->selected ? "* " : "  ");
    put_cell(out, row->number, widths->number);
    put_cell(out, row->tid, widths->tid);
    if (widths->has_interpreters)
        put_cell(out, row->interpreter, widths->interpreter);
    put_cell(out, row->name, widths->name);
    put_cell(out, row->state, widths->state);
    if (row->thread)
        put_innermost(run, row->thread);
    else
        sw_out_puts(out, SW_STYLE_PLAIN, "-");
    sw_out_puts(out, SW_STYLE_PLAIN, "\n");
}

static void put_table(
    const struct sw_run *run, const struct row *rows, size_t count, const struct widths *widths)
{
    struct sw_out *out = run->out;

    sw_out_puts(out, SW_STYLE_PLAIN, "  ");
    put_cell(out, "Id", widths->number);
    put_cell(out, "LWP", widths->tid);
    if (widths->has_interpreters)
        put_cell(out, "Interp", widths->interpreter);
    put_cell(out, "Name", widths->name);
    put_cell(out, "State", widths->state);
    sw_out_puts(out, SW_STYLE_PLAIN, "Frame\n");
    for (size_t i = 0; i < count && out->status == 0; i++)
        put_row(run, &rows[i], widths);
}

/* ---------------------------------------------------------------- JSON */

static void json_innermost(
    const struct sw_run *run, const struct sw_thread *thread, struct sw_json *json)
{
    struct sw_error problem = {SW_OK, 0, "", ""};
    struct sw_stack stack;
    struct sw_frame frame;
    int status;

    sw_thread_open_stack(run->session, thread, &stack);
    status = sw_stack_newest(&stack, &problem, &frame);
    if (status > 0 && frame.code) {
        sw_json_open_object(json, "frame");
        sw_view_json_frame(&frame, json);
        sw_json_close_object(json);
    } else {
        sw_json_null(json, "frame");
        if (status > 0)
            problem = frame.problem;
    }
    sw_json_error(json, "problem", &problem);
}

static void json_row(const struct sw_run *run, const struct sw_thread_names *names,
    const struct row *row, struct sw_json *json)
{
    const struct sw_thread *thread = row->thread;
    const struct sw_thread_name *name = sw_thread_name(names, thread);

    sw_json_open_object(json, NULL);
    sw_view_json_thread(thread, json);
    sw_json_text(json, "name", name ? name->name : NULL, name ? name->len : 0);
    sw_json_bool_if(json, "daemon", name && name->daemon_known, name && name->is_daemon);
    sw_json_string(json, "state", row->state);
    sw_json_bool(json, "selected", thread->selected);
    sw_json_bool(json, "holds_gil", thread->holds_gil);
    sw_json_bool(json, "waits_for_gil", thread->waits_for_gil);
    sw_json_bool(json, "collecting", thread->collecting);
    sw_json_bool(json, "stops_world", thread->stops_world || thread->waits_for_world);
    sw_json_address_or_null(json, "suspended_by", thread->suspended_by);
    sw_json_bool(json, "finalizing", thread->finalizing);
    sw_json_int_if(json, "system_call", thread->call_known, thread->call);
    json_innermost(run, thread, json);
    sw_json_close_object(json);
}

static void put_json(const struct sw_run *run, const struct sw_threads *threads,
    const struct sw_thread_names *names, const struct row *rows, size_t count)
{
    struct sw_json json;

    sw_run_json_begin(run, &json);
    sw_json_open_array(&json, "threads");
    for (size_t i = 0; i < count && run->out->status == 0; i++)
        if (rows[i].thread)
            json_row(run, names, &rows[i], &json);
    sw_json_close_array(&json);
    sw_json_open_array(&json, "native_threads");
    for (size_t i = 0; i < count; i++)
        if (!rows[i].thread) {
            sw_json_open_object(&json, NULL);
            sw_json_int(&json, "native_id", rows[i].native->tid);
            sw_json_int(&json, "number", rows[i].native->number);
            sw_json_close_object(&json);
        }
    sw_json_close_array(&json);
    sw_run_json_end_with(&json, threads, &names->problem);
}

/* ---------------------------------------------------------------- the command */

int sw_run_threads(const struct sw_run *run)
{
    struct sw_arena arena = {.blocks = NULL};
    const struct sw_thread_names *names;
    const struct sw_threads *threads;
    struct widths widths;
    struct row *rows;
    size_t count = 0;
    bool as_json;
    int status;

    status = sw_args_json(run, &as_json);
    if (status == 0)
        status = sw_session_threads_in_calls(run->session, run->reterr, &threads);
    if (status == 0)
        status = sw_session_threads(run->session, run->reterr, &threads);
    if (status < 0)
        return status;
    names = sw_session_names(run->session);
    rows = make_rows(run, threads, names, &arena, &count);
    if (!rows) {
        status = sw_fail(run->reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
    } else if (as_json) {
        put_json(run, threads, names, rows, count);
    } else {
        measure(rows, count, run->session->runtimes.count > 1, &widths);
        put_table(run, rows, count, &widths);
        sw_run_text_end(run, threads, &names->problem);
    }
    sw_arena_reset(&arena);
    return status < 0 ? status : run->out->status;
}
