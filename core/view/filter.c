/* SPDX-License-Identifier: MIT */
/* Python frames one by one, for debuggers that show frames themselves. */
#include <stdlib.h>
#include <string.h>

#include "frame/locals.h"
#include "session/mixed.h"
#include "view/out.h"

struct sw_filter {
    uint64_t generation; /* of the session, when `mixed` was opened */
    struct sw_mixed mixed;
    uint64_t taken; /* Python frames of the loop that were given */
    struct sw_sink sink;
    struct sw_out *out; /* makes names safe */
};

static int no_write(void *ctx, enum sw_style style, const char *text, size_t len)
{
    (void)ctx;
    (void)style;
    (void)text;
    (void)len;
    return 0;
}

/* ---------------------------------------------------------------- the place in the stack */

/* After an invalidation what the walk pointed into is gone: go to the same place anew. */
static int refresh(struct sw_session *session, struct sw_filter *filter, struct sw_error *reterr)
{
    struct sw_mixed mixed;
    int status;

    if (filter->generation == session->generation)
        return 0;
    status = sw_mixed_open(session, reterr, &mixed);
    if (status == 0)
        status = sw_mixed_resume(&mixed, &filter->mixed, reterr);
    for (uint64_t i = 0; status == 0 && i < filter->taken; i++) {
        struct sw_frame frame;

        status = sw_mixed_next(&mixed, reterr, &frame);
        if (status == 0)
            status = sw_fail(reterr, SW_E_NOT_FOUND, 0, "", "the stack is another one now");
        status = status < 0 ? status : 0;
    }
    if (status < 0)
        return status;
    filter->mixed = mixed;
    filter->generation = session->generation;
    return 0;
}

bool sw_session_runs_python(struct sw_session *session)
{
    const struct sw_threads *threads;

    if (!sw_session_has_python(session) || sw_session_threads(session, NULL, &threads) < 0)
        return false;
    for (size_t i = 0; i < threads->count; i++)
        if (threads->items[i].selected && threads->items[i].state.frame)
            return true;
    return false;
}

int sw_filter_open(
    struct sw_session *session, struct sw_error *reterr, struct sw_filter **ret_filter)
{
    struct sw_filter *filter = calloc(1, sizeof(*filter));
    int status;

