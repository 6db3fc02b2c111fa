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

/* A failure may make the library look elsewhere, in the end in all writable data of the modules,
   but not without end. */
enum { MORE_READS = 4, EVEN_MORE_READS = 4000 };

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

static void test(struct fixture *fixture)
{
    for (unsigned i = 0; i < fixture->image.command_count; i++)
        torture_command(fixture, fixture->image.commands[i]);
}

int main(int argc, char **argv)
{
    return fixtures_run(argc, argv, test);
}
