/* SPDX-License-Identifier: MIT */
/* What every object has: a type, and the type's name and flags. */
#ifndef SW_OBJECT_OBJECT_H
#define SW_OBJECT_OBJECT_H

#include "layout/reader.h"

/* Bits of tp_flags that tell what a type derives from (Include/object.h, the same since 2.6). */
enum sw_type_flag {
    SW_TYPE_LONG = 24,
    SW_TYPE_LIST = 25,
    SW_TYPE_TUPLE = 26,
    SW_TYPE_BYTES = 27,
    SW_TYPE_UNICODE = 28,
    SW_TYPE_DICT = 29,
    SW_TYPE_EXCEPTION = 30,
    SW_TYPE_TYPE = 31,
};

/* The type of the object at `addr`. SW_E_CORRUPT when `addr` or the type cannot be a pointer. */
int sw_object_type(
    const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr, sw_addr *ret_type);

/* tp_flags of a type. */
int sw_type_flags(
    const struct sw_reader *reader, sw_addr type, struct sw_error *reterr, uint64_t *ret_flags);

/*
 * Words behind what every object begins with. Objects of CPython's .c files and of its extension
 * modules have their struct in no header, so layouts/ cannot measure it for every build; but it is
 * a row of pointers behind PyObject (for sized objects behind PyVarObject), the same since 3.6 or
 * 2.7. The files of value/ name the source of each, and tp_basicsize tells forms apart.
 */
sw_addr sw_object_word_at(const struct sw_reader *reader, sw_addr addr, unsigned index);
int sw_object_word(const struct sw_reader *reader, sw_addr addr, unsigned index, const char *what,
    struct sw_error *reterr, uint64_t *ret_word);

/* tp_name of a type into `buf`, such as "code" or "_thread.lock"; control characters become '?'. */
int sw_type_name(
    const struct sw_reader *reader, sw_addr type, struct sw_error *reterr, char *buf, size_t size);

/* 0 when the object's type has the flag; SW_E_CORRUPT, saying what it is instead, when it has not.
 */
int sw_object_check(const struct sw_reader *reader, sw_addr addr, enum sw_type_flag flag,
    const char *what, struct sw_error *reterr);

#endif
