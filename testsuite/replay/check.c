/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <stdio.h>
#include <string.h>

enum { MAX_FRAMES = 4096, MAX_STACKS = 256, MAX_TEXT = 1024 * 1024 };

/* A piece of an output. */
struct piece {
    const char *text;
    size_t len;
};

/* The frames of an output, stack by stack. */
struct stacks {
    bool json;
    struct piece frames[MAX_FRAMES];
    size_t frame_count;
    size_t first[MAX_STACKS + 1]; /* index of each stack's first frame */
    size_t count;
};

static const char frame_line[] = "  File \"";
static const char frame_object[] = "{\"index\":";

static bool starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static void add_stack(struct stacks *stacks)
{
    if (stacks->count < MAX_STACKS)
        stacks->first[stacks->count++] = stacks->frame_count;
}

static void add_frame(struct stacks *stacks, const char *text, size_t len)
{
    if (stacks->frame_count < MAX_FRAMES)
        stacks->frames[stacks->frame_count++] = (struct piece){text, len};
}

static void read_text(const char *text, struct stacks *stacks)
{
    while (*text) {
        size_t len = strcspn(text, "\n");

        if (starts(text, "Traceback (most"))
            add_stack(stacks);
        if (starts(text, frame_line))
            add_frame(stacks, text, len);
        text += len + (text[len] == '\n');
    }
}

/* Our own JSON: no space outside of strings, members in a fixed order. */
static void read_json(const char *text, struct stacks *stacks)
{
    unsigned depth = 0;
    bool string = false;

    for (const char *frame = NULL; *text; text++) {
        if (string) {
            if (*text == '\\' && text[1])
                text++;
            else if (*text == '"')
                string = false;
            continue;
        }
        if (starts(text, "\"frames\":["))
            add_stack(stacks);
        if (!frame && starts(text, frame_object)) {
            frame = text;
            depth = 0;
        }
        string = *text == '"';
        depth += frame && *text == '{';
        depth -= frame && *text == '}';
        if (frame && !depth) {
            add_frame(stacks, frame, (size_t)(text + 1 - frame));
            frame = NULL;
        }
    }
}

static void read_stacks(const struct outcome *outcome, struct stacks *stacks)
{
    memset(stacks, 0, sizeof(*stacks));
    stacks->json = outcome->text[0] == '{';
    if (stacks->json)
        read_json(outcome->text, stacks);
    else
        read_text(outcome->text, stacks);
    stacks->first[stacks->count] = stacks->frame_count;
}

/* ---------------------------------------------------------------- one frame */

/* `  File "FILE", line LINE, in NAME` with some of the three unknown, or with the plain name where
   the qualified one is unknown. */
static bool line_matches(const struct piece *full, const struct piece *found)
{
    char line[3][1024], made[4096];
    const char *at = full->text + sizeof(frame_line) - 1, *end = full->text + full->len;
    const char *mark = at, *plain;

    for (const char *c = at; c < end; c++)
        if (starts(c, "\", line "))
            mark = c;
    snprintf(line[0], sizeof(line[0]), "%.*s", (int)(mark - at), at);
    at = mark + strlen("\", line ");
    mark = at + strspn(at, "0123456789?");
    snprintf(line[1], sizeof(line[1]), "%.*s", (int)(mark - at), at);
    at = mark + strlen(", in ");
    if (at > end)
        return false;
    snprintf(line[2], sizeof(line[2]), "%.*s", (int)(end - at), at);
    plain = strrchr(line[2], '.');
    plain = plain ? plain + 1 : line[2];
    for (unsigned unknown = 0; unknown < 12; unknown++) {
        const char *names[] = {line[2], "?", plain};
        int len = snprintf(made, sizeof(made), "%s%s\", line %s, in %s", frame_line,
            unknown & 1 ? "?" : line[0], unknown & 2 ? "?" : line[1], names[unknown / 4]);

        if ((size_t)len == found->len && memcmp(made, found->text, found->len) == 0)
            return true;
    }
    return false;
}

/* The value of a member as it is written; empty when there is none. */
static struct piece member(const struct piece *object, const char *key)
{
    const char *end = object->text + object->len;
    char quoted[64];
    int len = snprintf(quoted, sizeof(quoted), "\"%s\":", key);

    for (const char *at = object->text; at + len < end; at++)
        if (memcmp(at, quoted, (size_t)len) == 0) {
            const char *value = at + len, *stop = value;
            bool string = *value == '"';

            for (stop++; stop < end && (string ? *stop != '"' : !strchr(",}", *stop)); stop++)
                stop += *stop == '\\';
            return (struct piece){value, (size_t)(stop - value) + string};
        }
    return (struct piece){"", 0};
}

static bool equal(struct piece a, struct piece b)
{
    return a.len == b.len && memcmp(a.text, b.text, a.len) == 0;
}

