/* SPDX-License-Identifier: MIT */
#include "code/linetable.h"

/* A table of bytes that is read from front to back. */
struct cursor {
    const uint8_t *at;
    const uint8_t *end;
};

/* Lines are sums of numbers that the target chose: kept within 32 bits. */
static int32_t add_line(int32_t line, int64_t step)
{
    int64_t sum = (int64_t)line + step;

    return sum > INT32_MAX ? INT32_MAX : sum < INT32_MIN ? INT32_MIN : (int32_t)sum;
}

static void set_line(struct sw_position *position, int32_t line)
{
    position->line = line > 0 ? line : 0;
    position->end_line = position->line;
    position->column = -1;
    position->end_column = -1;
}

/* 2.7 to 3.9: pairs (bytecode step, line step), Objects/lnotab_notes.txt. Line steps are signed
 * since 3.6. */
static bool position_lnotab(
    struct cursor table, bool is_signed, int32_t line, int32_t lasti, struct sw_position *position)
{
    int64_t address = 0;

    while (table.end - table.at >= 2) {
        int step = is_signed ? (int8_t)table.at[1] : table.at[1];

        address += table.at[0];
        if (address > lasti)
            break;
        line = add_line(line, step);
        table.at += 2;
    }
    set_line(position, line);
    return table.end - table.at != 1;
}

/* 3.10 (PEP 626): pairs (bytes that a line covers, line step); the step -128 covers bytes of no
 * line. */
static bool position_linetable(
    struct cursor table, int32_t line, int32_t lasti, struct sw_position *position)
{
    int64_t end = 0;

    /* co_linetable says nothing of -1, a frame that has not begun: it stands on its first line. */
    if (lasti < 0) {
        set_line(position, line);
        return true;
    }
    while (table.end - table.at >= 2) {
        int step = (int8_t)table.at[1];
        int64_t start = end;

        end += table.at[0];
        if (step != -128)
            line = add_line(line, step);
        table.at += 2;
        if (start <= lasti && lasti < end) {
            set_line(position, step == -128 ? 0 : line);
            return true;
        }
    }
    set_line(position, 0);
    return false;
}

/* ---------------------------------------------------------------- 3.11 and later */

/* Six bits a byte, the least significant first; bit 6 says that more follow. */
static bool get_varint(struct cursor *table, uint32_t *ret_value)
{
    uint32_t value = 0;

    for (unsigned shift = 0; table->at < table->end; shift += 6) {
        uint8_t byte = *table->at++;

        if (shift < 32)
            value |= (uint32_t)(byte & 63) << shift;
        if (!(byte & 64)) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}

/* The sign is in the lowest bit. */
static bool get_signed_varint(struct cursor *table, int64_t *ret_value)
{
    uint32_t value;

    if (!get_varint(table, &value))
        return false;
    *ret_value = value & 1 ? -(int64_t)(value >> 1) : (int64_t)(value >> 1);
    return true;
}

static int32_t as_column(int64_t column)
{
    return column > INT32_MAX ? INT32_MAX : (int32_t)column;
}

/* Entry forms (Objects/locations.md): 0 to 9 short, 10 to 12 one line, 13 no columns, 14 long, 15
 * none. */
enum { FORM_ONE_LINE = 10, FORM_NO_COLUMNS = 13, FORM_LONG = 14, FORM_NONE = 15 };

static bool get_columns(struct cursor *table, struct sw_position *position)
{
    if (table->end - table->at < 2)
        return false;
    position->column = table->at[0];
    position->end_column = table->at[1];
    table->at += 2;
    return true;
}

static bool get_short(struct cursor *table, unsigned form, struct sw_position *position)
{
    if (table->at >= table->end)
        return false;
    position->column = (int32_t)(form << 3 | (*table->at >> 4 & 7));
    position->end_column = position->column + (*table->at & 15);
    table->at++;
    return true;
}

static bool get_long(struct cursor *table, int32_t *line, struct sw_position *position)
{
    uint32_t lines, column, end_column;
    int64_t step;

    if (!get_signed_varint(table, &step) || !get_varint(table, &lines) ||
        !get_varint(table, &column) || !get_varint(table, &end_column))
        return false;
    *line = add_line(*line, step);
    set_line(position, *line);
    position->end_line = add_line(position->line, lines);
    position->column = as_column((int64_t)column - 1);
    position->end_column = as_column((int64_t)end_column - 1);
    return true;
}

/* One entry behind its first byte: moves `line`, and says where the entry's instructions are. */
static bool get_entry(
    struct cursor *table, unsigned form, int32_t *line, struct sw_position *position)
{
    int64_t step;

    set_line(position, 0);
    if (form == FORM_NONE)
        return true;
    if (form == FORM_LONG)
        return get_long(table, line, position);
    if (form == FORM_NO_COLUMNS) {
        if (!get_signed_varint(table, &step))
            return false;
        *line = add_line(*line, step);
        set_line(position, *line);
        return true;
    }
    if (form >= FORM_ONE_LINE)
        *line = add_line(*line, form - FORM_ONE_LINE);
    set_line(position, *line);
    return form >= FORM_ONE_LINE ? get_columns(table, position) : get_short(table, form, position);
}

static bool position_locations(
    struct cursor table, int32_t line, int32_t lasti, struct sw_position *position)
{
    int64_t end = 0;

    if (lasti < 0) {
        set_line(position, line);
        return true;
    }
    while (table.at < table.end) {
        uint8_t byte = *table.at++;

        end += ((byte & 7) + 1) * 2;
        if (!(byte & 128) || !get_entry(&table, byte >> 3 & 15, &line, position))
            break;
        if (lasti < end)
            return true;
    }
    set_line(position, 0);
    return false;
}

bool sw_linetable_position(enum sw_trait_line_table form, const uint8_t *table, size_t len,
    int32_t first_line, int32_t lasti, struct sw_position *ret_position)
{
    struct cursor cursor = {table, table + len};

    switch (form) {
    case SW_LINE_TABLE_LNOTAB_UNSIGNED:
        return position_lnotab(cursor, false, first_line, lasti, ret_position);
    case SW_LINE_TABLE_LNOTAB_SIGNED:
        return position_lnotab(cursor, true, first_line, lasti, ret_position);
    case SW_LINE_TABLE_LINETABLE:
        return position_linetable(cursor, first_line, lasti, ret_position);
    case SW_LINE_TABLE_LOCATIONS:
        return position_locations(cursor, first_line, lasti, ret_position);
    }
    set_line(ret_position, 0);
    return false;
}
