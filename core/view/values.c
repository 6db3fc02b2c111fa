/* SPDX-License-Identifier: MIT */
/* py-locals and py-print. */
#include "view/values.h"

#include <string.h>

#include "session/selection.h"
#include "value/path.h"
#include "view/frame.h"

void sw_view_writer(
    const struct sw_run *run, const struct sw_thread *thread, struct sw_writer *ret_writer)
{
    struct sw_session *session = run->session;

    sw_writer_init(ret_writer, thread->runtime, &session->codes[thread->runtime_index],
        &session->types[thread->runtime_index], &session->limits);
}

/* ---------------------------------------------------------------- a value */

static void write_local(struct sw_writer *writer, const struct sw_local *local)
{
    sw_writer_reset(writer);
    if (local->is_int)
        sw_writer_printf(writer, "%lld", (long long)local->number);
    else
        sw_writer_value(writer, local->value);
}

/* What stands for a value, or a name, that the host's memory does not hold. */
static const char no_memory[] = "<the debugger is out of memory>";

void sw_view_written(struct sw_out *out, const struct sw_writer *writer)
{
    if (writer->text)
        sw_out_text(out, SW_STYLE_PLAIN, writer->text, writer->len);
    if (writer->no_memory)
        sw_out_puts(out, SW_STYLE_NOTE, no_memory);
}

void sw_view_json_written(struct sw_json *json, const char *key, const struct sw_writer *writer)
{
    if (writer->no_memory)
        sw_json_string(json, key, no_memory);
    else
        sw_json_text(json, key, writer->text ? writer->text : "", writer->len);
}

/* "type" and "address" of an object; of a number without one null. */
static void json_object(struct sw_json *json, struct sw_writer *writer, sw_addr addr, bool is_int)
{
    const struct sw_type *type;

    if (is_int) {
        sw_json_string(json, "type", "int");
        sw_json_null(json, "address");
        return;
    }
    if (sw_types_of(writer->types, writer->reader, addr, NULL, &type) == 0)
        sw_json_string(json, "type", type->name);
    else
        sw_json_null(json, "type");
    sw_json_address(json, "address", addr);
}

static void put_name(const struct sw_run *run, struct sw_writer *writer, sw_addr name)
{
    sw_writer_reset(writer);
    sw_writer_name(writer, name);
    sw_view_written(run->out, writer);
}

/* ---------------------------------------------------------------- py-locals */

void sw_view_locals(const struct sw_run *run, struct sw_writer *writer,
    const struct sw_frame *frame, const char *indent, bool with_globals)
{
    struct sw_error problem;
    struct sw_locals locals;
    struct sw_local local;
    int status = sw_locals_open(writer->runtime, frame, &problem, &locals);

    if (status == 0 && locals.is_global && !with_globals)
        return;
    while (status == 0 && run->out->status == 0) {
        status = sw_locals_next(&locals, &problem, &local);
        if (status <= 0)
            break;
        status = 0;
        sw_out_puts(run->out, SW_STYLE_PLAIN, indent);
        put_name(run, writer, local.name);
        sw_out_puts(run->out, SW_STYLE_PLAIN, " = ");
        write_local(writer, &local);
        sw_view_written(run->out, writer);
        sw_out_puts(run->out, SW_STYLE_PLAIN, "\n");
    }
    if (status < 0)
        sw_view_note(run->out, problem.message);
}

void sw_view_json_locals(
    struct sw_writer *writer, const struct sw_frame *frame, struct sw_json *json)
{
    struct sw_error problem = {.status = SW_OK};
    struct sw_locals locals;
    struct sw_local local;
    int status = sw_locals_open(writer->runtime, frame, &problem, &locals);

    sw_json_open_array(json, "locals");
    while (status == 0 && json->out->status == 0) {
        status = sw_locals_next(&locals, &problem, &local);
        if (status <= 0)
            break;
        status = 0;
        sw_json_open_object(json, NULL);
        sw_writer_reset(writer);
        sw_writer_name(writer, local.name);
        sw_view_json_written(json, "name", writer);
        sw_json_string(json, "kind", sw_local_kind_name(local.kind));
        json_object(json, writer, local.value, local.is_int);
        write_local(writer, &local);
        sw_view_json_written(json, "value", writer);
        sw_json_close_object(json);
    }
    sw_json_close_array(json);
    sw_json_error(json, "locals_end", &problem);
}

void sw_view_json_frame(const struct sw_frame *frame, struct sw_json *json)
{
    const struct sw_code *code = frame->code;

    sw_json_int(json, "index", frame->index);
    sw_json_address(json, "address", frame->addr);
    sw_json_text(json, "name", code->name.data, code->name.len);
    sw_json_text(json, "qualname", code->qualname.data, code->qualname.len);
    sw_json_text(json, "file", code->filename.data, code->filename.len);
    sw_json_int_if(json, "line", frame->position.line > 0, frame->position.line);
    if (code->problem.status != SW_OK)
        sw_json_error(json, "problem", &code->problem);
}

/* The frame the user is at, whose code must be known. */
static int selected_frame(
    const struct sw_run *run, const struct sw_thread **ret_thread, struct sw_frame *ret_frame)
{
    int status = sw_session_frame(run->session, run->reterr, ret_thread, ret_frame);

    if (status == 0 && !ret_frame->code) {
        *run->reterr = ret_frame->problem;
        return ret_frame->problem.status;
    }
    return status;
}

