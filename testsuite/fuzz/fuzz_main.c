/* SPDX-License-Identifier: MIT */
/*
 * fuzz-NAME SEEDS RUNS
 *
 * Stands in for libFuzzer where there is none: gives the harness each seed as it is, then RUNS
 * mutations of seeds, always the same. SEEDS is a file made by seeds.py: a length in decimal and a
 * newline before each seed. A single file that libFuzzer wrote is run with `fuzz-NAME - 0 FILE`.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SEEDS = 4096, MAX_INPUT = 1 << 16 };

struct seed {
    uint8_t *data;
    size_t len;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct seed seeds[MAX_SEEDS];
static size_t seed_count;

/* The heap object has exactly the input's size: ASan sees a read behind it. */
static void run(const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);

    if (!copy)
        exit(2);
    memcpy(copy, data, len);
    LLVMFuzzerTestOneInput(copy, len);
    free(copy);
}

static void read_seeds(const char *path)
{
    FILE *stream = fopen(path, "rb");
    size_t len;

    if (!stream) {
        perror(path);
        exit(2);
    }
    while (seed_count < MAX_SEEDS && fscanf(stream, "%zu", &len) == 1 && fgetc(stream) == '\n') {
        struct seed *seed = &seeds[seed_count];

        seed->len = len;
        seed->data = len <= MAX_INPUT ? malloc(len + 1) : NULL;
        if (!seed->data || fread(seed->data, 1, len, stream) != len)
            exit(2);
        seed_count++;
    }
    fclose(stream);
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

/* Some bytes changed, cut out, or doubled. */
static size_t mutate(uint8_t *data, size_t len, uint32_t *state)
{
    unsigned changes = 1 + next_random(state) % 6;

    for (unsigned i = 0; i < changes && len; i++) {
        size_t at = next_random(state) % len;
        size_t part = 1 + next_random(state) % (len - at < 16 ? len - at : 16);

        switch (next_random(state) % 5) {
        case 0:
            data[at] = (uint8_t)next_random(state);
            break;
        case 1:
            data[at] ^= (uint8_t)(1 << next_random(state) % 8);
            break;
        case 2:
            memset(data + at, next_random(state) & 1 ? 0xff : 0, part);
            break;
        case 3:
            memmove(data + at, data + at + part, len - at - part);
            len -= part;
            break;
        default:
            if (len + part <= MAX_INPUT) {
                memmove(data + at + part, data + at, len - at);
                len += part;
            }
            break;
        }
    }
    return len;
}

static void run_file(const char *path)
{
    static uint8_t data[MAX_INPUT];
    FILE *stream = fopen(path, "rb");

    if (!stream) {
        perror(path);
        exit(2);
    }
    run(data, fread(data, 1, sizeof(data), stream));
    fclose(stream);
}

int main(int argc, char **argv)
{
    static uint8_t data[MAX_INPUT];
    unsigned long runs;
    uint32_t state = 1;

    if (argc < 3) {
        fprintf(stderr, "usage: %s SEEDS RUNS [FILE]...\n", argv[0]);
        return 2;
    }
    if (strcmp(argv[1], "-") != 0)
        read_seeds(argv[1]);
    runs = seed_count ? strtoul(argv[2], NULL, 10) : 0;
    for (int i = 3; i < argc; i++)
        run_file(argv[i]);
    for (size_t i = 0; i < seed_count; i++)
        run(seeds[i].data, seeds[i].len);
    for (unsigned long i = 0; i < runs; i++) {
        const struct seed *seed = &seeds[next_random(&state) % seed_count];

        memcpy(data, seed->data, seed->len);
        run(data, mutate(data, seed->len, &state));
    }
    printf("%zu seeds, %lu mutations\n", seed_count, runs);
    for (size_t i = 0; i < seed_count; i++)
        free(seeds[i].data);
    return 0;
}
