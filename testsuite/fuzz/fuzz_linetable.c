/* SPDX-License-Identifier: MIT */
/*
 * Line tables of any bytes. The input: form, first line (4 bytes), offset of the instruction (2
 * bytes, signed), table.
 */
#include <stdlib.h>
#include <string.h>

#include "code/linetable.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { HEAD = 7 };
    struct sw_position position, again;
    enum sw_trait_line_table form;
    int32_t first_line;
    int16_t lasti;
    size_t len;
    uint8_t *table;
    bool found;

    if (size < HEAD)
        return 0;
    form = (enum sw_trait_line_table)(data[0] & 3);
    memcpy(&first_line, data + 1, sizeof(first_line));
    memcpy(&lasti, data + 5, sizeof(lasti));
    len = size - HEAD;
    table = malloc(len + 1);
    if (!table)
        return 0;
    memcpy(table, data + HEAD, len);
    found = sw_linetable_position(form, table, len, first_line, lasti, &position);
    demand(position.line >= 0 && position.end_line >= 0);
    demand(position.column >= -1 && position.end_column >= -1);
    demand(found || form == SW_LINE_TABLE_LNOTAB_UNSIGNED || form == SW_LINE_TABLE_LNOTAB_SIGNED ||
           position.line == 0);
    /* What comes behind an instruction that was found is without meaning for it. */
    if (found && form == SW_LINE_TABLE_LOCATIONS) {
        table[len] = 0xff;
        demand(sw_linetable_position(form, table, len + 1, first_line, lasti, &again));
        demand(memcmp(&position, &again, sizeof(position)) == 0);
    }
    free(table);
    return 0;
}
