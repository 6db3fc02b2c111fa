/* SPDX-License-Identifier: MIT */
/* py-cache: what the session has cost, and forgetting what was read. */
#include <string.h>

#include "view/command.h"

static void show(const struct sw_run *run, bool as_json)
{
    struct sw_session_counters counters;

    sw_session_counters(run->session, &counters);
    if (as_json) {
        struct sw_json json = {.out = run->out};

        sw_json_open_object(&json, NULL);
        sw_json_string(&json, "schema", "sidewinder/1");
        sw_json_string(&json, "command", "cache");
        sw_json_int(&json, "reads", (int64_t)counters.reads);
        sw_json_int(&json, "bytes", (int64_t)counters.bytes);
        sw_json_int(&json, "failed_reads", (int64_t)counters.failed_reads);
        sw_json_close_object(&json);
        sw_out_puts(run->out, SW_STYLE_PLAIN, "\n");
        return;
    }
    sw_out_printf(run->out, SW_STYLE_PLAIN, "%llu reads of %llu bytes, %llu of them failed\n",
        (unsigned long long)counters.reads, (unsigned long long)counters.bytes,
        (unsigned long long)counters.failed_reads);
}

int sw_run_cache(const struct sw_run *run)
{
    bool clear = false, forget = false, json = false;

    for (unsigned i = 0; i < run->args->count; i++) {
        const char *word = run->args->words[i];

        if (strcmp(word, "--clear") == 0)
            clear = true;
        else if (strcmp(word, "--forget") == 0)
            forget = true;
        else if (strcmp(word, "--json") == 0)
            json = true;
        else
            return sw_run_usage(run, "unknown option '%.40s'", word);
    }
    if (forget)
        sw_session_forget(run->session);
    else if (clear)
        sw_session_invalidate(run->session);
    if (forget || clear)
        memset(&run->session->memory.counters, 0, sizeof(run->session->memory.counters));
    else
        show(run, json);
    return 0;
}
