/* SPDX-License-Identifier: MIT */
/* py-bt --native: the native stack, with the Python frames in the place of the evaluation loop. */
#include <string.h>

#include "session/mixed.h"
#include "target/function.h"
#include "view/bt.h"
#include "view/frame.h"

/* Python frames, and what belongs to them, stand behind the four characters of "#12 ". */
enum { NUMBER_WIDTH = 4 };

struct native_walk {
    const struct sw_run *run;
    const struct sw_bt_options *options;
    struct sw_json *json; /* NULL for text */
    struct sw_mixed mixed;
    struct sw_native_calls calls; /* since the last loop */
    uint64_t left;                /* frames still to show */
    uint64_t folded;
    bool newer_is_inline; /* the native frame before this one */
    bool more;
};

static bool take_one(struct native_walk *walk)
{
    walk->more = walk->more || !walk->left;
    if (!walk->left)
        return false;
    walk->left--;
    return true;
}

/* ---------------------------------------------------------------- native frames */

/* As gdb has it: what was inlined into a function shows the address that the function is at. */
static void put_native(
    struct sw_out *out, unsigned level, const struct sw_native_frame *native, bool newer_is_inline)
{
    sw_out_printf(out, SW_STYLE_PLAIN, "#%-2u ", level);
    if (!newer_is_inline) {
        sw_out_printf(out, SW_STYLE_ADDRESS, "0x%016llx", (unsigned long long)native->pc);
        sw_out_puts(out, SW_STYLE_PLAIN, " in ");
    }
    sw_out_text(out, SW_STYLE_FUNCTION, native->function[0] ? native->function : "??",
        native->function[0] ? strlen(native->function) : 2);
    sw_out_puts(out, SW_STYLE_PLAIN, native->function[0] == '<' ? "" : " ()");
    if (native->file[0]) {
        sw_out_puts(out, SW_STYLE_PLAIN, " at ");
        sw_out_text(out, SW_STYLE_FILENAME, native->file, strlen(native->file));
        sw_out_puts(out, SW_STYLE_PLAIN, ":");
        sw_out_printf(out, SW_STYLE_LINE, "%d", (int)native->line);
    } else if (native->module[0]) {
        sw_out_puts(out, SW_STYLE_PLAIN, " from ");
        sw_out_text(out, SW_STYLE_FILENAME, native->module, strlen(native->module));
    }
    sw_out_puts(out, SW_STYLE_PLAIN, "\n");
}

static void json_known(struct sw_json *json, const char *key, const char *text)
{
    sw_json_string(json, key, text[0] ? text : NULL);
}

static void json_native(struct sw_json *json, unsigned level, const struct sw_native_frame *native)
{
    sw_json_open_object(json, NULL);
    sw_json_string(json, "kind", "native");
    sw_json_int(json, "level", level);
    sw_json_address(json, "pc", native->pc);
    sw_json_bool(json, "inline", native->is_inline);
    json_known(json, "function", native->function);
    json_known(json, "file", native->file);
    sw_json_int_if(json, "line", native->line > 0, native->line);
    json_known(json, "module", native->module);
    sw_json_close_object(json);
}

static void show_native(
    struct native_walk *walk, unsigned level, const struct sw_native_frame *native)
{
    if (!take_one(walk))
        return;
    if (walk->json)
        json_native(walk->json, level, native);
    else
        put_native(walk->run->out, level, native, walk->newer_is_inline);
}

/* Remember the function for the name of what the next loop calls: the outermost ones count. */
static void add_call(struct native_walk *walk, unsigned level, const struct sw_native_frame *native)
{
    struct sw_session *session = walk->run->session;
    struct sw_native_calls *calls = &walk->calls;
    struct sw_function function;

    if (native->is_inline || sw_function_find(&session->memory, &session->runtimes.modules,
                                 level ? native->pc - 1 : native->pc, &function) < 0)
        return;
    if (calls->count == SW_NATIVE_CALLS)
        memmove(calls->starts, calls->starts + 1, --calls->count * sizeof(calls->starts[0]));
    calls->starts[calls->count++] = function.start;
}

