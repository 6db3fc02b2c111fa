/* SPDX-License-Identifier: MIT */
/* py-symbols: a file that tells the debugger itself of perf trampolines. */
#include <string.h>

#include "session/trampolines.h"
#include "view/command.h"

static uint64_t count_copies(const struct sw_trampolines *trampolines)
{
    uint64_t count = 0;

    for (size_t i = 0; i < trampolines->region_count; i++)
        count += trampolines->regions[i].size / trampolines->regions[i].spacing + 1;
    return count;
}

static void show_text(
    const struct sw_run *run, const struct sw_trampolines *trampolines, const char *path)
{
    sw_out_printf(run->out, SW_STYLE_PLAIN, "Wrote ");
    sw_out_text(run->out, SW_STYLE_FILENAME, path, strlen(path));
    sw_out_printf(run->out, SW_STYLE_PLAIN,
        ": %llu trampolines, %zu of them with the name of a Python function.\n"
        "gdb:   add-symbol-file %s\n"
        "lldb:  target modules add %s\n"
        "       target modules load --file %s --slide 0\n",
        (unsigned long long)count_copies(trampolines), trampolines->symbol_count, path, path, path);
}

static void show_json(
    const struct sw_run *run, const struct sw_trampolines *trampolines, const char *path)
{
    struct sw_json json;

    sw_run_json_begin(run, &json);
    sw_json_string(&json, "file", path);
    sw_json_int(&json, "trampolines", (int64_t)count_copies(trampolines));
    sw_json_open_array(&json, "regions");
    for (size_t i = 0; i < trampolines->region_count; i++) {
        sw_json_open_object(&json, NULL);
        sw_json_address(&json, "address", trampolines->regions[i].start);
        sw_json_int(&json, "size", (int64_t)trampolines->regions[i].size);
        sw_json_close_object(&json);
    }
    sw_json_close_array(&json);
    sw_json_open_array(&json, "functions");
    for (size_t i = 0; i < trampolines->symbol_count; i++) {
        sw_json_open_object(&json, NULL);
        sw_json_string(&json, "name", trampolines->symbols[i].name);
        sw_json_address(&json, "address", trampolines->symbols[i].addr);
        sw_json_int(&json, "size", (int64_t)trampolines->symbols[i].size);
        sw_json_close_object(&json);
    }
    sw_json_close_array(&json);
    sw_run_json_end(&json, NULL);
}

int sw_run_symbols(const struct sw_run *run)
{
    struct sw_trampolines trampolines;
    const char *path = NULL;
    bool json = false;
    int status;

    for (unsigned i = 0; i < run->args->count; i++) {
        const char *word = run->args->words[i];

        if (strcmp(word, "--json") == 0)
            json = true;
        else if (word[0] == '-' || path)
            return sw_run_usage(run, "unexpected '%.40s'", word);
        else
            path = word;
    }
    if (!path)
        return sw_run_usage(run, "no file is named");
    status = sw_session_trampolines(run->session, run->reterr, &trampolines);
    if (status < 0)
        return status;
    status = sw_trampolines_write(&trampolines, path, run->reterr);
    if (status == 0 && json)
        show_json(run, &trampolines, path);
    else if (status == 0)
        show_text(run, &trampolines, path);
    sw_trampolines_fini(&trampolines);
    return status;
}