static bool object_matches(const struct piece *full, const struct piece *found)
{
    static const char *const keys[] = {
        "name", "qualname", "file", "line", "end_line", "column", "end_column", "first_line"};

    if (!equal(member(full, "address"), member(found, "address")))
        return false;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct piece want = member(full, keys[i]), have = member(found, keys[i]);

        if (have.len && !equal(want, have) && !equal(have, (struct piece){"null", 4}))
            return false;
    }
    return true;
}

/* A frame of which only the address could be read: nobody can tell whether it is one to show. */
static bool is_blank(bool json, const struct piece *frame)
{
    return json && !member(frame, "name").len;
}

static bool frame_matches(bool json, const struct piece *full, const struct piece *found)
{
    return json ? object_matches(full, found) : line_matches(full, found);
}

/* ---------------------------------------------------------------- whole outputs */

/* Whether the found stack's frames stand in the full one, in this order. */
static bool stack_matches(
    const struct stacks *full, size_t stack, const struct stacks *found, size_t found_stack)
{
    size_t at = full->first[stack];

    for (size_t i = found->first[found_stack]; i < found->first[found_stack + 1]; i++) {
        if (is_blank(found->json, &found->frames[i]))
            continue;
        while (at < full->first[stack + 1] &&
               !frame_matches(full->json, &full->frames[at], &found->frames[i]))
            at++;
        if (at++ >= full->first[stack + 1])
            return false;
    }
    return true;
}

static unsigned count_of(const char *text, const char *what)
{
    unsigned count = 0;

    for (; (text = strstr(text, what)); text++)
        count++;
    return count;
}

/* Words by which an output says that something is not as it should be. */
static const char *const reason_marks[] = {"\n  (", "no native thread found", "warning",
    "Unable to", "\"problem\":{", "\"end\":{", "unknown", "Python has no threads",
    "\"number\":null", "\"file\":\"\"", "found by running thread", "\"running thread\"",
    "unreadable ", "\"locals_end\":{", " ? at remote", "<? at remote", "\n? = ", " ? = ", "\"?\"",
    "out of memory", " (cannot ", " (the ", "  cannot read ", "for file ?, ", ", line ?, ",
    ", in ? (", " (?:", ":?)", "\"file\":null", "\"name\":null", "\"line\":null",
    "could not be read", "hooks\":null", "hook\":null", "\"jit\":null", "\"perf_trampolines\":null",
    "\"command_line\":null", "\"threads\":[]"};

/* How often it has one of them; what contains it and is no reason does not count: a member of every
   document, what the user asked for. */
static unsigned reasons(const struct outcome *outcome, const char *mark)
{
    static const char *const no_marks[] = {"\"warnings\":[]", "\n  (more Python frames follow)"};
    unsigned count = count_of(outcome->text, mark);

    for (size_t i = 0; i < sizeof(no_marks) / sizeof(no_marks[0]); i++)
        if (strstr(no_marks[i], mark))
            count -= count_of(outcome->text, no_marks[i]);
    return count;
}

/* Whether the hampered output gives a reason that the full one has not, or gives it more often. */
static bool has_reason(const struct outcome *full, const struct outcome *hampered)
{
    bool has = (hampered->status < 0) > (full->status < 0) ||
               (starts(hampered->text, "  (") && !starts(full->text, "  ("));

    for (size_t i = 0; !has && i < sizeof(reason_marks) / sizeof(reason_marks[0]); i++)
        has = reasons(hampered, reason_marks[i]) > reasons(full, reason_marks[i]);
    return has;
}

/* A line of py-list: "  26    text", ">26    text". */
static bool is_listing(const char *line)
{
    const char *number = line + strspn(line, " >"), *end = number + strspn(number, "0123456789");

    return end > number && end - line >= 4 && starts(end, "    ");
}

/* Nothing is said when these are not shown: a C function that is not certain, a source file that
   cannot be had, marks below its lines. The variables of a frame are further to the right than a
   source line. */
static bool is_extra(const char *line)
{
    return starts(line, "  <built-in ") || (starts(line, "    ") && line[4] != ' ') ||
           is_listing(line) || (*line == ' ' && line[strspn(line, " \t^")] == '\n');
}

/* ---------------------------------------------------------------- values */

/* Where the value of a variable begins that a line shows: behind "name = " or "name (". NULL when
   the line shows none. */
static const char *value_in_line(const char *line, size_t len)
{
    static const char *const marks[] = {"Frame 0x", " in ", " ("};
    const char *at = line, *end = line + len;

    if (starts(line, "Traceback (") || starts(line, "  File \"") || starts(line, "  ("))
        return NULL;
    /* py-bt-full: "#3 Frame 0x.., for file F, line 5, in f (name=V, name=V)". */
    if (starts(line, marks[0]) || (*line == '#' && strstr(line, marks[0]))) {
        for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]) && at; i++)
            at = strstr(at, marks[i]);
        return at && at < end ? at + 2 : NULL;
    }
    at = strstr(line, " = ");
    return at && at < end ? at + 3 : NULL;
}

/* Leave values out of a line of text. */
static size_t skip_value_in_line(const char *line, size_t len)
{
    const char *value = value_in_line(line, len);

    return value ? (size_t)(value - line) : len;
}