/* ---------------------------------------------------------------- Python frames */

static void put_python(struct native_walk *walk, const unsigned *level,
    const struct sw_frame *frame, const struct sw_builtin *builtin)
{
    const struct sw_thread *thread = sw_mixed_thread(&walk->mixed);
    struct sw_out *out = walk->run->out;

    if (builtin)
        sw_view_builtin(out, "      ", builtin);
    if (level)
        sw_out_printf(out, SW_STYLE_PLAIN, "#%-2u   ", *level);
    else
        sw_view_margin(out, NUMBER_WIDTH + 2);
    sw_bt_put_frame(walk->run, walk->options, thread->runtime, frame, NUMBER_WIDTH + 4);
    if (walk->options->locals)
        sw_bt_put_locals(walk->run, thread, frame, NUMBER_WIDTH + 6);
}

static void json_python(struct native_walk *walk, unsigned level, const struct sw_frame *frame,
    const struct sw_builtin *builtin)
{
    sw_json_open_object(walk->json, NULL);
    sw_json_string(walk->json, "kind", "python");
    sw_json_int(walk->json, "level", level);
    sw_bt_json_frame(
        walk->run, walk->options, walk->json, sw_mixed_thread(&walk->mixed), frame, builtin);
    sw_json_close_object(walk->json);
}

/* The frames that a native frame of the loop runs, in its place. A loop that has not come to a
   frame is its native frame. */
static int show_loop(struct native_walk *walk, unsigned level, const struct sw_native_frame *native)
{
    struct sw_error *reterr = walk->run->reterr;
    struct sw_frame frame;
    bool any = false;
    int status = sw_mixed_meet(&walk->mixed, native, reterr);

    while (status == 0 && (status = sw_mixed_next(&walk->mixed, reterr, &frame)) > 0) {
        struct sw_builtin found;
        const struct sw_builtin *builtin = NULL;

        if (!take_one(walk))
            return 0;
        if (!any && sw_builtin_find(
                        sw_mixed_thread(&walk->mixed)->runtime, &frame, &walk->calls, &found) == 0)
            builtin = &found;
        if (walk->json)
            json_python(walk, level, &frame, builtin);
        else
            put_python(walk, any ? NULL : &level, &frame, builtin);
        any = true;
        status = walk->run->out->status;
    }
    if (status == 0 && !any)
        show_native(walk, level, native);
    walk->calls.count = 0;
    return status;
}

/* ---------------------------------------------------------------- the walk */

static int next_native(
    const struct sw_session *session, unsigned level, struct sw_native_frame *ret_native)
{
    const struct sw_memory *memory = &session->memory;

    memset(ret_native, 0, sizeof(*ret_native));
    ret_native->size = sizeof(*ret_native);
    return memory->ops.native_detail(memory->ctx, level, ret_native);
}

static enum sw_native_kind kind_of(
    const struct native_walk *walk, unsigned level, const struct sw_native_frame *native)
{
    struct sw_native_frame named = *native;

    if (!named.function[0])
        strcpy(named.function, "?");
    return sw_mixed_kind(&walk->mixed, level, &named);
}

static int show_stack(struct native_walk *walk)
{
    struct sw_native_frame native;
    int status = 0;

    for (unsigned level = 0; status == 0 && !walk->more && level < SW_MAX_NATIVE_FRAMES; level++) {
        enum sw_native_kind kind;

        status = next_native(walk->run->session, level, &native);
        if (status < 0)
            return status == SW_E_STOPPED ? status : walk->run->out->status;
        kind = kind_of(walk, level, &native);
        if (kind == SW_NATIVE_LOOP)
            status = show_loop(walk, level, &native);
        else
            add_call(walk, level, &native);
        if (kind == SW_NATIVE_OTHER || (kind != SW_NATIVE_LOOP && walk->options->plumbing))
            show_native(walk, level, &native);
        else if (kind != SW_NATIVE_LOOP)
            walk->folded++;
        walk->newer_is_inline = native.is_inline;
        status = status < 0 ? status : walk->run->out->status;
    }
    return status;
}

