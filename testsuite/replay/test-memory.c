/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of every command fails once, alone and with all that follow; and every output is
 * refused once by the sink. The command ends honestly, nothing leaks, and afterwards the same
 * session gives the full output again.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "check.h"
#include "fixtures.h"
#include "lines.h"

/* What a session may take for a fixture of a few dozen frames: the page cache is four megabytes. */
#define MOST_MEMORY ((size_t)8 * 1024 * 1024)

/* Neighbouring images take turns with the commands that they were not recorded for. */
enum { TURNS = 8 };

struct trial {
    struct fixture *fixture;
    struct replay replay;
    const char *line;
    struct outcome full;
    struct outcome run; /* its text has room for a full run before anything fails */
};

static void complain(struct trial *trial, uint64_t at, bool all, const char *when, const char *why)
{
    if (why && fixture_fail(trial->fixture, "%s, allocation %" PRIu64 "%s fails%s: %s", trial->line,
                   at, all ? " and all that follow" : "", when, why))
        check_show(&trial->full, &trial->run);
}

/* An honest outcome, or the plain statement that memory ran out. */
static const char *judge(const struct trial *trial)
{
    if (trial->run.status == SW_E_NO_MEMORY && trial->run.error.message[0])
        return NULL;
    return check_honest(&trial->full, &trial->full, &trial->run);
}

/* False when there are not so many allocations. */
static bool fail_allocation(struct trial *trial, uint64_t at, bool all)
{
    struct alloc_counters counters;
    struct sw_session *session;

    alloc_begin(at, all);
    session = replay_session(&trial->replay);
    if (session)
        outcome_run(session, trial->line, &trial->run);
    if (session)
        complain(trial, at, all, "", judge(trial));
    counters = alloc_now();
    alloc_recover();
    if (session) {
        sw_session_invalidate(session);
        outcome_run(session, trial->line, &trial->run);
        complain(trial, at, all, ", then none", check_same(&trial->full, &trial->run));
    }
    sw_session_destroy(session);
    if (alloc_end().live != 0)
        complain(trial, at, all, "", "memory is lost");
    return counters.failed > 0;
}

static void measure(struct trial *trial)
{
    struct alloc_counters counters;
    struct sw_session *session;

    /* Twice: the first run gives the text its room. */
    for (unsigned i = 0; i < 2; i++) {
        alloc_begin(0, false);
        session = replay_session(&trial->replay);
        if (!session)
            abort();
        outcome_run(session, trial->line, &trial->run);
        sw_session_destroy(session);
        counters = alloc_end();
    }
    if (counters.live != 0)
        fixture_fail(trial->fixture, "%s: %zu bytes are lost", trial->line, counters.live);
    if (counters.peak > MOST_MEMORY)
        fixture_fail(trial->fixture, "%s: takes %zu bytes", trial->line, counters.peak);
}

/* ---------------------------------------------------------------- a sink that refuses */

struct refusal {
    unsigned writes;
    unsigned refuse_at;
    int status;
};

static int refuse(void *ctx, enum sw_style style, const char *text, size_t len)
{
    struct refusal *refusal = ctx;

    (void)style;
    (void)text;
    (void)len;
    return ++refusal->writes == refusal->refuse_at ? refusal->status : 0;
}

static void refuse_output(struct trial *trial, bool styled)
{
    struct refusal refusal = {.status = SW_E_STOPPED};
    struct sw_sink sink = {.write = refuse, .ctx = &refusal, .styled = styled};
    const struct sw_command *command;
    struct sw_session *session = replay_session(&trial->replay);
    const char *line = trial->line, *next;
    char first[IMAGE_COMMAND], word[32];
    size_t name;

    /* Of several commands the last one is refused; the others are run before. */
    while ((next = strstr(line, "; ")))
        line = next + 2;
    snprintf(first, sizeof(first), "%.*s", line == trial->line ? 0 : (int)(line - trial->line - 2),
        trial->line);
    name = strcspn(line, " ");
    snprintf(word, sizeof(word), "%.*s", (int)name, line);
    command = sw_command_find(word);
    for (unsigned at = 1; session && command; at++) {
        struct sw_error error = {.status = SW_OK};
        int status;

        if (*first)
            outcome_run(session, first, &trial->run);
        refusal.writes = 0;
        refusal.refuse_at = at;
        status = sw_command_run(session, command, line + name, &sink, &error);
        if (refusal.writes < at)
            break;
        if (status != refusal.status || error.status != SW_E_STOPPED || !error.message[0])
            fixture_fail(trial->fixture, "%s: output %u is refused, and the status is %d, \"%s\"",
                trial->line, at, status, error.message);
        if (refusal.writes > at)
            fixture_fail(trial->fixture, "%s: more output after refusal %u", trial->line, at);
    }
    if (session)
        outcome_run(session, trial->line, &trial->run);
    if (check_same(&trial->full, &trial->run))
        fixture_fail(trial->fixture, "%s: other output after refusals", trial->line);
    sw_session_destroy(session);
}

static void test_command(struct fixture *fixture, const char *line)
{
    struct trial trial = {.fixture = fixture, .line = line};
    struct sw_session *session;

    replay_init(&trial.replay, &fixture->image, fixture->root);
    session = replay_session(&trial.replay);
    if (!session)
        abort();
    outcome_run(session, line, &trial.full);
    sw_session_destroy(session);
    measure(&trial);
    for (unsigned all = 0; all < 2; all++)
        for (uint64_t at = 1 + fixture->first; fail_allocation(&trial, at, all);)
            at += fixture->stride;
    refuse_output(&trial, false);
    refuse_output(&trial, true);
    outcome_fini(&trial.full);
    outcome_fini(&trial.run);
}

/* A command for which the image lacks some of the memory: it ends with a word, and loses none. */
static void test_any(struct fixture *fixture, const char *line, struct outcome *run)
{
    struct alloc_counters counters = {.failed = 1};
    struct replay replay;

    replay_init(&replay, &fixture->image, fixture->root);
    for (unsigned all = 0; all < 2; all++)
        for (uint64_t at = 1 + fixture->first; counters.failed || at == 1 + fixture->first;
             at += fixture->stride) {
            struct sw_session *session;

            alloc_begin(at, all);
            session = replay_session(&replay);
            if (session)
                outcome_run(session, line, run);
            if (session && run->status < 0 && !run->error.message[0])
                fixture_fail(fixture, "%s, allocation %" PRIu64 " fails: no message", line, at);
            alloc_recover();
            sw_session_destroy(session);
            counters = alloc_end();
            if (counters.live != 0)
                fixture_fail(fixture, "%s, allocation %" PRIu64 " fails: memory is lost", line, at);
        }
}

static void test(struct fixture *fixture)
{
    struct outcome run = {0};
    struct lines lines;

    for (unsigned i = 0; i < fixture->image.command_count; i++)
        test_command(fixture, fixture->image.commands[i]);
    lines_init(&lines);
    outcome_reserve(&run); /* before anything fails */
    for (size_t i = fixture->index % TURNS; i < lines.count; i += TURNS)
        test_any(fixture, lines.items[i], &run);
    outcome_fini(&run);
}

int main(int argc, char **argv)
{
    return fixtures_run(argc, argv, test);
}
