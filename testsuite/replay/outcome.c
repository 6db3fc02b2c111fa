/* SPDX-License-Identifier: MIT */
#include "outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The test's own memory, which torture with failing allocations must leave alone, is taken once. */
enum { FIRST_CAPACITY = 256 * 1024 };

static int write_text(void *ctx, enum sw_style style, const char *text, size_t len)
{
    struct outcome *outcome = ctx;

    (void)style;
    if (len > OUTCOME_MAX_TEXT - outcome->len)
        return SW_E_LIMIT;
    if (outcome->len + len + 1 > outcome->capacity) {
        size_t capacity = 2 * (outcome->len + len + 1);
        char *bigger = realloc(outcome->text, capacity);

        if (!bigger)
            return SW_E_NO_MEMORY;
        outcome->text = bigger;
        outcome->capacity = capacity;
    }
    memcpy(outcome->text + outcome->len, text, len);
    outcome->len += len;
    outcome->text[outcome->len] = '\0';
    return 0;
}

static void begin(struct outcome *outcome)
{
    if (!outcome->text) {
        outcome->text = malloc(FIRST_CAPACITY);
        if (!outcome->text)
            abort();
        outcome->capacity = FIRST_CAPACITY;
    }
    outcome->len = 0;
    outcome->text[0] = '\0';
    memset(&outcome->error, 0, sizeof(outcome->error));
}

static void run_one(struct sw_session *session, const char *line, struct outcome *outcome)
{
    struct sw_sink sink = {.write = write_text, .ctx = outcome};
    const struct sw_command *command;
    size_t len = strcspn(line, " ");
    char name[32];

    snprintf(name, sizeof(name), "%.*s", (int)len, line);
    command = sw_command_find(name);
    if (!command) {
        outcome->status = SW_E_USAGE;
        snprintf(outcome->error.message, sizeof(outcome->error.message), "no command '%s'", name);
        return;
    }
    outcome->status = sw_command_run(session, command, line + len, &sink, &outcome->error);
}

void outcome_run(struct sw_session *session, const char *line, struct outcome *outcome)
{
    struct sw_session_counters before, after;
    char part[1024];

    begin(outcome);
    sw_session_counters(session, &before);
    do {
        const char *end = strstr(line, "; ");
        size_t len = end ? (size_t)(end - line) : strlen(line);

        snprintf(part, sizeof(part), "%.*s", (int)len, line);
        run_one(session, part, outcome);
        line = end ? end + 2 : NULL;
    } while (line && outcome->status == 0);
    sw_session_counters(session, &after);
    /* `cache --clear` counts anew. */
    outcome->reads = after.reads - (after.reads >= before.reads ? before.reads : 0);
    outcome->bytes = after.bytes - (after.reads >= before.reads ? before.bytes : 0);
}

void outcome_reserve(struct outcome *outcome)
{
    begin(outcome);
}

void outcome_fini(struct outcome *outcome)
{
    free(outcome->text);
    memset(outcome, 0, sizeof(*outcome));
}