/* The native stack alone, as the debugger has it. */
static int show_native_alone(struct native_walk *walk)
{
    struct sw_native_frame native;

    for (unsigned level = 0; !walk->more && level < SW_MAX_NATIVE_FRAMES; level++) {
        int status = next_native(walk->run->session, level, &native);

        if (status < 0)
            return status == SW_E_STOPPED ? status : walk->run->out->status;
        show_native(walk, level, &native);
        walk->newer_is_inline = native.is_inline;
        if (walk->run->out->status < 0)
            return walk->run->out->status;
    }
    return 0;
}

/* ---------------------------------------------------------------- text and JSON */

static int put_both(struct native_walk *walk, const struct sw_error *why)
{
    struct sw_out *out = walk->run->out;
    int status;

    sw_out_puts(out, SW_STYLE_NOTE, "The native and the Python frames do not fit together: ");
    sw_out_text(out, SW_STYLE_NOTE, why->message, strlen(why->message));
    sw_out_puts(out, SW_STYLE_NOTE, ".\n");
    sw_out_puts(out, SW_STYLE_PLAIN, "Native stack (most recent call first):\n");
    status = show_native_alone(walk);
    if (walk->more)
        sw_out_puts(out, SW_STYLE_NOTE, "  (more frames follow)\n");
    for (size_t i = 0; status == 0 && i < walk->mixed.state_count; i++)
        status = sw_bt_put_stack(walk->run, walk->options, walk->mixed.states[i].thread);
    return status;
}

static int put_text(struct native_walk *walk, const struct sw_error *why)
{
    struct sw_out *out = walk->run->out;
    int status;

    if (why->status != SW_OK)
        return put_both(walk, why);
    sw_out_puts(out, SW_STYLE_PLAIN, "Native and Python stack (most recent call first):\n");
    status = show_stack(walk);
    if (walk->more)
        sw_out_puts(out, SW_STYLE_NOTE, "  (more frames follow)\n");
    else if (walk->folded)
        sw_out_printf(out, SW_STYLE_NOTE,
            "  (%llu native frame%s of the interpreter not shown: --native=all)\n",
            (unsigned long long)walk->folded, walk->folded == 1 ? "" : "s");
    return status;
}

/* A thread of the document; of several states on it the innermost names it. */
static int put_json(struct native_walk *walk, const struct sw_error *why)
{
    const struct sw_thread *thread = walk->mixed.states[0].thread;
    struct sw_json json;
    int status;

    sw_run_json_begin(walk->run, &json);
    walk->json = &json;
    sw_json_open_array(&json, "threads");
    sw_json_open_object(&json, NULL);
    sw_view_json_thread(thread, &json);
    sw_json_bool(&json, "selected", true);
    sw_json_error(&json, "disagreement", why);
    sw_json_open_array(&json, "stack");
    status = why->status == SW_OK ? show_stack(walk) : show_native_alone(walk);
    sw_json_close_array(&json);
    sw_json_int(&json, "folded", (int64_t)walk->folded);
    if (why->status == SW_OK)
        sw_json_bool(&json, "more", walk->more);
    else if (status == 0)
        status = sw_bt_json_stack(walk->run, walk->options, thread, &json);
    sw_json_close_object(&json);
    sw_json_close_array(&json);
    sw_run_json_end(&json, NULL);
    return status;
}

int sw_bt_native(const struct sw_run *run, const struct sw_bt_options *options)
{
    struct native_walk walk = {.run = run, .options = options, .left = options->count};
    struct sw_error why = {.status = SW_OK};
    int status = sw_mixed_open(run->session, run->reterr, &walk.mixed);

    if (status < 0)
        return status;
    if (!run->session->memory.ops.native_detail)
        return sw_fail(run->reterr, SW_E_UNSUPPORTED, 0, "",
            "this debugger does not tell its native frames: py-bt shows the Python ones");
    status = sw_mixed_check(&walk.mixed, true, &why);
    if (status == SW_E_STOPPED || status == SW_E_NO_MEMORY) {
        *run->reterr = why;
        return status;
    }
    return options->json ? put_json(&walk, &why) : put_text(&walk, &why);
}
