/* SPDX-License-Identifier: MIT */
/* open_memstream() is POSIX. */
#define _POSIX_C_SOURCE 200809L

#include "image.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

static const char magic[] = "sidewinder-image 1";

static const char *const question_names[IMAGE_QUESTIONS] = {
    [IMAGE_AUXV] = "auxv",
    [IMAGE_SYMBOL] = "symbol",
    [IMAGE_SECTION] = "section",
    [IMAGE_MODULE] = "module",
    [IMAGE_THREAD] = "thread",
    [IMAGE_SELECTED_THREAD] = "selected_thread",
    [IMAGE_REG] = "reg",
    [IMAGE_NATIVE_FRAME] = "native_frame",
    [IMAGE_THREAD_REGISTER] = "thread_register",
};

enum { MAX_LINE = 2048, MAX_FIELDS = 10, COMPRESSION_LEVEL = 19 };

/* ---------------------------------------------------------------- reading */

/* A file on its way in. */
struct parser {
    const char *at;
    const char *end;
    char line[MAX_LINE]; /* the current line, its tabs turned into NULs */
    const char *fields[MAX_FIELDS];
    unsigned field_count;
    unsigned line_number;
    size_t memory; /* bytes that the memory lines have promised */
    char *why;
    size_t why_size;
};

