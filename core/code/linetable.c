/* SPDX-License-Identifier: MIT */
#include "code/linetable.h"

/* A table of bytes that is read from front to back. */
struct cursor {
    const uint8_t *at;
    const uint8_t *end;
};

/* Lines are sums of steps that the target chose, each within 32 bits: in 64 bits no table that fits
 * into memory overflows. A line that no file can have is none. */
static int32_t as_line(int64_t line)
{
    return line < 0 ? 0 : line > INT32_MAX ? INT32_MAX : (int32_t)line;
}

static void set_line(struct sw_position *position, int64_t line)
{
    position->line = as_line(line);
    position->end_line = position->line;
    position->column = -1;
    position->end_column = -1;
}

/* 2.7 to 3.9: pairs (bytecode step, line step), Objects/lnotab_notes.txt. Line steps are signed
 * since 3.6. */
static bool position_lnotab(
    struct cursor table, bool is_signed, int64_t line, int32_t lasti, struct sw_position *position)
{
    int64_t address = 0;

    while (table.end - table.at >= 2) {
        int step = is_signed ? (int8_t)table.at[1] : table.at[1];

        address += table.at[0];
        if (address > lasti)
            break;
        line += step;
        table.at += 2;
    }
    set_line(position, line);
    return table.end - table.at != 1;
}

/* 3.10 (PEP 626): pairs (bytes that a line covers, line step); the step -128 covers bytes of no
 * line. */
static bool position_linetable(
    struct cursor table, int64_t line, int32_t lasti, struct sw_position *position)
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
            line += step;
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

/* Entry forms (Objects/locations.md): 0 to 9 short, 10 to 12 one line, 13 no columns, 14 long, 15
 * none. Only the first byte of an entry has the top bit. */
enum {
    FORM_ONE_LINE = 10,
    FORM_NO_COLUMNS = 13,
    FORM_LONG = 14,
    FORM_NONE = 15,
    ENTRY_START = 128
};

/* Six bits a byte, the least significant first; bit 6 says that more follow. CPython writes int and
 * unsigned int, which need six bytes: a seventh is as wrong as the start of the next entry. */
static bool get_varint(struct cursor *table, uint32_t *ret_value)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift <= 30 && table->at < table->end; shift += 6) {
        uint8_t byte = *table->at++;

        if (byte & ENTRY_START)
            return false;
        value |= (uint64_t)(byte & 63) << shift;
        if (!(byte & 64)) {
            *ret_value = (uint32_t)value;
            return value <= UINT32_MAX;
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

/* How far an entry moves the line. Leaves the cursor behind that. */
static bool get_step(struct cursor *table, unsigned form, int64_t *ret_step)
{
    if (form == FORM_NO_COLUMNS || form == FORM_LONG)
        return get_signed_varint(table, ret_step);
    *ret_step = form >= FORM_ONE_LINE && form < FORM_NO_COLUMNS ? (int64_t)form - FORM_ONE_LINE : 0;
    return true;
}

static int32_t as_column(uint32_t column_and_one)
{
    return column_and_one > INT32_MAX ? INT32_MAX : (int32_t)column_and_one - 1;
}

static bool get_long(struct cursor *table, struct sw_position *position)
{
    uint32_t lines, column, end_column;

    if (!get_varint(table, &lines) || !get_varint(table, &column) ||
        !get_varint(table, &end_column))
        return false;
    position->end_line = as_line((int64_t)position->line + lines);
    position->column = as_column(column);
    position->end_column = as_column(end_column);
    return true;
}

/* The entry behind its line step, which has been added to `line`. */
static bool get_position(
    struct cursor table, unsigned form, int64_t line, struct sw_position *position)
{
    set_line(position, form == FORM_NONE ? 0 : line);
    if (form == FORM_NONE || form == FORM_NO_COLUMNS)
        return true;
    if (form == FORM_LONG)
        return get_long(&table, position);
    if (table.end - table.at < (form < FORM_ONE_LINE ? 1 : 2) || *table.at & ENTRY_START)
        return false;
    if (form < FORM_ONE_LINE) {
        position->column = (int32_t)(form << 3 | *table.at >> 4);
        position->end_column = position->column + (*table.at & 15);
        return true;
    }
    position->column = table.at[0];
    position->end_column = table.at[1];
    return !(table.at[1] & ENTRY_START);
}

static bool position_locations(
    struct cursor table, int64_t line, int32_t lasti, struct sw_position *position)
{
    int64_t end = 0;

    if (lasti < 0) {
        set_line(position, line);
        return true;
    }
    while (table.at < table.end && *table.at & ENTRY_START) {
        unsigned form = *table.at >> 3 & 15;
        int64_t step;

        end += ((*table.at++ & 7) + 1) * 2;
        if (!get_step(&table, form, &step))
            break;
        line += step;
        if (lasti < end) {
            if (get_position(table, form, line, position))
                return true;
            break;
        }
        /* What comes before the instruction matters for its line only: as CPython does, go on to
           the next byte that starts an entry. */
        while (table.at < table.end && !(*table.at & ENTRY_START))
            table.at++;
    }
    set_line(position, 0);
    return false;
}

bool sw_linetable_position(enum sw_trait_line_table form, const uint8_t *table, size_t len,
    int32_t first_line, int32_t lasti, struct sw_position *ret_position)
{
    struct cursor cursor = {table, len ? table + len : table};

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
