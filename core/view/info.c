/* SPDX-License-Identifier: MIT */
/* py-info: which Python this is and how much of it is understood. */
#include <stdio.h>
#include <string.h>

#include "session/arguments.h"
#include "view/instruments.h"

/* What the threads of one runtime add up to. */
struct info_counts {
    size_t threads;
    size_t interpreters;
    size_t without_native;
    const struct sw_thread *holder;
    const struct sw_thread *stopper; /* it makes the others stand still, or waits until they do */
};

static void count(const struct sw_threads *threads, unsigned runtime, struct info_counts *counts)
{
    memset(counts, 0, sizeof(*counts));
    counts->interpreters = threads->interpreter_counts[runtime];
    for (size_t i = 0; i < threads->count; i++) {
        const struct sw_thread *thread = &threads->items[i];

        if (thread->runtime_index != runtime)
            continue;
        counts->threads++;
        if (!thread->tid)
            counts->without_native++;
        if (thread->holds_gil && !counts->holder)
            counts->holder = thread;
        if ((thread->stops_world || thread->waits_for_world) && !counts->stopper)
            counts->stopper = thread;
    }
}

static const char *origin_text(const struct sw_runtime *runtime)
{
    switch (runtime->origin) {
    case SW_LAYOUT_FROM_DEBUG_OFFSETS:
        return "the target's own _Py_DebugOffsets, completed from the built-in table";
    case SW_LAYOUT_FROM_TABLE:
        break;
    }
    return "built-in table";
}

static void build_text(const struct sw_runtime *runtime, char *buf, size_t size)
{
    const struct sw_flavour *flavour = &runtime->layout.flavour;

    snprintf(buf, size, "%s%s%s, %s%s%u-bit %s endian", flavour->debug ? "debug" : "release",
        flavour->free_threaded ? ", free-threaded" : "",
        sw_runtime_traces_references(runtime) ? ", with trace refs" : "", flavour->machine,
        flavour->machine[0] ? ", " : "", flavour->pointer_size * 8u,
        flavour->big_endian ? "big" : "little");
}

/* Everything about one runtime that deserves a warning; returns how many were written. */
static size_t warnings(const struct sw_runtime *runtime, char (*texts)[256], size_t max)
{
    size_t count = 0;

    if (runtime->debug_offsets_rejected && count < max)
        snprintf(texts[count++], sizeof(*texts),
            "the target's _Py_DebugOffsets failed its checks: the memory may be damaged");
    if (runtime->layout.disagreements && count < max)
        snprintf(texts[count++], sizeof(*texts),
            "the target and the built-in table disagree on %u fields (the target is believed): %s",
            runtime->layout.disagreements, runtime->layout.first_disagreement);
    if (!runtime->validated && count < max)
        snprintf(texts[count++], sizeof(*texts),
            "the sizes of the built-in types could not be compared with the layout");
    return count;
}

enum { MAX_INFO_WARNINGS = 4 };

/* What concerns all runtimes: false when there is nothing to warn of. */
static bool session_warning(const struct sw_session *session, char *text, size_t size)
{
    if (!session->discovery_absent)
        return false;
    snprintf(text, size,
        "%llu reads failed while Python was looked for: some of the above may be incomplete",
        (unsigned long long)session->discovery_absent);
    return true;
}

/* Words that a shell would take apart are quoted. */
static int put_arguments(const struct sw_run *run)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_./=:,+@%";
    struct sw_out *out = run->out;
    struct sw_arguments arguments;
    int status = sw_arguments_read(run->session, &arguments);

    sw_out_puts(out, SW_STYLE_PLAIN, "  command line:");
    if (status < 0) {
        sw_out_puts(out, SW_STYLE_PLAIN, " unknown\n");
        return status;
    }
    for (size_t i = 0; i < arguments.count; i++) {
        const struct sw_text *word = &arguments.items[i];
        const char *quote = word->len && strspn(word->data, plain) == word->len ? "" : "'";

        sw_out_puts(out, SW_STYLE_PLAIN, " ");
        sw_out_puts(out, SW_STYLE_PLAIN, quote);
        sw_out_text(out, SW_STYLE_PLAIN, word->data, word->len);
        sw_out_puts(out, SW_STYLE_PLAIN, word->cut ? "..." : "");
        sw_out_puts(out, SW_STYLE_PLAIN, quote);
    }
    sw_out_puts(out, SW_STYLE_PLAIN, arguments.cut ? " ...\n" : "\n");
    sw_arguments_fini(&arguments);
    return 0;
}