static bool complain(struct parser *parser, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool complain(struct parser *parser, const char *format, ...)
{
    int used = snprintf(parser->why, parser->why_size, "line %u: ", parser->line_number);
    va_list args;

    if (used < 0 || (size_t)used >= parser->why_size)
        return false;
    va_start(args, format);
    vsnprintf(parser->why + used, parser->why_size - (size_t)used, format, args);
    va_end(args);
    return false;
}

static bool next_line(struct parser *parser)
{
    size_t left = (size_t)(parser->end - parser->at), len;
    const char *newline = left ? memchr(parser->at, '\n', left) : NULL;

    parser->line_number++;
    if (!newline)
        return complain(parser, "the header does not end");
    len = (size_t)(newline - parser->at);
    if (len >= sizeof(parser->line) || memchr(parser->at, '\0', len))
        return complain(parser, "not a line of text");
    memcpy(parser->line, parser->at, len);
    parser->line[len] = '\0';
    parser->at = newline + 1;
    parser->field_count = 0;
    for (char *field = parser->line; field && parser->field_count < MAX_FIELDS;) {
        parser->fields[parser->field_count++] = field;
        field = strchr(field, '\t');
        if (field)
            *field++ = '\0';
    }
    return true;
}

/* Field `index` as a number of at most `max`. */
static bool number(struct parser *parser, unsigned index, uint64_t max, uint64_t *ret_value)
{
    const char *field = index < parser->field_count ? parser->fields[index] : "";
    char *end;
    uint64_t value;

    errno = 0;
    value = strtoull(field, &end, 0);
    if (field[0] < '0' || field[0] > '9' || *end || errno || value > max)
        return complain(parser, "field %u is no number up to %" PRIu64, index, max);
    *ret_value = value;
    return true;
}

static bool text(struct parser *parser, unsigned index, char *buf, size_t size)
{
    const char *field = index < parser->field_count ? parser->fields[index] : NULL;

    if (!field || strlen(field) >= size)
        return complain(parser, "field %u is absent or too long", index);
    memcpy(buf, field, strlen(field) + 1);
    return true;
}

static bool question(struct parser *parser, enum image_question *ret_question)
{
    for (unsigned i = 0; parser->field_count > 1 && i < IMAGE_QUESTIONS; i++)
        if (strcmp(parser->fields[1], question_names[i]) == 0) {
            *ret_question = (enum image_question)i;
            return true;
        }
    return complain(parser, "unknown question");
}

static bool parse_target(struct parser *parser, struct image *image)
{
    uint64_t kind, pointer_size, big_endian, pid;

    if (!number(parser, 1, SW_TARGET_REMOTE, &kind) || !number(parser, 2, 8, &pointer_size) ||
        !number(parser, 3, 1, &big_endian) || !number(parser, 4, INT64_MAX, &pid) ||
        !text(parser, 5, image->info.machine, sizeof(image->info.machine)))
        return false;
    image->info.size = sizeof(image->info);
    image->info.kind = (enum sw_target_kind)kind;
    image->info.pointer_size = (uint8_t)pointer_size;
    image->info.big_endian = big_endian == 1;
    image->info.pid = (int64_t)pid;
    return true;
}

static bool parse_answer(struct parser *parser, struct image *image)
{
    struct image_answer answer;
    uint64_t status;

    memset(&answer, 0, sizeof(answer));
    /* Statuses are stored without their sign. */
    if (!question(parser, &answer.question) || !number(parser, 2, UINT64_MAX, &answer.index) ||
        !number(parser, 3, 64, &status) || !text(parser, 4, answer.name, sizeof(answer.name)) ||
        !text(parser, 5, answer.detail, sizeof(answer.detail)))
        return false;
    answer.status = -(int)status;
    for (unsigned i = 0; i < 4; i++)
        if (!number(parser, 6 + i, UINT64_MAX, &answer.values[i]))
            return false;
    return image_add_answer(image, &answer) || complain(parser, "too many answers");
}

/* Ranges get their bytes when the header is over. */
static bool parse_memory(struct parser *parser, struct image *image)
{
    struct image_range *ranges, range = {0};
    uint64_t len;

    if (!number(parser, 1, UINT64_MAX, &range.start) ||
        !number(parser, 2, IMAGE_MAX_BYTES - parser->memory, &len))
        return false;
    range.len = (size_t)len;
    if (!len || len > UINT64_MAX - range.start)
        return complain(parser, "a range without bytes, or around the end of memory");
    if (image->range_count) {
        const struct image_range *last = &image->ranges[image->range_count - 1];

        if (range.start <= last->start || range.start - last->start <= last->len)
            return complain(parser, "the range touches the one before it");
    }
    if (image->range_count == IMAGE_MAX_RANGES)
        return complain(parser, "too many ranges");
    ranges = realloc(image->ranges, (image->range_count + 1) * sizeof(*ranges));
    if (!ranges)
        return complain(parser, "out of memory");
    image->ranges = ranges;
    ranges[image->range_count++] = range;
    parser->memory += range.len;
    return true;
}

static bool parse_line(struct parser *parser, struct image *image)
{
    const char *keyword = parser->fields[0];
    enum image_question can;

    if (strcmp(keyword, "target") == 0)
        return parse_target(parser, image);
    if (strcmp(keyword, "answer") == 0)
        return parse_answer(parser, image);
    if (strcmp(keyword, "memory") == 0)
        return parse_memory(parser, image);
    if (strcmp(keyword, "can") == 0) {
        if (!question(parser, &can))
            return false;
        image->can[can] = true;
        return true;
    }
    if (strcmp(keyword, "command") != 0 || image->command_count == IMAGE_MAX_COMMANDS)
        return complain(parser, "unknown keyword, or too many commands");
    return text(parser, 1, image->commands[image->command_count++], IMAGE_COMMAND);
}

static bool parse_bytes(struct parser *parser, struct image *image)
{
    if ((size_t)(parser->end - parser->at) != parser->memory)
        return complain(parser, "%zu bytes of memory follow, not %zu",
            (size_t)(parser->end - parser->at), parser->memory);
    for (size_t i = 0; i < image->range_count; i++) {
        struct image_range *range = &image->ranges[i];

        range->bytes = malloc(range->len);
        if (!range->bytes)
            return complain(parser, "out of memory");
        memcpy(range->bytes, parser->at, range->len);
        parser->at += range->len;
    }
    return true;
}

static bool parse_plain(
    const char *bytes, size_t len, struct image *ret_image, char *why, size_t why_size)
{
    struct parser parser = {.at = bytes, .end = bytes + len, .why = why, .why_size = why_size};
    struct image image;
    bool ok;

    memset(&image, 0, sizeof(image));
    ok = next_line(&parser);
    if (ok && strcmp(parser.line, magic) != 0)
        ok = complain(&parser, "not '%s'", magic);
    while (ok && (ok = next_line(&parser)) && parser.line[0])
        ok = parse_line(&parser, &image);
    if (ok && !image.info.size)
        ok = complain(&parser, "no target");
    ok = ok && parse_bytes(&parser, &image);
    if (ok)
        *ret_image = image;
    else
        image_fini(&image);
    return ok;
}

bool image_parse(const void *bytes, size_t len, struct image *ret_image, char *why, size_t why_size)
{
    unsigned long long size;
    bool ok = false;
    char *plain;
    size_t got;

    if (len >= sizeof(magic) - 1 && memcmp(bytes, magic, sizeof(magic) - 1) == 0)
        return parse_plain(bytes, len, ret_image, why, why_size);
    size = ZSTD_getFrameContentSize(bytes, len);
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN ||
        size > 2ull * IMAGE_MAX_BYTES) {
        snprintf(why, why_size, "neither an image nor a zstd frame of a known, bearable size");
        return false;
    }
    plain = malloc((size_t)size + 1);
    if (!plain) {
        snprintf(why, why_size, "out of memory");
        return false;
    }
    got = ZSTD_decompress(plain, (size_t)size, bytes, len);
    if (ZSTD_isError(got))
        snprintf(why, why_size, "%s", ZSTD_getErrorName(got));
    else
        ok = parse_plain(plain, got, ret_image, why, why_size);
    free(plain);
    return ok;
}

