/* SPDX-License-Identifier: MIT */
/*
 * Every read of every command fails once, in every way that a debugger fails. The command ends,
 * shows what it could read and says why there is no more; afterwards the same session gives the
 * full output again.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fixtures.h"
#include "lines.h"

/* A failure may make the library look elsewhere, in the end in all writable data of the modules,
   but not without end. */
enum { MORE_READS = 4, EVEN_MORE_READS = 4000 };

/* Neighbouring images take turns with the commands that they were not recorded for. */
enum { TURNS = 8 };

static const char *const failure_names[REPLAY_FAILURES] = {
    [REPLAY_FAILS_NEVER] = "nothing",
    [REPLAY_FAILS_ONCE] = "one read",
    [REPLAY_FAILS_PAGE] = "one page",
    [REPLAY_FAILS_AFTER] = "all reads",
    [REPLAY_STOPS] = "Ctrl-C in a read",
    [REPLAY_INTERRUPTS] = "Ctrl-C in a computation",
};

/* What is the same for all runs of one command. */
struct torture {
    struct fixture *fixture;
    struct replay replay;
    const char *line;
    struct outcome full;
    struct outcome whole; /* of the same command without a limit on the number of frames */
    struct outcome run;
};

static void complain(struct torture *torture, enum replay_failure failure, uint64_t fail_at,
    const char *when, const char *why)
{
    if (!why)
        return;
    if (fixture_fail(torture->fixture, "%s, %s fails at %" PRIu64 "%s: %s", torture->line,
            failure_names[failure], fail_at, when, why))
        check_show(&torture->full, &torture->run);
}

/* False when the command came to an end before the failure could happen. */
static bool fail_at(struct torture *torture, enum replay_failure failure, uint64_t at, bool forget)
{
    struct sw_session *session = replay_session(&torture->replay);
    uint64_t most = torture->full.reads * MORE_READS + EVEN_MORE_READS;
    bool failed;

    if (!session)
        abort();
    replay_fail(&torture->replay, failure, at);
    outcome_run(session, torture->line, &torture->run);
    failed = torture->replay.failed;
    complain(
        torture, failure, at, "", check_honest(&torture->full, &torture->whole, &torture->run));
    if (torture->run.reads > most)
        complain(torture, failure, at, "", "too many reads");
    if (failure >= REPLAY_STOPS && failed && torture->run.status != SW_E_STOPPED &&
        strcmp(torture->run.text, torture->full.text) != 0)
        complain(torture, failure, at, "", "the command does not say that it was stopped");
    if (failure == REPLAY_FAILS_PAGE && failed) {
        outcome_run(session, torture->line, &torture->run);
        complain(torture, failure, at, ", again", check_notes(&torture->run));
    }
    replay_fail(&torture->replay, REPLAY_FAILS_NEVER, 0);
    if (failure >= REPLAY_STOPS) {
        /* The user types the same command again. */
        outcome_run(session, torture->line, &torture->run);
        complain(torture, failure, at, ", then nothing", check_same(&torture->full, &torture->run));
    }
    if (forget)
        sw_session_forget(session);
    else
        sw_session_invalidate(session);
    outcome_run(session, torture->line, &torture->run);
    complain(torture, failure, at,
        forget ? ", then the program is another" : ", then nothing at the next stop",
        check_same(&torture->full, &torture->run));
    sw_session_destroy(session);
    return failed;
}

/* "bt -2 --columns" to "bt --columns"; other commands stay. */
static void without_numbers(const char *line, char *buf, size_t size)
{
    char copy[IMAGE_COMMAND];

    if (strncmp(line, "bt ", 3) != 0) {
        snprintf(buf, size, "%s", line);
        return;
    }
    snprintf(copy, sizeof(copy), "%s", line);
    buf[0] = '\0';
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
        size_t used = strlen(buf);

        if (!strpbrk(word, "0123456789"))
            snprintf(buf + used, size - used, "%s%s", used ? " " : "", word);
    }
}

static void torture_command(struct fixture *fixture, const char *line)
{
    struct torture torture = {.fixture = fixture, .line = line};
    struct sw_session *session;
    char whole[IMAGE_COMMAND];

    replay_init(&torture.replay, &fixture->image, fixture->root);
    session = replay_session(&torture.replay);
    if (!session)
        abort();
    outcome_run(session, line, &torture.full);
    without_numbers(line, whole, sizeof(whole));
    outcome_run(session, whole, &torture.whole);
    sw_session_destroy(session);
    if (torture.full.status < 0)
        fixture_fail(fixture, "%s: %s", line, torture.full.error.message);
    for (unsigned failure = REPLAY_FAILS_ONCE; failure < REPLAY_FAILURES; failure++)
        for (uint64_t at = 1 + fixture->first; at < 100000; at += fixture->stride)
            if (!fail_at(&torture, (enum replay_failure)failure, at, at / fixture->stride % 2))
                break;
    outcome_fini(&torture.full);
    outcome_fini(&torture.whole);
    outcome_fini(&torture.run);
}

/* Whether an image has what a command reads: it then gives what it gave when it was recorded. */
static bool is_recorded(const struct fixture *fixture, const char *line)
{
    for (unsigned i = 0; i < fixture->image.command_count; i++)
        if (strcmp(fixture->image.commands[i], line) == 0)
            return true;
    return false;
}

/*
 * Commands that an image was not recorded for miss memory here and there, which hides what else is
 * wrong: of those, each read and each poll fails too, and all that is asked is an end, soon, with a
 * word when it is no success.
 */
static void torture_any(struct fixture *fixture, const char *line, struct outcome *run)
{
    struct replay replay;
    struct sw_session *session;
    bool failed = true;

    replay_init(&replay, &fixture->image, fixture->root);
    for (unsigned failure = REPLAY_FAILS_ONCE; failure < REPLAY_FAILURES; failure++)
        for (uint64_t at = 1 + fixture->first; failed && at < 100000; at += fixture->stride) {
            session = replay_session(&replay);
            if (!session)
                abort();
            replay_fail(&replay, (enum replay_failure)failure, at);
            outcome_run(session, line, run);
            failed = replay.failed;
            if (run->status < 0 && !run->error.message[0])
                fixture_fail(fixture, "%s, %s fails at %" PRIu64 ": a failure without a message",
                    line, failure_names[failure], at);
            if (run->reads > 100 * EVEN_MORE_READS)
                fixture_fail(fixture, "%s, %s fails at %" PRIu64 ": too many reads", line,
                    failure_names[failure], at);
            sw_session_destroy(session);
        }
}

static void test(struct fixture *fixture)
{
    struct lines lines;
    struct outcome run = {0};

    for (unsigned i = 0; i < fixture->image.command_count; i++)
        torture_command(fixture, fixture->image.commands[i]);
    lines_init(&lines);
    for (size_t i = fixture->index % TURNS; i < lines.count; i += TURNS)
        if (!is_recorded(fixture, lines.items[i]))
            torture_any(fixture, lines.items[i], &run);
    outcome_fini(&run);
}

int main(int argc, char **argv)
{
    return fixtures_run(argc, argv, test);
}
