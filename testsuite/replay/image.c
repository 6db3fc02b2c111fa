/* SPDX-License-Identifier: MIT */
#include "image.h"

#include <stdlib.h>
#include <string.h>

void image_fini(struct image *image)
{
    for (size_t i = 0; i < image->range_count; i++)
        free(image->ranges[i].bytes);
    free(image->ranges);
    free(image->answers);
    memset(image, 0, sizeof(*image));
}

/* ---------------------------------------------------------------- answers */

const struct image_answer *image_find(const struct image *image, enum image_question question,
    uint64_t index, const char *name, const char *detail)
{
    for (size_t i = 0; i < image->answer_count; i++) {
        const struct image_answer *answer = &image->answers[i];

        if (answer->question == question && answer->index == index &&
            strcmp(answer->name, name) == 0 &&
            (question == IMAGE_MODULE || strcmp(answer->detail, detail) == 0))
            return answer;
    }
    return NULL;
}

bool image_add_answer(struct image *image, const struct image_answer *answer)
{
    struct image_answer *answers;

    if (image_find(image, answer->question, answer->index, answer->name, answer->detail))
        return true;
    if (image->answer_count == IMAGE_MAX_ANSWERS)
        return false;
    answers = realloc(image->answers, (image->answer_count + 1) * sizeof(*answers));
    if (!answers)
        return false;
    image->answers = answers;
    answers[image->answer_count++] = *answer;
    return true;
}

/* ---------------------------------------------------------------- memory */

/* The first range that ends at or behind `addr`. */
static size_t range_from(const struct image *image, sw_addr addr)
{
    size_t low = 0, high = image->range_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct image_range *range = &image->ranges[middle];

        if (range->start + range->len < addr)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Put `range` in the place of `count` ranges from `at` on, and free those. */
static bool ranges_splice(
    struct image *image, size_t at, size_t count, const struct image_range *range)
{
    size_t left = image->range_count - at - count;

    if (!count) {
        struct image_range *ranges;

        if (image->range_count == IMAGE_MAX_RANGES)
            return false;
        ranges = realloc(image->ranges, (image->range_count + 1) * sizeof(*ranges));
        if (!ranges)
            return false;
        image->ranges = ranges;
    }
    for (size_t i = at; i < at + count; i++)
        free(image->ranges[i].bytes);
    memmove(image->ranges + at + 1, image->ranges + at + count, left * sizeof(*image->ranges));
    image->ranges[at] = *range;
    image->range_count = at + 1 + left;
    return true;
}

bool image_add_memory(struct image *image, sw_addr start, const void *bytes, size_t len)
{
    struct image_range merged = {.start = start};
    size_t first = range_from(image, start), count = 0;
    sw_addr end = start + len;

    if (!len || len > IMAGE_MAX_BYTES || len > UINT64_MAX - start)
        return false;
    for (; first + count < image->range_count; count++) {
        const struct image_range *range = &image->ranges[first + count];

        if (range->start > start + len)
            break;
        if (range->start < merged.start)
            merged.start = range->start;
        if (range->start + range->len > end)
            end = range->start + range->len;
    }
    merged.len = (size_t)(end - merged.start);
    merged.bytes = merged.len <= IMAGE_MAX_BYTES ? malloc(merged.len) : NULL;
    if (!merged.bytes)
        return false;
    for (size_t i = first; i < first + count; i++)
        memcpy(merged.bytes + (image->ranges[i].start - merged.start), image->ranges[i].bytes,
            image->ranges[i].len);
    memcpy(merged.bytes + (start - merged.start), bytes, len);
    if (ranges_splice(image, first, count, &merged))
        return true;
    free(merged.bytes);
    return false;
}

const uint8_t *image_at(const struct image *image, sw_addr addr, size_t len)
{
    size_t low = 0, high = image->range_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct image_range *range = &image->ranges[middle];

        if (addr < range->start)
            high = middle;
        else if (addr - range->start >= range->len)
            low = middle + 1;
        else if (len > range->len - (addr - range->start))
            return NULL;
        else
            return range->bytes + (addr - range->start);
    }
    return NULL;
}

size_t image_size(const struct image *image)
{
    size_t size = 0;

    for (size_t i = 0; i < image->range_count; i++)
        size += image->ranges[i].len;
    return size;
}

static size_t replace_in(void *text, size_t text_len, const char *from, const char *to)
{
    size_t len = strlen(from), count = 0;
    char *at = text;

    for (size_t i = 0; len && i + len <= text_len; i++)
        if (at[i] == from[0] && memcmp(at + i, from, len) == 0) {
            memcpy(at + i, to, len);
            count++;
        }
    return count;
}

size_t image_replace(struct image *image, const char *from, const char *to)
{
    size_t count = 0;

    for (size_t i = 0; i < image->range_count; i++)
        count += replace_in(image->ranges[i].bytes, image->ranges[i].len, from, to);
    for (size_t i = 0; i < image->answer_count; i++) {
        struct image_answer *answer = &image->answers[i];

        count += replace_in(answer->detail, strlen(answer->detail), from, to);
    }
    return count;
}
