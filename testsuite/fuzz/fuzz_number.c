/* SPDX-License-Identifier: MIT */
/* The text of doubles of any bits, which must be read back as the same. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "object/number.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (size_t at = 0; at + sizeof(double) <= size; at += sizeof(double)) {
        char *text = malloc(SW_DOUBLE_TEXT), *bare = malloc(SW_DOUBLE_TEXT), *end;
        double value, again;

        memcpy(&value, data + at, sizeof(value));
        if (!text || !bare)
            exit(2);
        sw_double_text(value, true, text);
        sw_double_text(value, false, bare);
        again = strtod(text, &end);
        demand(*end == '\0' && strlen(text) < 26);
        demand(isnan(value) ? strcmp(text, "nan") == 0 : again == value);
        demand(isnan(value) || !signbit(again) == !signbit(value));
        demand(strncmp(text, bare, strlen(bare)) == 0);
        demand(strlen(text) == strlen(bare) || strcmp(text + strlen(bare), ".0") == 0);
        free(text);
        free(bare);
    }
    return 0;
}