int sw_run_locals(const struct sw_run *run)
{
    struct sw_json json;
    const struct sw_thread *thread;
    struct sw_writer writer;
    struct sw_frame frame;
    bool as_json;
    int status = sw_args_json(run, &as_json);

    if (status == 0)
        status = selected_frame(run, &thread, &frame);
    if (status < 0)
        return status;
    sw_view_writer(run, thread, &writer);
    if (as_json) {
        sw_run_json_begin(run, &json);
        sw_json_open_object(&json, "frame");
        sw_view_json_frame(&frame, &json);
        sw_json_close_object(&json);
        sw_view_json_locals(&writer, &frame, &json);
        sw_run_json_end(&json, NULL);
    } else {
        sw_out_puts(run->out, SW_STYLE_PLAIN, "Locals for ");
        sw_view_name(run->out, SW_STYLE_FUNCTION, &frame.code->name);
        sw_out_puts(run->out, SW_STYLE_PLAIN, "\n");
        sw_view_locals(run, &writer, &frame, "", true);
    }
    sw_writer_fini(&writer);
    return 0;
}

/* ---------------------------------------------------------------- py-print */

/* The words of the line as they were typed, but --json: an expression may hold spaces. */
static int parse_print(const struct sw_run *run, bool *ret_json, char *expression, size_t size)
{
    size_t used = 0;

    *ret_json = false;
    expression[0] = '\0';
    for (unsigned i = 0; i < run->args->count; i++) {
        const char *word = run->args->words[i];
        size_t len = strlen(word);

        if (strcmp(word, "--json") == 0) {
            *ret_json = true;
            continue;
        }
        if (used + len + 2 > size)
            return sw_run_usage(run, "the expression is too long");
        if (used)
            expression[used++] = ' ';
        memcpy(expression + used, word, len + 1);
        used += len;
    }
    return used ? 0 : sw_run_usage(run, "a name, a path or an address is wanted");
}

/* The runtime that an address is read by: that of the selected thread, else any. */
static int thread_for_address(const struct sw_run *run, const struct sw_thread **ret_thread)
{
    const struct sw_threads *threads;
    int status = sw_session_threads(run->session, run->reterr, &threads);

    if (status < 0)
        return status;
    if (!threads->count)
        return sw_fail(run->reterr, SW_E_NOT_FOUND, 0, "", "Python has no threads");
    *ret_thread = &threads->items[0];
    for (size_t i = 0; i < threads->count; i++)
        if (threads->items[i].selected)
            *ret_thread = &threads->items[i];
    return 0;
}

static int write_found(
    const struct sw_run *run, struct sw_writer *writer, const struct sw_found *found)
{
    sw_writer_reset(writer);
    if (found->is_int) {
        sw_writer_printf(writer, "%lld", (long long)found->number);
        return 0;
    }
    return sw_writer_object(writer, found->value, run->reterr);
}

static void print_text(const struct sw_run *run, const struct sw_writer *writer,
    const char *expression, const struct sw_found *found)
{
    struct sw_out *out = run->out;

    if (found->scope)
        sw_out_printf(out, SW_STYLE_PLAIN, "%s '", found->scope);
    sw_out_text(out, SW_STYLE_PLAIN, expression, strlen(expression));
    sw_out_puts(out, SW_STYLE_PLAIN, found->scope ? "' = " : " = ");
    sw_view_written(out, writer);
    sw_out_puts(out, SW_STYLE_PLAIN, "\n");
}

static void print_json(const struct sw_run *run, struct sw_writer *writer, const char *expression,
    const struct sw_found *found)
{
    struct sw_json json;

    sw_run_json_begin(run, &json);
    sw_json_string(&json, "expression", expression);
    sw_json_string(&json, "scope", found->scope);
    json_object(&json, writer, found->value, found->is_int);
    sw_view_json_written(&json, "value", writer);
    sw_run_json_end(&json, NULL);
}

int sw_run_print(const struct sw_run *run)
{
    char expression[sizeof(run->args->text)];
    const struct sw_thread *thread = NULL;
    struct sw_frame frame = {.code = NULL};
    struct sw_found found;
    struct sw_writer writer;
    struct sw_error problem;
    bool as_json;
    int status = parse_print(run, &as_json, expression, sizeof(expression));

    if (status == 0)
        status = sw_path_is_address(expression) ? thread_for_address(run, &thread)
                                                : selected_frame(run, &thread, &frame);
    if (status < 0)
        return status;
    sw_view_writer(run, thread, &writer);
    status = sw_path_find(&writer, &frame, expression, &problem, &found);
    if (status == SW_E_NOT_FOUND && !as_json) {
        /* No error, which would end a script: as in CPython's own extension. */
        sw_out_text(run->out, SW_STYLE_PLAIN, problem.message, strlen(problem.message));
        sw_out_puts(run->out, SW_STYLE_PLAIN, "\n");
        sw_writer_fini(&writer);
        return 0;
    }
    if (status == SW_E_USAGE)
        sw_run_usage(run, "%s", problem.message);
    else if (status < 0)
        *run->reterr = problem;
    if (status == 0)
        status = write_found(run, &writer, &found);
    if (status == 0 && as_json)
        print_json(run, &writer, expression, &found);
    else if (status == 0)
        print_text(run, &writer, expression, &found);
    sw_writer_fini(&writer);
    return status;
}
