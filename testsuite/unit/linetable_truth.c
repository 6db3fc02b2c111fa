/* SPDX-License-Identifier: MIT */
/*
 * linetable_truth [FILE]...
 *
 * Compares sw_linetable_position() with what interpreters themselves said: the output of
 * tools/linetable_truth.py, which describes it, in FILEs or on standard input. Exits with 1 when an
 * answer differs, 2 when there was nothing to compare.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "code/linetable.h"

enum { SHOWN_DIFFERENCES = 20, FORM_NAME = 32 };

static const struct {
    const char *name;
    enum sw_trait_line_table form;
} forms[] = {
    {"lnotab_unsigned", SW_LINE_TABLE_LNOTAB_UNSIGNED},
    {"lnotab_signed", SW_LINE_TABLE_LNOTAB_SIGNED},
    {"linetable", SW_LINE_TABLE_LINETABLE},
    {"locations", SW_LINE_TABLE_LOCATIONS},
};

struct truth {
    const char *from; /* the file, for messages */
    enum sw_trait_line_table form;
    int step;
    char *name;
    uint8_t *table; /* of exactly `len` bytes, so that ASan sees a read beyond them */
    size_t len;
    int32_t first_line;
    unsigned long codes, answers, differences;
};

static void die(const struct truth *truth, const char *what, const char *line)
{
    fprintf(stderr, "%s: %s: %.100s\n", truth->from, what, line);
    exit(2);
}

static void read_form(struct truth *truth, const char *line)
{
    char name[FORM_NAME];
    int has_columns;

    if (sscanf(line, "form %31s %d %d", name, &truth->step, &has_columns) != 3 || truth->step < 1)
        die(truth, "bad form", line);
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (strcmp(name, forms[i].name) == 0) {
            truth->form = forms[i].form;
            return;
        }
    }
    die(truth, "unknown form", line);
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void read_code(struct truth *truth, const char *line)
{
    char *hex;
    const char *name;

    truth->first_line = (int32_t)strtol(line + strlen("code "), &hex, 10);
    hex += *hex == ' ';
    truth->len = strspn(hex, "0123456789abcdef") / 2;
    name = strchr(hex, ' ');
    if (!name)
        die(truth, "bad code", line);
    free(truth->name);
    free(truth->table);
    truth->name = strdup(name + 1);
    truth->table = malloc(truth->len ? truth->len : 1);
    if (!truth->name || !truth->table)
        die(truth, "out of memory", "");
    for (size_t i = 0; i < truth->len; i++)
        truth->table[i] = (uint8_t)(hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
    truth->codes++;
}

static int32_t known(long line)
{
    return line > 0 ? (int32_t)line : 0;
}

static void compare(struct truth *truth, int32_t lasti, const struct sw_position *want)
{
    struct sw_position got = {-7, -7, -7, -7};

    sw_linetable_position(truth->form, truth->table, truth->len, truth->first_line, lasti, &got);
    truth->answers++;
    if (got.line == want->line && got.end_line == want->end_line && got.column == want->column &&
        got.end_column == want->end_column)
        return;
    if (truth->differences++ < SHOWN_DIFFERENCES)
        printf("%s: %s at %d: %d to %d, columns %d to %d, the interpreter says %d to %d, columns "
               "%d to %d\n",
            truth->from, truth->name, lasti, got.line, got.end_line, got.column, got.end_column,
            want->line, want->end_line, want->column, want->end_column);
}

static void read_answer(struct truth *truth, const char *line)
{
    long from, last, first_line, end_line, column, end_column;
    struct sw_position want;
    int fields = sscanf(line, "at %ld %ld %ld %ld %ld %ld", &from, &last, &first_line, &end_line,
        &column, &end_column);

    if ((fields != 3 && fields != 6) || last < from || !truth->table)
        die(truth, "bad answer", line);
    want.line = known(first_line);
    want.end_line = fields == 6 ? known(end_line) : want.line;
    want.column = fields == 6 ? (int32_t)column : -1;
    want.end_column = fields == 6 ? (int32_t)end_column : -1;
    for (long lasti = from; lasti <= last; lasti += truth->step)
        compare(truth, (int32_t)lasti, &want);
}

static void read_stream(struct truth *truth, FILE *stream)
{
    char *line = NULL;
    size_t size = 0;

    while (getline(&line, &size, stream) >= 0) {
        line[strcspn(line, "\r\n")] = '\0';
        if (strncmp(line, "at ", 3) == 0)
            read_answer(truth, line);
        else if (strncmp(line, "code ", 5) == 0)
            read_code(truth, line);
        else if (strncmp(line, "form ", 5) == 0)
            read_form(truth, line);
        else if (line[0] && line[0] != '#')
            die(truth, "what is this", line);
    }
    free(line);
}

int main(int argc, char **argv)
{
    struct truth truth = {.from = "standard input", .step = 1};

    if (argc < 2)
        read_stream(&truth, stdin);
    for (int i = 1; i < argc; i++) {
        FILE *stream = fopen(argv[i], "r");
        unsigned long before = truth.answers;

        truth.from = argv[i];
        if (!stream)
            die(&truth, strerror(errno), "");
        read_stream(&truth, stream);
        fclose(stream);
        if (truth.answers == before)
            die(&truth, "no answers", "");
    }
    free(truth.name);
    free(truth.table);
    printf("%lu answers for %lu tables, %lu differences\n", truth.answers, truth.codes,
        truth.differences);
    return !truth.answers ? 2 : truth.differences ? 1 : 0;
}
