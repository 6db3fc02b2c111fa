/* SPDX-License-Identifier: MIT */
/*
 * test-replay [--accept] [--root=DIR] IMAGE...
 *
 * Every command of an image gives exactly the text beside it, at exactly the cost that is written
 * there: NAME.txt holds all commands, NAME.json the document of `bt -a --json`, or of an image of
 * values that of `bt --locals --json`, of deadlocks that of `locks --json`. --accept writes those
 * files instead: look at the difference before you commit it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixtures.h"

/* Whose document goes into NAME.json; an image has one of them. */
static const char *const json_commands[] = {"bt -a --json", "bt --locals --json", "locks --json"};

static bool accept_all;

/* What the two files beside an image hold, or should hold. */
struct expected {
    char *text;
    size_t len;
    size_t capacity;
};

static void append(struct expected *to, const char *text, size_t len)
{
    if (to->len + len + 1 > to->capacity) {
        to->capacity = 2 * (to->len + len + 1);
        to->text = realloc(to->text, to->capacity);
        if (!to->text)
            abort();
    }
    memcpy(to->text + to->len, text, len);
    to->len += len;
    to->text[to->len] = '\0';
}

/* "NAME.txt" beside the image. */
static void path_of(const struct fixture *fixture, const char *suffix, char *path, size_t size)
{
    size_t len = strlen(fixture->path);

    if (len > 4 && strcmp(fixture->path + len - 4, ".swi") == 0)
        len -= 4;
    snprintf(path, size, "%.*s%s", (int)len, fixture->path, suffix);
}

static bool has_own_file(const char *line)
{
    for (size_t i = 0; i < sizeof(json_commands) / sizeof(json_commands[0]); i++)
        if (strcmp(line, json_commands[i]) == 0)
            return true;
    return false;
}

/* Once cold, once more, once after the target has run; the text must be the same every time. */
static void run_command(
    struct fixture *fixture, const char *line, struct expected *text, struct expected *json)
{
    struct outcome cold = {0}, again = {0}, next = {0};
    struct sw_session *session;
    struct replay replay;
    char head[256];
    int len;

    replay_init(&replay, &fixture->image, fixture->root);
    session = replay_session(&replay);
    if (!session)
        abort();
    outcome_run(session, line, &cold);
    outcome_run(session, line, &again);
    sw_session_invalidate(session);
    outcome_run(session, line, &next);
    if (cold.status < 0)
        fixture_fail(fixture, "%s: %s", line, cold.error.message);
    if (strcmp(cold.text, again.text) != 0 || again.status != cold.status)
        fixture_fail(fixture, "%s: the second run differs", line);
    if (strcmp(cold.text, next.text) != 0 || next.status != cold.status)
        fixture_fail(fixture, "%s: the run after invalidating differs", line);
    len = snprintf(head, sizeof(head),
        "== %s\n-- first: %" PRIu64 " reads, %" PRIu64 " bytes; again: %" PRIu64 ", %" PRIu64
        "; next stop: %" PRIu64 ", %" PRIu64 "\n",
        line, cold.reads, cold.bytes, again.reads, again.bytes, next.reads, next.bytes);
    append(text, head, (size_t)len);
    append(has_own_file(line) ? json : text, cold.text, cold.len);
    outcome_fini(&cold);
    outcome_fini(&again);
    outcome_fini(&next);
    sw_session_destroy(session);
}

static bool write_file(const char *path, const struct expected *expected)
{
    FILE *file = fopen(path, "wb");
    bool ok = file && fwrite(expected->text, 1, expected->len, file) == expected->len;

    return file && fclose(file) == 0 && ok;
}

static char *read_file(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "rb");
    struct expected content = {0};
    char buf[4096];
    size_t got;

    if (!file)
        return NULL;
    append(&content, "", 0);
    while ((got = fread(buf, 1, sizeof(buf), file)) > 0)
        append(&content, buf, got);
    fclose(file);
    *ret_len = content.len;
    return content.text;
}

/* Names the first line that differs. */
static void report(struct fixture *fixture, const char *path, const char *want, const char *have)
{
    unsigned line = 1;

    while (*want && strcspn(want, "\n") == strcspn(have, "\n") &&
           strncmp(want, have, strcspn(want, "\n")) == 0) {
        want += strcspn(want, "\n");
        have += strcspn(have, "\n");
        want += *want == '\n';
        have += *have == '\n';
        line++;
    }
    fixture_fail(fixture, "%s:%u: expected: %.*s", path, line, (int)strcspn(want, "\n"), want);
    fixture_fail(fixture, "%s:%u: found:    %.*s", path, line, (int)strcspn(have, "\n"), have);
}

static void check_file(struct fixture *fixture, const char *suffix, const struct expected *expected)
{
    char path[1024], *content;
    size_t len = 0;

    path_of(fixture, suffix, path, sizeof(path));
    if (accept_all) {
        if (!write_file(path, expected))
            fixture_fail(fixture, "cannot write %s", path);
        return;
    }
    content = read_file(path, &len);
    if (!content)
        fixture_fail(fixture, "cannot read %s", path);
    else if (len != expected->len || memcmp(content, expected->text, len) != 0)
        report(fixture, path, content, expected->text);
    free(content);
}

static void test(struct fixture *fixture)
{
    struct expected text = {0}, json = {0};

    append(&text, "", 0);
    append(&json, "", 0);
    for (unsigned i = 0; i < fixture->image.command_count; i++)
        run_command(fixture, fixture->image.commands[i], &text, &json);
    check_file(fixture, ".txt", &text);
    check_file(fixture, ".json", &json);
    free(text.text);
    free(json.text);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--accept") == 0) {
        accept_all = true;
        argc--;
        argv++;
    }
    return fixtures_run(argc, argv, test);
}
