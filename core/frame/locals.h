/* SPDX-License-Identifier: MIT */
/* The local variables of a frame, as locals() would name them. */
#ifndef SW_FRAME_LOCALS_H
#define SW_FRAME_LOCALS_H

#include "frame/stack.h"
#include "object/dict.h"
#include "object/sequence.h"

enum sw_local_kind {
    SW_LOCAL_PLAIN, /* an argument or variable of the function */
    SW_LOCAL_CELL,  /* one that inner functions use as well */
    SW_LOCAL_FREE,  /* one of an outer function */
    SW_LOCAL_NAME,  /* in a namespace: a class body, a module, exec */
};

/* "local", "cell", "free", "name". Static storage. */
const char *sw_local_kind_name(enum sw_local_kind kind);

struct sw_local {
    sw_addr name; /* a str object */
    enum sw_local_kind kind;
    sw_addr value; /* what is in it; of a cell its content */
    bool is_int;   /* the value is no object but a number: a tagged int (3.14+) */
    int64_t number;
};

/* A walk. A plain value. */
struct sw_locals {
    const struct sw_reader *reader;
    sw_addr slots; /* localsplus */
    uint64_t next, count;
    struct sw_sequence names[3]; /* one (3.11), or those of variables, cells, free variables */
    uint64_t ends[3];            /* index at which each ends */
    sw_addr kinds;               /* co_localspluskinds' bytes (3.11); 0 before */
    bool is_function;            /* no class body, no module */
    bool has_namespace;
    bool is_global; /* that is the globals: of a module */
    struct sw_dict namespace;
};

/* Begin. The frame's code must be known (frame->code not NULL). */
int sw_locals_open(const struct sw_runtime *runtime, const struct sw_frame *frame,
    struct sw_error *reterr, struct sw_locals *ret_locals);

/* The next variable that has a value: 1, 0 at the end, or a negative status. */
int sw_locals_next(struct sw_locals *locals, struct sw_error *reterr, struct sw_local *ret_local);

/* The frame's globals or builtins, a dict; SW_F_FRAME_GLOBALS or SW_F_FRAME_BUILTINS. */
int sw_frame_namespace(const struct sw_runtime *runtime, const struct sw_frame *frame,
    enum sw_field_id field, struct sw_error *reterr, sw_addr *ret_dict);

#endif