    if (!filter)
        return sw_fail(reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
    session->memory.stopped = false;
    filter->sink.write = no_write;
    filter->out = sw_out_create(&filter->sink);
    filter->generation = session->generation;
    status = filter->out ? sw_mixed_open(session, reterr, &filter->mixed)
                         : sw_fail(reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
    /* Most often the addresses of the functions are enough. */
    if (status == 0 && !sw_mixed_has_entries(&filter->mixed) &&
        sw_mixed_check(&filter->mixed, false, reterr) == SW_E_CORRUPT)
        status = sw_mixed_check(&filter->mixed, true, reterr);
    if (status < 0) {
        sw_filter_close(filter);
        return status;
    }
    *ret_filter = filter;
    return 0;
}

void sw_filter_close(struct sw_filter *filter)
{
    if (!filter)
        return;
    sw_out_destroy(filter->out);
    free(filter);
}

int sw_filter_kind(struct sw_session *session, struct sw_filter *filter, unsigned level,
    const struct sw_native_frame *native, struct sw_error *reterr)
{
    int status = refresh(session, filter, reterr);

    return status < 0 ? status : (int)sw_mixed_kind(&filter->mixed, level, native);
}

int sw_filter_enter(struct sw_session *session, struct sw_filter *filter,
    const struct sw_native_frame *native, struct sw_error *reterr)
{
    int status = refresh(session, filter, reterr);

    filter->taken = 0;
    return status < 0 ? status : sw_mixed_meet(&filter->mixed, native, reterr);
}

/* ---------------------------------------------------------------- Python frames */

/* Copy text of the target, made safe, and cut where it does not fit. */
static void copy_text(struct sw_out *out, const char *data, size_t len, char *buf, size_t size)
{
    size_t used;

    out->used = 0;
    if (!data)
        sw_out_puts(out, SW_STYLE_PLAIN, "?");
    else
        sw_out_text(out, SW_STYLE_PLAIN, data, len < size ? len : size);
    used = out->used < size ? out->used : size - 1;
    /* Not within a character. */
    while (used && used < out->used && ((unsigned char)out->buffer[used] & 0xc0) == 0x80)
        used--;
    memcpy(buf, out->buffer, used);
    buf[used] = '\0';
}

int sw_filter_frame(struct sw_session *session, struct sw_filter *filter, struct sw_error *reterr,
    struct sw_python_frame *ret_frame)
{
    const struct sw_text *name;
    struct sw_frame frame;
    int status = refresh(session, filter, reterr);

    if (status == 0)
        status = sw_mixed_next(&filter->mixed, reterr, &frame);
    if (status <= 0)
        return status;
    filter->taken++;
    ret_frame->runtime = sw_mixed_thread(&filter->mixed)->runtime_index;
    ret_frame->address = frame.addr;
    ret_frame->line = frame.position.line;
    if (!frame.code) {
        copy_text(filter->out, NULL, 0, ret_frame->function, sizeof(ret_frame->function));
        ret_frame->file[0] = '\0';
        ret_frame->line = 0;
        return 1;
    }
    name = frame.code->qualname.data ? &frame.code->qualname : &frame.code->name;
    copy_text(filter->out, name->data, name->len, ret_frame->function, sizeof(ret_frame->function));
    copy_text(filter->out, frame.code->filename.data, frame.code->filename.len, ret_frame->file,
        sizeof(ret_frame->file));
    return 1;
}

/* ---------------------------------------------------------------- variables */

/* co_flags (Include/code.h): *args and **kwargs, which have names behind the other arguments. */
enum { CODE_VARARGS = 0x4, CODE_VARKEYWORDS = 0x8 };

struct variables {
    const struct sw_runtime *runtime;
    struct sw_frame frame;
    struct sw_locals locals;
    uint64_t arguments; /* names that the function's arguments have, the first of all names */
};

/* How many of the first names are arguments; none in a class body or a module. */
static int count_arguments(struct variables *variables, struct sw_error *reterr)
{
    const struct sw_reader *reader = &variables->runtime->reader;
    const struct sw_code *code = variables->frame.code;
    uint64_t positional = 0, keyword = 0;
    int status;

    if (!variables->locals.is_function)
        return 0;
    status = sw_reader_uint(reader, code->addr, SW_F_CODE_ARGCOUNT, reterr, &positional);
    /* 2.7 has no arguments that are keywords only. */
    if (status == 0 && sw_reader_has(reader, SW_F_CODE_KWONLYARGCOUNT))
        status = sw_reader_uint(reader, code->addr, SW_F_CODE_KWONLYARGCOUNT, reterr, &keyword);
    variables->arguments = (uint64_t)(uint32_t)positional + (uint32_t)keyword +
                           !!(code->flags & CODE_VARARGS) + !!(code->flags & CODE_VARKEYWORDS);
    return status;
}

/* Arguments have the first names. One that is a cell too has its value there, under the same name
   (3.10 and before). */
static bool is_argument(const struct variables *variables, const struct sw_local *local)
{
    const struct sw_locals *locals = &variables->locals;

    if (local->kind != SW_LOCAL_CELL || locals->kinds)
        return locals->next <= variables->arguments &&
               (local->kind == SW_LOCAL_PLAIN || local->kind == SW_LOCAL_CELL);
    for (uint64_t i = 0; i < variables->arguments && i < locals->ends[0]; i++) {
        sw_addr name;

        if (sw_sequence_item(locals->reader, &locals->names[0], i, NULL, &name) == 0 &&
            name == local->name)
            return true;
    }
    return false;
}

static void describe(struct variables *variables, struct sw_out *out, const struct sw_local *local,
    struct sw_variable *ret_variable)
{
    enum { NAME_LENGTH = 100 };
    struct sw_arena arena = {.blocks = NULL};
    struct sw_text name = {.data = NULL};

    (void)sw_text_read(
        &variables->runtime->reader, &arena, local->name, NAME_LENGTH, "name", NULL, &name);
    copy_text(out, name.data, name.len, ret_variable->name, sizeof(ret_variable->name));
    sw_arena_reset(&arena);
    ret_variable->is_argument = is_argument(variables, local);
    ret_variable->is_int = local->is_int;
    ret_variable->number = local->number;
    ret_variable->value = local->is_int ? 0 : local->value;
}

static int open_variables(struct sw_session *session, const struct sw_python_frame *frame,
    struct sw_error *reterr, struct variables *variables)
{
    int status = sw_session_discover(session, reterr);

    if (status == 0 && frame->runtime >= session->runtimes.count)
        status = sw_fail(reterr, SW_E_NOT_FOUND, frame->address, "", "no such Python any more");
    if (status < 0)
        return status;
    variables->runtime = session->runtimes.items[frame->runtime];
    variables->arguments = 0;
    status = sw_frame_read(variables->runtime, &session->codes[frame->runtime], frame->address,
        reterr, &variables->frame);
    if (status == 0)
        status = sw_locals_open(variables->runtime, &variables->frame, reterr, &variables->locals);
    return status < 0 ? status : count_arguments(variables, reterr);
}

int sw_python_variables(struct sw_session *session, const struct sw_python_frame *frame,
    bool arguments, struct sw_error *reterr,
    int (*visit)(void *ctx, const struct sw_variable *variable), void *ctx)
{
    struct sw_sink sink = {.write = no_write};
    struct variables variables;
    struct sw_variable variable;
    struct sw_local local;
    struct sw_out out;
    int status;

    session->memory.stopped = false;
    status = open_variables(session, frame, reterr, &variables);
    /* The names of a module are its globals. */
    if (status < 0 || variables.locals.is_global)
        return status;
    sw_out_init(&out, &sink);
    while (status == 0 && (status = sw_locals_next(&variables.locals, reterr, &local)) > 0) {
        status = 0;
        if (is_argument(&variables, &local) != arguments)
            continue;
        describe(&variables, &out, &local, &variable);
        status = visit(ctx, &variable);
    }
    return status;
}
