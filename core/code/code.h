/* SPDX-License-Identifier: MIT */
/* Code objects: names, file, and lines, decoded once for a stop. */
#ifndef SW_CODE_CODE_H
#define SW_CODE_CODE_H

#include "base/arena.h"
#include "base/map.h"
#include "code/linetable.h"
#include "layout/reader.h"
#include "object/text.h"

enum { SW_CODE_MEMO = 4 };

/* A decoded code object. Lives in its cache until the cache starts anew. */
struct sw_code {
    sw_addr addr;
    struct sw_text name;     /* co_name; data NULL when it could not be read */
    struct sw_text qualname; /* co_qualname (3.11+); data NULL where there is none */
    struct sw_text filename; /* co_filename; data NULL when it could not be read */
    int32_t first_line;
    uint32_t flags;
    sw_addr bytecode;         /* first instruction; 0 where instructions are told by an index */
    sw_addr tlbc;             /* free-threaded: co_tlbc, the copies of the bytecode; 0 elsewhere */
    uint32_t first_traceable; /* bytes of bytecode before the first real instruction */
    bool is_shim; /* CPython's own glue (_Py_InitCleanup): all its names are one object */
    struct sw_error problem; /* the first thing that could not be read; status SW_OK for none */

    /* The line table, read when a line is first asked for, and the last answers. */
    sw_addr line_table;
    bool line_table_read;
    const uint8_t *lines;
    size_t lines_len;
    struct {
        int32_t lasti;
        struct sw_position position;
    } memo[SW_CODE_MEMO];
    uint8_t memo_count;
    uint8_t memo_next;
};

/* Code objects by address. Zero-initialised is a valid, empty cache. */
struct sw_codes {
    struct sw_map map;
    struct sw_arena arena;
    sw_addr code_type;   /* the type `code`, once one was seen; it is static, and spares its name */
    unsigned generation; /* grows when the cache starts anew, and older pointers die */
};

/*
 * The code object at `addr`. SW_E_CORRUPT when there is something else; unreadable parts are told
 * in its `problem`, and the rest is shown. The pointer is valid until the next call of this
 * function or of sw_codes_clear().
 */
int sw_codes_get(struct sw_codes *codes, const struct sw_reader *reader, sw_addr addr,
    struct sw_error *reterr, struct sw_code **ret_code);

/* Forget the code objects. */
void sw_codes_clear(struct sw_codes *codes);

/* Forget also which type they have: the runtime is gone. */
void sw_codes_forget(struct sw_codes *codes);

/* The source position of the instruction at byte offset `lasti`. Line 0 when it cannot be told. */
struct sw_position sw_code_position(
    struct sw_codes *codes, const struct sw_reader *reader, struct sw_code *code, int32_t lasti);

#endif