static int json_arguments(const struct sw_run *run, struct sw_json *json)
{
    struct sw_arguments arguments;
    int status = sw_arguments_read(run->session, &arguments);

    if (status < 0) {
        sw_json_null(json, "command_line");
        return status;
    }
    sw_json_open_array(json, "command_line");
    for (size_t i = 0; i < arguments.count; i++)
        sw_json_text(json, NULL, arguments.items[i].data, arguments.items[i].len);
    sw_json_close_array(json);
    sw_arguments_fini(&arguments);
    return 0;
}

/* False when it was out of memory for a part of it. */
static bool runtime_text(const struct sw_run *run, unsigned index, const struct sw_threads *threads)
{
    const struct sw_runtime *runtime = run->session->runtimes.items[index];
    struct sw_out *out = run->out;
    char version[24], build[96], texts[MAX_INFO_WARNINGS][256];
    struct info_counts counts;
    bool whole = true;
    size_t found;

    count(threads, index, &counts);
    sw_version_text(runtime->layout.flavour.hexversion, version, sizeof(version));
    build_text(runtime, build, sizeof(build));
    sw_out_printf(out, SW_STYLE_PLAIN, "CPython %s (%s)\n", version, build);
    sw_out_puts(out, SW_STYLE_PLAIN, "  file:         ");
    sw_out_text(out, SW_STYLE_FILENAME, runtime->module.path, strlen(runtime->module.path));
    if (!runtime->module.path[0])
        sw_out_puts(out, SW_STYLE_PLAIN, "unknown");
    sw_out_puts(out, SW_STYLE_PLAIN, "\n");
    if (index == 0)
        whole = put_arguments(run) != SW_E_NO_MEMORY;
    sw_out_printf(out, SW_STYLE_PLAIN, "  runtime:      %s at ",
        runtime->root ? "_PyRuntime" : "interpreter list");
    sw_out_printf(out, SW_STYLE_ADDRESS, "0x%llx",
        (unsigned long long)(runtime->root ? runtime->root : runtime->head));
    sw_out_printf(out, SW_STYLE_PLAIN, ", found by %s\n", sw_found_by_name(runtime->found_by));
    sw_out_printf(out, SW_STYLE_PLAIN, "  layout:       %s%s\n", origin_text(runtime),
        runtime->validated ? "; type sizes agree" : "");
    whole = sw_view_instruments(run, index, threads) == 0 && whole;
    sw_out_printf(out, SW_STYLE_PLAIN, "  interpreters: %zu\n", counts.interpreters);
    sw_out_printf(out, SW_STYLE_PLAIN, "  threads:      %zu", counts.threads);
    if (counts.holder && counts.holder->tid)
        sw_out_printf(out, SW_STYLE_PLAIN, ", the GIL is held by thread %lld (LWP %lld)",
            (long long)counts.holder->number, (long long)counts.holder->tid);
    else if (!runtime->layout.flavour.free_threaded && (counts.holder || !threads->gil_unknown))
        sw_out_puts(out, SW_STYLE_PLAIN, counts.holder ? ", the GIL is held" : ", the GIL is free");
    if (counts.stopper)
        sw_out_printf(out, SW_STYLE_PLAIN, ", the world is %s thread %lld (LWP %lld)",
            counts.stopper->stops_world ? "stopped for" : "asked to stop for",
            (long long)counts.stopper->number, (long long)counts.stopper->tid);
    sw_out_puts(out, SW_STYLE_PLAIN, "\n");
    if (counts.without_native && threads->native_count)
        sw_out_printf(out, SW_STYLE_NOTE, "  warning: %zu threads have no native thread\n",
            counts.without_native);
    found = warnings(runtime, texts, MAX_INFO_WARNINGS);
    for (size_t i = 0; i < found; i++)
        sw_out_printf(out, SW_STYLE_NOTE, "  warning: %s\n", texts[i]);
    return whole;
}

