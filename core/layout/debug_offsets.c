/* SPDX-License-Identifier: MIT */
#include "layout/debug_offsets.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/status.h"
#include "layout/table.h"

enum {
    WORD = 8,      /* every word of the table, on 32-bit targets too */
    HEAD_SIZE = 24 /* cookie, version, free_threaded */
};

static const struct sw_table_debug_offsets *find_table(uint32_t hexversion)
{
    for (size_t i = 0; i < sw_table_debug_offsets_count; i++) {
        const struct sw_table_debug_offsets *table = &sw_table_debug_offsets[i];

        if (table->major == hexversion >> 24 && table->minor == ((hexversion >> 16) & 0xff))
            return table;
    }
    return NULL;
}

/* PY_VERSION_HEX is 0xMMmmuuLS: level a, b, c or f, serial. The table exists since 3.13. */
static bool is_plausible(uint64_t version)
{
    unsigned level = (version >> 4) & 0xf;

    return version >= 0x030d0000 && version <= 0x03ffffff && level >= 0xa && level <= 0xf &&
           level != 0xd && level != 0xe;
}

int sw_debug_offsets_head(const uint8_t *bytes, size_t len, bool big_endian,
    uint32_t *ret_hexversion, bool *ret_free_threaded)
{
    uint64_t version;
    uint64_t free_threaded;

    if (len < HEAD_SIZE || memcmp(bytes, SW_DEBUG_OFFSETS_COOKIE, WORD) != 0)
        return SW_E_NOT_FOUND;
    version = sw_bytes_uint(bytes + WORD, WORD, big_endian);
    free_threaded = sw_bytes_uint(bytes + 2 * WORD, WORD, big_endian);
    if (!is_plausible(version) || free_threaded > 1)
        return SW_E_CORRUPT;
    *ret_hexversion = (uint32_t)version;
    *ret_free_threaded = free_threaded == 1;
    return 0;
}

size_t sw_debug_offsets_size(uint32_t hexversion)
{
    const struct sw_table_debug_offsets *table = find_table(hexversion);

    return table ? table->size : 0;
}

/* What one row of the table says: a word, or two added or subtracted. False when the sum is none.
 */
static bool word_value(
    const uint8_t *bytes, bool big_endian, const struct sw_table_word *word, uint64_t *ret_value)
{
    uint64_t value = sw_bytes_uint(bytes + word->position, WORD, big_endian);
    uint64_t second = sw_bytes_uint(bytes + word->second, WORD, big_endian);

    if (value > SW_MAX_STRUCT_SIZE)
        return false;
    if (word->sign) {
        if (second > SW_MAX_STRUCT_SIZE || (word->sign < 0 && second > value))
            return false;
        value = word->sign > 0 ? value + second : value - second;
    }
    *ret_value = value;
    return true;
}

static int reject(struct sw_error *reterr, const char *name, uint64_t value, const char *why)
{
    return sw_fail(reterr, SW_E_CORRUPT, 0, name,
        "the target's own table of offsets is damaged: %s at %llu %s", name,
        (unsigned long long)value, why);
}

static void note(struct sw_layout *layout, const char *name, uint64_t theirs, uint32_t ours)
{
    if (layout->disagreements++ == 0)
        snprintf(layout->first_disagreement, sizeof(layout->first_disagreement),
            "%s: target %llu, table %lu", name, (unsigned long long)theirs, (unsigned long)ours);
}

/* Sizes come first: the offsets are then checked against them. They may differ from the table's in
   peace: configure options and micro releases add members behind those that are read. */
static int apply_size(const uint8_t *bytes, const struct sw_table_word *word,
    struct sw_layout *layout, struct sw_error *reterr)
{
    const char *name = sw_struct_name((enum sw_struct_id)word->id);
    uint32_t *size = &layout->sizes[word->id];
    uint64_t value = 0;

    if (!word_value(bytes, layout->flavour.big_endian, word, &value) || value == 0)
        return reject(reterr, name, value, "has an impossible size");
    *size = (uint32_t)value;
    return 0;
}

/* Fields are naturally aligned; i386 aligns 8-byte ones to 4. */
static unsigned alignment(const struct sw_layout *layout, const struct sw_field *field)
{
    unsigned width = field->width ? field->width : 1;

    return width > layout->flavour.pointer_size ? layout->flavour.pointer_size : width;
}

static int apply_field(const uint8_t *bytes, const struct sw_table_word *word,
    struct sw_layout *layout, struct sw_error *reterr)
{
    enum sw_field_id id = (enum sw_field_id)word->id;
    struct sw_field *field = &layout->fields[id];
    uint32_t size = layout->sizes[sw_field_struct(id)];
    uint64_t value = 0;

    if (word->free_threaded && !layout->flavour.free_threaded)
        return 0;
    if (!word_value(bytes, layout->flavour.big_endian, word, &value))
        return reject(reterr, sw_field_name(id), value, "is no offset");
    /* The width is the table's: a field that the table does not know cannot be read. */
    if (field->offset == SW_ABSENT)
        return 0;
    if (size != SW_ABSENT && (value > size || field->width > size - value))
        return reject(reterr, sw_field_name(id), value, "lies outside its struct");
    if (value % alignment(layout, field) != 0)
        return reject(reterr, sw_field_name(id), value, "is misaligned");
    if (field->offset != value)
        note(layout, sw_field_name(id), value, field->offset);
    field->offset = (uint32_t)value;
    layout->sources[id] = SW_SOURCE_DEBUG_OFFSETS;
    layout->from_debug_offsets++;
    return 0;
}

static int apply_words(const uint8_t *bytes, const struct sw_table_debug_offsets *table,
    struct sw_layout *layout, struct sw_error *reterr)
{
    int status = 0;

    for (size_t i = 0; i < table->words_count && status == 0; i++) {
        if (table->words[i].kind == SW_WORD_SIZE)
            status = apply_size(bytes, &table->words[i], layout, reterr);
    }
    for (size_t i = 0; i < table->words_count && status == 0; i++) {
        if (table->words[i].kind == SW_WORD_FIELD)
            status = apply_field(bytes, &table->words[i], layout, reterr);
    }
    return status;
}

int sw_debug_offsets_apply(
    const uint8_t *bytes, size_t len, struct sw_layout *layout, struct sw_error *reterr)
{
    const struct sw_table_debug_offsets *table = find_table(layout->flavour.hexversion);
    struct sw_layout copy;
    uint32_t hexversion = 0;
    bool free_threaded = false;
    int status;

    if (!table)
        return sw_fail(reterr, SW_E_UNSUPPORTED, 0, "", "no table of debug offsets for 0x%x",
            (unsigned)layout->flavour.hexversion);
    if (len < table->size)
        return sw_fail(reterr, SW_E_CORRUPT, 0, "", "the table of offsets is cut short");
    status =
        sw_debug_offsets_head(bytes, len, layout->flavour.big_endian, &hexversion, &free_threaded);
    if (status < 0 || find_table(hexversion) != table ||
        free_threaded != layout->flavour.free_threaded)
        return sw_fail(reterr, SW_E_CORRUPT, 0, "",
            "the table of offsets is not that of the version and flavour");
    copy = *layout;
    status = apply_words(bytes, table, &copy, reterr);
    if (status == 0)
        *layout = copy;
    return status;
}