/* Where a string of JSON ends that begins at `i`, or what is no string. */
static size_t end_of_json(const char *line, size_t len, size_t i)
{
    if (line[i] != '"') {
        while (i < len && line[i] != ',' && line[i] != '}')
            i++;
        return i;
    }
    for (i++; i < len && line[i] != '"'; i++)
        i += line[i] == '\\';
    return i < len ? i + 1 : len;
}

/* Leave "type" and "value" of variables out of a line of JSON. */
static size_t skip_values_in_json(char *line, size_t len)
{
    size_t used = 0;

    for (size_t i = 0; i < len;) {
        size_t key = starts(line + i, "\"value\":") ? 8 : starts(line + i, "\"type\":") ? 7 : 0;

        if (key)
            i = end_of_json(line, len, i + key);
        else
            line[used++] = line[i++];
    }
    return used;
}

/* A copy without values, in `copy`, which is never too small for an image's texts. A value is told
   in its place; that it could be read only in part is seen there. */
static void without_values(const char *text, char *copy, size_t size)
{
    char *to = copy;

    while (*text) {
        size_t len = strcspn(text, "\n"), kept;

        if (len + 2 > size - (size_t)(to - copy))
            break;

        memcpy(to, text, len);
        if (*text == '{')
            kept = skip_values_in_json(to, len);
        else
            kept = skip_value_in_line(text, len);
        to += kept;
        text += len;
        if (*text == '\n')
            *to++ = *text++;
    }
    *to = '\0';
}

static bool same_without_extras(const char *a, const char *b)
{
    for (;;) {
        size_t len;

        while (is_extra(a))
            a += strcspn(a, "\n") + 1;
        while (is_extra(b))
            b += strcspn(b, "\n") + 1;
        len = strcspn(a, "\n");
        if (strncmp(a, b, len + 1) != 0)
            return false;
        if (!a[len])
            return true;
        a += len + 1;
        b += len + 1;
    }
}

/* Without allocations: some tests count them, and make them fail. */
static bool same_but_values(const char *full, const char *hampered)
{
    static char a[MAX_TEXT], b[MAX_TEXT];

    without_values(full, a, sizeof(a));
    without_values(hampered, b, sizeof(b));
    return same_without_extras(a, b);
}

const char *check_honest(
    const struct outcome *full, const struct outcome *whole, const struct outcome *hampered)
{
    static struct stacks all, found;

    if (hampered->status < 0 && !hampered->error.message[0])
        return "a failure without a message";
    if (hampered->status < 0 && hampered->error.status != (enum sw_status)hampered->status)
        return "the error does not have the status that was returned";
    read_stacks(whole, &all);
    read_stacks(hampered, &found);
    for (size_t i = 0; i < found.count; i++) {
        bool matches = false;

        for (size_t k = 0; k < all.count && !matches; k++)
            matches = stack_matches(&all, k, &found, i);
        if (!matches)
            return "a stack with frames that the full run has not";
    }
    /* JSON has no word for a namespace that cannot be read. */
    if (hampered->status == 0 && !same_but_values(full->text, hampered->text) &&
        !has_reason(full, hampered) &&
        count_of(hampered->text, "\"locals\":[]") <= count_of(full->text, "\"locals\":[]"))
        return "something is missing, and no reason is given";
    return NULL;
}

void check_show(const struct outcome *full, const struct outcome *other)
{
    enum { BEFORE = 60, SHOWN = 160 };
    const char *a = full->text, *b = other->text;
    size_t at = 0, from;

    while (a[at] && a[at] == b[at])
        at++;
    from = at > BEFORE ? at - BEFORE : 0;
    while (from < at && (a[from] & 0xc0) == 0x80)
        from++;
    printf("#   full:  [%d] ", full->status);
    for (const char *c = a + from; *c && c < a + from + SHOWN; c++)
        putchar(*c == '\n' ? '|' : *c);
    printf("\n#   other: [%d] ", other->status);
    for (const char *c = b + from; *c && c < b + from + SHOWN; c++)
        putchar(*c == '\n' ? '|' : *c);
    printf("\n#   error: %s\n", other->status < 0 ? other->error.message : "none");
}

const char *check_notes(const struct outcome *run)
{
    const char *line = run->text, *next;

    for (; (next = strchr(line, '\n')) != NULL; line = next + 1) {
        size_t len = (size_t)(next + 1 - line);

        if ((strncmp(line, "  (", 3) == 0 || strncmp(line, "warning: ", 9) == 0) &&
            strncmp(line, next + 1, len) == 0)
            return "a note is said twice";
    }
    return NULL;
}

bool check_same_but_values(const struct outcome *full, const struct outcome *other)
{
    return full->status == other->status && same_but_values(full->text, other->text);
}

const char *check_same(const struct outcome *full, const struct outcome *other)
{
    if (other->status != full->status)
        return other->status < 0 ? other->error.message : "it succeeds now";
    return strcmp(full->text, other->text) == 0 ? NULL : "the output is another one";
}