static bool runtime_json(const struct sw_run *run, unsigned index, const struct sw_threads *threads,
    struct sw_json *json)
{
    const struct sw_runtime *runtime = run->session->runtimes.items[index];
    const struct sw_flavour *flavour = &runtime->layout.flavour;
    char version[24], texts[MAX_INFO_WARNINGS][256];
    struct info_counts counts;
    bool whole;
    size_t found = warnings(runtime, texts, MAX_INFO_WARNINGS);

    count(threads, index, &counts);
    sw_version_text(flavour->hexversion, version, sizeof(version));
    sw_json_open_object(json, NULL);
    sw_json_string(json, "version", version);
    sw_json_int(json, "hexversion", flavour->hexversion);
    sw_json_bool(json, "debug", flavour->debug);
    sw_json_bool(json, "free_threaded", flavour->free_threaded);
    sw_json_bool(json, "trace_refs", sw_runtime_traces_references(runtime));
    sw_json_int(json, "pointer_size", flavour->pointer_size);
    sw_json_bool(json, "big_endian", flavour->big_endian);
    sw_json_string(json, "machine", flavour->machine);
    sw_json_string(json, "file", runtime->module.path);
    sw_json_address(json, "address", runtime->root ? runtime->root : runtime->head);
    sw_json_string(json, "found_by", sw_found_by_name(runtime->found_by));
    sw_json_string(json, "layout",
        runtime->origin == SW_LAYOUT_FROM_DEBUG_OFFSETS ? "debug-offsets" : "table");
    sw_json_bool(json, "validated", runtime->validated);
    sw_json_int(json, "interpreters", (int64_t)counts.interpreters);
    sw_json_int(json, "threads", (int64_t)counts.threads);
    sw_json_address_or_null(json, "gil_holder", counts.holder ? counts.holder->state.addr : 0);
    sw_json_address_or_null(json, "world_stopper", counts.stopper ? counts.stopper->state.addr : 0);
    whole = sw_view_json_instruments(run, index, threads, json) == 0;
    sw_json_open_array(json, "warnings");
    for (size_t i = 0; i < found; i++)
        sw_json_string(json, NULL, texts[i]);
    sw_json_close_array(json);
    sw_json_close_object(json);
    return whole;
}

static bool info_json(const struct sw_run *run, const struct sw_threads *threads)
{
    struct sw_json json;
    char text[128];
    bool whole;

    sw_run_json_begin(run, &json);
    sw_json_string(&json, "sidewinder", sw_version());
    whole = json_arguments(run, &json) != SW_E_NO_MEMORY;
    sw_json_open_array(&json, "runtimes");
    for (unsigned i = 0; i < run->session->runtimes.count; i++)
        whole = runtime_json(run, i, threads, &json) && whole;
    sw_json_close_array(&json);
    sw_json_open_array(&json, "warnings");
    for (size_t i = 0; i < threads->problem_count; i++)
        sw_json_string(&json, NULL, threads->problems[i].message);
    if (session_warning(run->session, text, sizeof(text)))
        sw_json_string(&json, NULL, text);
    sw_json_close_array(&json);
    sw_json_close_object(&json);
    sw_out_puts(run->out, SW_STYLE_PLAIN, "\n");
    return whole;
}

static bool info_text(const struct sw_run *run, const struct sw_threads *threads)
{
    bool whole = true;
    char text[128];

    for (unsigned i = 0; i < run->session->runtimes.count; i++) {
        if (i)
            sw_out_puts(run->out, SW_STYLE_PLAIN, "\n");
        whole = runtime_text(run, i, threads) && whole;
    }
    for (size_t i = 0; i < threads->problem_count; i++) {
        sw_out_puts(run->out, SW_STYLE_NOTE, "warning: ");
        sw_out_text(run->out, SW_STYLE_NOTE, threads->problems[i].message,
            strlen(threads->problems[i].message));
        sw_out_puts(run->out, SW_STYLE_PLAIN, "\n");
    }
    if (session_warning(run->session, text, sizeof(text)))
        sw_out_printf(run->out, SW_STYLE_NOTE, "warning: %s\n", text);
    return whole;
}

int sw_run_info(const struct sw_run *run)
{
    const struct sw_threads *threads;
    bool json = false;
    int status = sw_args_json(run, &json);

    if (status == 0)
        status = sw_session_threads(run->session, run->reterr, &threads);
    if (status < 0)
        return status;
    if (!(json ? info_json(run, threads) : info_text(run, threads)))
        return sw_fail(run->reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
    return 0;
}
