/* SPDX-License-Identifier: MIT */
/*
 * Writing Python objects as text, as docs/values.md has it: bounded in depth, items, characters and
 * by cycles. A value that cannot be read is told in its place, and what surrounds it is shown.
 */
#ifndef SW_VALUE_WRITER_H
#define SW_VALUE_WRITER_H

#include "frame/stack.h"
#include "value/type.h"

/* What the user set (docs/values.md). */
struct sw_value_limits {
    uint32_t string; /* characters of one string */
    uint32_t items;  /* of one container */
    uint32_t depth;  /* containers within containers */
    uint32_t width;  /* characters of one value */
};

/* A value in the making. */
struct sw_writer {
    const struct sw_runtime *runtime;
    const struct sw_reader *reader;
    struct sw_codes *codes;
    struct sw_types *types;
    struct sw_value_limits limits;
    struct sw_arena scratch; /* emptied with each value */
    char *text;
    size_t len, room;
    uint32_t characters; /* in `text` */
    bool full;           /* nothing more fits: the width is used up, or memory */
    bool no_memory;      /* that is why: a part is missing */
    bool is_outermost;   /* what is being written is the value itself, not a part of it */
    uint64_t whole;      /* how large the value is, in `unit`s, once that is known */
    const char *unit;    /* "items", "characters", "bytes"; NULL until then */
    uint32_t nested;     /* objects within objects, containers or not */
    uint32_t depth;
    sw_addr inside[SW_MAX_VALUE_DEPTH]; /* the containers being written, outermost first */
};

/* All pointers are borrowed and must outlive the writer. Nothing is allocated yet. */
void sw_writer_init(struct sw_writer *writer, const struct sw_runtime *runtime,
    struct sw_codes *codes, struct sw_types *types, const struct sw_value_limits *limits);
void sw_writer_fini(struct sw_writer *writer);

/* Forget the text: the next value begins. */
void sw_writer_reset(struct sw_writer *writer);

/* Write the object at `addr`. 0 and the text in writer->text, or a failure when there is no object
   at all. */
int sw_writer_object(struct sw_writer *writer, sw_addr addr, struct sw_error *reterr);

/* ---------------------------------------------------------------- for the kinds */

/* Whether nothing more need be read: the text is full, or the user pressed Ctrl-C. */
bool sw_writer_done(struct sw_writer *writer);

/* UTF-8, and our own words. */
void sw_writer_put(struct sw_writer *writer, const char *text, size_t len);
void sw_writer_puts(struct sw_writer *writer, const char *text);
void sw_writer_printf(struct sw_writer *writer, const char *format, ...) SW_PRINTF(2, 3);

/* " at remote 0x7f..", and with the closing ">" of what has no other end. */
void sw_writer_at(struct sw_writer *writer, sw_addr addr);

/* An object within another. */
void sw_writer_value(struct sw_writer *writer, sw_addr addr);

/* A str object as it is, without quotes: names. "?" when it cannot be read. */
void sw_writer_name(struct sw_writer *writer, sw_addr addr);

/* "<unreadable at remote 0x..: why>" */
void sw_writer_unreadable(struct sw_writer *writer, sw_addr addr, const struct sw_error *problem);

/* "...(N items)" behind what of a string is shown. Of the value itself it is no part of the width:
   a string that fits is not cut once more. */
void sw_writer_cut(struct sw_writer *writer, uint64_t size, const char *unit);

/* How large the object at hand is; kept when it is the value itself, and said when that is cut. */
void sw_writer_size(struct sw_writer *writer, uint64_t size, const char *unit);

/* Begin a container: false when it is being written already, or too deep; the caller then writes
   the sign of that and does not leave. */
enum sw_entered { SW_ENTERED, SW_ENTERED_CYCLE, SW_ENTERED_TOO_DEEP };
enum sw_entered sw_writer_enter(struct sw_writer *writer, sw_addr addr);
void sw_writer_leave(struct sw_writer *writer);

/* The next item of a container: ", " before all but the first. False when `index` is beyond the
   limit, "...(N items)" then being written, or nothing more need be read. */
bool sw_writer_item(struct sw_writer *writer, uint64_t index, uint64_t total);

/* The objects of a list or tuple, separated. Whether anything was written. */
bool sw_writer_items(struct sw_writer *writer, sw_addr addr);

/* The kinds; each is in the file of its name. `type` is the object's own. */
typedef void sw_value_put(struct sw_writer *writer, sw_addr addr, const struct sw_type *type);

sw_value_put sw_put_int, sw_put_int27, sw_put_bool, sw_put_float, sw_put_complex; /* number.c */
sw_value_put sw_put_str, sw_put_unicode27, sw_put_bytes, sw_put_bytearray, sw_put_memoryview;
sw_value_put sw_put_list, sw_put_tuple, sw_put_deque, sw_put_range, sw_put_xrange27, sw_put_slice;
sw_value_put sw_put_dict, sw_put_frozendict, sw_put_ordered_dict, sw_put_dict_view, sw_put_set,
    sw_put_frozenset, sw_put_mappingproxy;
sw_value_put sw_put_type, sw_put_class27, sw_put_module, sw_put_function, sw_put_method,
    sw_put_builtin, sw_put_method_wrapper, sw_put_wrapped_callable, sw_put_partial, sw_put_cell,
    sw_put_weakref;
sw_value_put sw_put_generator, sw_put_code, sw_put_frame, sw_put_traceback; /* execution.c */
sw_value_put sw_put_instance, sw_put_exception, sw_put_enum;                /* instance.c */
sw_value_put sw_put_date, sw_put_time, sw_put_datetime, sw_put_timedelta, sw_put_timezone,
    sw_put_decimal, sw_put_decimal_python, sw_put_uuid, sw_put_path, sw_put_lock, sw_put_rlock,
    sw_put_event, sw_put_queue; /* library.c */

/* The name of the object's class; of an instance of 2.7's classes without base that of the class
 * too. */
void sw_writer_class_name(struct sw_writer *writer, sw_addr addr, const struct sw_type *type);

/* name=V for each attribute, separated; `first` says whether nothing stands before. Whether any was
   written. */
bool sw_writer_attributes(
    struct sw_writer *writer, sw_addr addr, const struct sw_type *type, bool first);

/* The characters of a string, `len` bytes of UTF-8, between quotes and escaped as repr has it. */
void sw_writer_quoted(struct sw_writer *writer, const char *text, size_t len);

/* The item of a deque; negative indices count from the end. SW_E_NOT_FOUND beyond the ends. */
int sw_deque_item(struct sw_writer *writer, sw_addr addr, int64_t index, struct sw_error *reterr,
    sw_addr *ret_value);

/* The parts of a frame as py-bt-full has it: "name=V, name=V". */
void sw_writer_locals(struct sw_writer *writer, const struct sw_frame *frame);

#endif
