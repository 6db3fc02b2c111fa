/* SPDX-License-Identifier: MIT */
/* Python objects of any version, made field by field in the memory of a fake target. */
#ifndef FAKE_PYTHON_H
#define FAKE_PYTHON_H

#include "code/code.h"
#include "fake_target.h"
#include "object/object.h"
#include "runtime/runtime.h"
#include "value/type.h"

/* Which build is made. */
struct fake_build {
    unsigned major, minor;
    unsigned pointer_size; /* 0 stands for 8 */
    bool big_endian;
    unsigned digit_bits; /* of int: 15, or 30 for 0 */
};

/* Make one with fake_python_init(); it must stay where it is. */
struct fake_python {
    struct fake_target target;
    struct sw_memory memory;
    struct sw_runtime runtime; /* its layout and its reader are complete, the rest is zero */
    struct sw_reader *reader;  /* the runtime's */
    struct sw_codes codes;
    struct sw_types types;
    struct sw_arena arena;
    sw_addr next; /* where the next object goes */
    sw_addr type_type;
    sw_addr str_type, bytes_type, int_type, dict_type, list_type, tuple_type;
    unsigned digit_width; /* bytes of a digit of int: tp_itemsize */
};

/* Where objects lie: everything below and behind is absent. */
enum { FAKE_PYTHON_START = 0x100000, FAKE_PYTHON_SIZE = 4 * 1024 * 1024 };

void fake_python_init(struct fake_python *python, const struct fake_build *build);
void fake_python_fini(struct fake_python *python);

/* Forget what was read before the memory was changed. */
void fake_python_settle(struct fake_python *python);

/* `size` bytes of zeros, aligned for any object. */
sw_addr fake_space(struct fake_python *python, size_t size);

/* Set a field of the struct at `addr`; a bit field's neighbours stay. */
void fake_set(struct fake_python *python, sw_addr addr, enum sw_field_id field, uint64_t value);

/* A pointer, and the address of the `index`th pointer of an array. */
void fake_put_ptr(struct fake_python *python, sw_addr addr, uint64_t value);
sw_addr fake_ptr_at(const struct fake_python *python, sw_addr array, uint64_t index);

/* A type that is not on the heap; `flag` is one of enum sw_type_flag, 0 for none of them. */
sw_addr fake_type(struct fake_python *python, const char *name, unsigned flag);

/* An object with a reference and `size` bytes behind what every object has. */
sw_addr fake_object(struct fake_python *python, sw_addr type, size_t size);

/* A str of characters of `kind` bytes (2.7: bytes; `kind` is 1). */
sw_addr fake_str(
    struct fake_python *python, const uint32_t *characters, size_t count, unsigned kind);
sw_addr fake_ascii(struct fake_python *python, const char *text);

/* An int (2.7: a long) of these digits, the least significant first. */
sw_addr fake_int(struct fake_python *python, const uint32_t *digits, size_t count, bool negative);

/* A tuple, and a list. */
sw_addr fake_tuple(struct fake_python *python, const sw_addr *items, size_t count);
sw_addr fake_list(struct fake_python *python, const sw_addr *items, size_t count);

#endif
