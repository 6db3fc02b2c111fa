/* SPDX-License-Identifier: MIT */
/*
 * Compares how str and bytes objects are written with repr() of an interpreter:
 * tools/repr_truth.py, on standard input.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_python.h"
#include "value/writer.h"

enum { SHOWN_DIFFERENCES = 20, MOST_BYTES = 4096 };

struct checker {
    struct fake_python python;
    struct sw_writer writer;
    sw_addr space; /* where the next object goes, again and again */
    unsigned long answers, differences;
};

static size_t from_hex(const char *hex, uint8_t *bytes)
{
    size_t len = 0;
    unsigned value;

    while (len < MOST_BYTES && sscanf(hex + 2 * len, "%2x", &value) == 1)
        bytes[len++] = (uint8_t)value;
    return len;
}

/* The narrowest str that holds the characters, as CPython would make it. */
static sw_addr make_str(struct fake_python *python, const uint8_t *bytes, size_t len)
{
    uint32_t characters[MOST_BYTES / 4], most = 0;
    size_t count = len / 4;

    for (size_t i = 0; i < count; i++) {
        const uint8_t *b = bytes + 4 * i;

        characters[i] = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
        most = characters[i] > most ? characters[i] : most;
    }
    return fake_str(python, characters, count, most < 0x100 ? 1 : most < 0x10000 ? 2 : 4);
}

static sw_addr make_bytes(struct fake_python *python, const uint8_t *bytes, size_t len)
{
    sw_addr addr = fake_object(python, python->bytes_type, 64 + len);

    fake_set(python, addr, SW_F_BYTES_LENGTH, len);
    for (size_t i = 0; i < len; i++)
        fake_put(
            &python->target, sw_reader_at(python->reader, addr, SW_F_BYTES_DATA) + i, 1, bytes[i]);
    return addr;
}

static bool check(struct checker *checker, char kind, const char *hex, const char *hex_text)
{
    static uint8_t bytes[MOST_BYTES + 1], want[MOST_BYTES + 1];
    size_t len = from_hex(hex, bytes), want_len = from_hex(hex_text, want);
    struct sw_error error;
    sw_addr object;

    checker->python.next = checker->space;
    object = kind == 's' ? make_str(&checker->python, bytes, len)
                         : make_bytes(&checker->python, bytes, len);
    sw_memory_invalidate(&checker->python.memory);
    sw_writer_reset(&checker->writer);
    checker->answers++;
    if (sw_writer_object(&checker->writer, object, &error) == 0 &&
        checker->writer.len == want_len && memcmp(checker->writer.text, want, want_len) == 0)
        return true;
    if (checker->differences++ < SHOWN_DIFFERENCES)
        printf("%c %s: %s, the interpreter says %.*s\n", kind, hex,
            checker->writer.text ? checker->writer.text : "", (int)want_len, (char *)want);
    return false;
}

int main(void)
{
    static const struct fake_build build = {.major = 3, .minor = 12};
    static const struct sw_value_limits limits = {.string = 4096, .depth = 1, .width = 100000};
    static struct checker checker;
    static char line[4 * MOST_BYTES], hex[2 * MOST_BYTES], text[2 * MOST_BYTES];
    char kind;

    fake_python_init(&checker.python, &build);
    checker.space = checker.python.next;
    sw_writer_init(&checker.writer, &checker.python.runtime, &checker.python.codes,
        &checker.python.types, &limits);
    while (fgets(line, sizeof(line), stdin)) {
        if (sscanf(line, "%c %8191s %8191s", &kind, hex, text) != 3) {
            fprintf(stderr, "what is this: %.100s\n", line);
            return 2;
        }
        check(&checker, kind, hex, text);
    }
    sw_writer_fini(&checker.writer);
    fake_python_fini(&checker.python);
    printf("%lu texts, %lu differences\n", checker.answers, checker.differences);
    return !checker.answers ? 2 : checker.differences ? 1 : 0;
}