bool image_load(const char *path, struct image *ret_image, char *why, size_t why_size)
{
    FILE *file = fopen(path, "rb");
    size_t len, max = 2 * (size_t)IMAGE_MAX_BYTES;
    char *bytes = NULL;
    bool ok = false;
    long size;

    if (file && fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 && (size_t)size < max &&
        fseek(file, 0, SEEK_SET) == 0)
        bytes = malloc((size_t)size + 1);
    if (bytes) {
        len = fread(bytes, 1, (size_t)size, file);
        ok = image_parse(bytes, len, ret_image, why, why_size);
    } else {
        snprintf(why, why_size, "%s", strerror(errno));
    }
    free(bytes);
    if (file)
        fclose(file);
    return ok;
}

/* ---------------------------------------------------------------- writing */

static void print_header(const struct image *image, FILE *out)
{
    const struct sw_target_info *info = &image->info;

    fprintf(out, "%s\ntarget\t%d\t%u\t%d\t%" PRId64 "\t%s\n", magic, info->kind, info->pointer_size,
        info->big_endian, info->pid, info->machine);
    for (unsigned i = 0; i < IMAGE_QUESTIONS; i++)
        if (image->can[i])
            fprintf(out, "can\t%s\n", question_names[i]);
    for (size_t i = 0; i < image->answer_count; i++) {
        const struct image_answer *answer = &image->answers[i];

        fprintf(out, "answer\t%s\t%" PRIu64 "\t%d\t%s\t%s", question_names[answer->question],
            answer->index, -answer->status, answer->name, answer->detail);
        for (unsigned k = 0; k < 4; k++)
            fprintf(out, "\t0x%" PRIx64, answer->values[k]);
        fputc('\n', out);
    }
    for (unsigned i = 0; i < image->command_count; i++)
        fprintf(out, "command\t%s\n", image->commands[i]);
    for (size_t i = 0; i < image->range_count; i++)
        fprintf(out, "memory\t0x%" PRIx64 "\t%zu\n", image->ranges[i].start, image->ranges[i].len);
    fputc('\n', out);
}

char *image_print(const struct image *image, size_t *ret_len)
{
    char *bytes = NULL;
    FILE *out = open_memstream(&bytes, ret_len);

    if (!out)
        return NULL;
    print_header(image, out);
    for (size_t i = 0; i < image->range_count; i++)
        fwrite(image->ranges[i].bytes, 1, image->ranges[i].len, out);
    if (fclose(out) == 0)
        return bytes;
    free(bytes);
    return NULL;
}

bool image_save(const struct image *image, const char *path, char *why, size_t why_size)
{
    size_t len = 0, room, packed = 0;
    char *bytes = image_print(image, &len), *out = NULL;
    FILE *file = NULL;
    bool ok = false;

    room = ZSTD_compressBound(len);
    if (bytes)
        out = malloc(room);
    if (out)
        packed = ZSTD_compress(out, room, bytes, len, COMPRESSION_LEVEL);
    if (!out || ZSTD_isError(packed))
        snprintf(why, why_size, "out of memory");
    else if (!(file = fopen(path, "wb")))
        snprintf(why, why_size, "%s", strerror(errno));
    else
        ok = fwrite(out, 1, packed, file) == packed;
    if (file && fclose(file) != 0)
        ok = false;
    if (file && !ok)
        snprintf(why, why_size, "cannot write it");
    free(bytes);
    free(out);
    return ok;
}
