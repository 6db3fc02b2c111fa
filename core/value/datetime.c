/* SPDX-License-Identifier: MIT */
/* date, time, datetime, timedelta and timezone: their value is bytes behind the object's head. */
#include "base/bytes.h"
#include "object/object.h"
#include "value/writer.h"

/* Include/datetime.h: behind PyObject a hash, a char `hastzinfo`, then the bytes of the value.
   False when they cannot be read; what is to be shown then is written. */
static bool read_bytes(struct sw_writer *writer, sw_addr addr, uint8_t *bytes, unsigned count)
{
    struct sw_error problem;

    if (sw_memory_read(writer->reader->memory, sw_object_word_at(writer->reader, addr, 1), bytes,
            count, "datetime", &problem) == 0)
        return true;
    sw_writer_unreadable(writer, addr, &problem);
    return false;
}

void sw_put_date(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    uint8_t b[5];

    if (read_bytes(writer, addr, b, sizeof(b)))
        sw_writer_printf(writer, "%s(%u, %u, %u)", type->name, b[1] << 8 | b[2], b[3], b[4]);
}

/* ", 4", ", 4, 5" and ", 4, 5, 6": microseconds when there are any, seconds when there is either.
 */
static void put_seconds(struct sw_writer *writer, unsigned second, unsigned microsecond)
{
    if (second || microsecond)
        sw_writer_printf(writer, ", %u", second);
    if (microsecond)
        sw_writer_printf(writer, ", %u", microsecond);
}

/* What follows the value: a byte `fold` (3.6), and a tzinfo where hastzinfo says so. The two types
   write them in different order. */
static void put_zone(
    struct sw_writer *writer, sw_addr addr, uint8_t has_zone, unsigned value_bytes, bool fold_first)
{
    const struct sw_reader *reader = writer->reader;
    unsigned size = reader->memory->info.pointer_size;
    bool has_fold = reader->layout->traits.text_form != SW_TEXT_FORM_BYTES;
    sw_addr end = sw_object_word_at(reader, addr, 1) + 1 + value_bytes, zone;
    uint64_t fold = 0;

    if (has_fold)
        (void)sw_memory_uint(reader->memory, end, 1, "fold", NULL, &fold);
    end += has_fold;
    end += (size - (end - addr) % size) % size;
    if (fold && fold_first)
        sw_writer_puts(writer, ", fold=1");
    if (has_zone && sw_memory_ptr(reader->memory, end, "tzinfo", NULL, &zone) == 0) {
        sw_writer_puts(writer, ", tzinfo=");
        sw_writer_value(writer, zone);
    }
    if (fold && !fold_first)
        sw_writer_puts(writer, ", fold=1");
}

void sw_put_time(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    uint8_t b[7];

    if (!read_bytes(writer, addr, b, sizeof(b)))
        return;
    sw_writer_printf(writer, "%s(%u, %u", type->name, b[1], b[2]);
    put_seconds(writer, b[3], (unsigned)b[4] << 16 | b[5] << 8 | b[6]);
    put_zone(writer, addr, b[0], 6, false);
    sw_writer_puts(writer, ")");
}

void sw_put_datetime(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    uint8_t b[11];

    if (!read_bytes(writer, addr, b, sizeof(b)))
        return;
    sw_writer_printf(
        writer, "%s(%u, %u, %u, %u, %u", type->name, b[1] << 8 | b[2], b[3], b[4], b[5], b[6]);
    put_seconds(writer, b[7], (unsigned)b[8] << 16 | b[9] << 8 | b[10]);
    put_zone(writer, addr, b[0], 10, true);
    sw_writer_puts(writer, ")");
}

/* A hash, then three ints. 3.7 names them in its repr; before, "datetime.timedelta(1, 2, 3)". */
void sw_put_timedelta(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    static const char *const names[] = {"days", "seconds", "microseconds"};
    const struct sw_reader *reader = writer->reader;
    struct sw_error problem;
    int64_t parts[3];
    bool first = true;

    for (unsigned i = 0; i < 3; i++) {
        uint64_t word;

        if (sw_memory_uint(reader->memory, sw_object_word_at(reader, addr, 1) + 4 * i, 4,
                "timedelta", &problem, &word) < 0) {
            sw_writer_unreadable(writer, addr, &problem);
            return;
        }
        parts[i] = sw_bytes_sign(word, 4);
    }
    sw_writer_printf(writer, "%s(", type->name);
    for (unsigned i = 0; i < 3; i++) {
        if (!parts[i])
            continue;
        sw_writer_printf(writer, "%s%s=%lld", first ? "" : ", ", names[i], (long long)parts[i]);
        first = false;
    }
    sw_writer_puts(writer, first ? "0)" : ")");
}

/* Modules/_datetimemodule.c: offset, name. timezone.utc is the one with offset 0 and no name. */
void sw_put_timezone(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_error problem;
    sw_addr offset, name = 0;
    uint64_t days = 1, rest = 1;

    if (sw_object_word(writer->reader, addr, 0, "offset", &problem, &offset) < 0 ||
        sw_object_word(writer->reader, addr, 1, "name", &problem, &name) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    (void)sw_memory_uint(writer->reader->memory, sw_object_word_at(writer->reader, offset, 1), 4,
        "timedelta", NULL, &days);
    (void)sw_memory_uint(writer->reader->memory, sw_object_word_at(writer->reader, offset, 1) + 4,
        8, "timedelta", NULL, &rest);
    if (!name && !days && !rest) {
        sw_writer_printf(writer, "%s.utc", type->name);
        return;
    }
    sw_writer_printf(writer, "%s(", type->name);
    sw_writer_value(writer, offset);
    if (name) {
        sw_writer_puts(writer, ", ");
        sw_writer_value(writer, name);
    }
    sw_writer_puts(writer, ")");
}
