/* SPDX-License-Identifier: MIT */
/* Compares sw_double_text() with repr() of an interpreter: tools/repr_truth.py, on standard input.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "object/number.h"

enum { SHOWN_DIFFERENCES = 20 };

/* As complex.__repr__ writes its parts: without the ".0" of whole numbers. */
static bool is_bare(const char *bare, const char *text)
{
    size_t len = strlen(text);

    if (len > 2 && strcmp(text + len - 2, ".0") == 0)
        len -= 2;
    return strlen(bare) == len && strncmp(bare, text, len) == 0;
}

int main(void)
{
    unsigned long answers = 0, differences = 0;
    char line[128], want[64], got[SW_DOUBLE_TEXT], bare[SW_DOUBLE_TEXT];
    uint64_t bits;

    while (fgets(line, sizeof(line), stdin)) {
        double value;

        if (sscanf(line, "%" SCNx64 " %63s", &bits, want) != 2) {
            fprintf(stderr, "what is this: %s", line);
            return 2;
        }
        memcpy(&value, &bits, sizeof(value));
        memset(got, 'x', sizeof(got));
        sw_double_text(value, true, got);
        sw_double_text(value, false, bare);
        answers++;
        if (strcmp(got, want) == 0 && is_bare(bare, want))
            continue;
        if (differences++ < SHOWN_DIFFERENCES)
            printf("%016" PRIx64 ": %s, %s; the interpreter says %s\n", bits, got, bare, want);
    }
    printf("%lu doubles, %lu differences\n", answers, differences);
    return !answers ? 2 : differences ? 1 : 0;
}
