/* SPDX-License-Identifier: MIT */
#include "code/code.h"

#include <string.h>

#include "base/bytes.h"
#include "object/object.h"

void sw_codes_clear(struct sw_codes *codes)
{
    sw_map_clear(&codes->map);
    sw_arena_reset(&codes->arena);
    codes->generation++;
}

void sw_codes_forget(struct sw_codes *codes)
{
    sw_codes_clear(codes);
    codes->code_type = 0;
}

/* A core without its binaries lacks the name of the type, a string constant (gdb 13 reads it as
   ""), but has the type: then its size must do. */
static int check_code_size(
    const struct sw_reader *reader, sw_addr addr, sw_addr type, struct sw_error *reterr)
{
    uint64_t size;
    int status = sw_reader_uint(reader, type, SW_F_TYPE_BASICSIZE, reterr, &size);

    if (status == 0 && size != sw_reader_code_basicsize(reader))
        status = sw_fail(reterr, SW_E_CORRUPT, addr, "frame.code",
            "the object at 0x%llx is no code object: its type has %llu bytes",
            (unsigned long long)addr, (unsigned long long)size);
    return status;
}

/* Whether the object is a code object: by its type, and the type by its name, for there may be no
   symbols. */
static int check_code(
    struct sw_codes *codes, const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr)
{
    char name[64];
    sw_addr type;
    int status = sw_object_type(reader, addr, reterr, &type);

    if (status < 0 || type == codes->code_type)
        return status;
    status = sw_type_name(reader, type, reterr, name, sizeof(name));
    if (status == SW_E_READ || (status == 0 && !*name))
        status = check_code_size(reader, addr, type, reterr);
    else if (status == 0 && strcmp(name, "code") != 0)
        status = sw_fail(reterr, SW_E_CORRUPT, addr, "frame.code",
            "the object at 0x%llx is no code object but a '%s'", (unsigned long long)addr, name);
    if (status == 0)
        codes->code_type = type;
    return status;
}

static void read_name(struct sw_codes *codes, const struct sw_reader *reader, struct sw_code *code,
    sw_addr addr, const char *what, struct sw_text *ret_text)
{
    struct sw_error problem;

    if (sw_text_read(reader, &codes->arena, addr, SW_MAX_NAME_BYTES, what, &problem, ret_text) == 0)
        return;
    memset(ret_text, 0, sizeof(*ret_text));
    if (code->problem.status == SW_OK)
        code->problem = problem;
}

static void decode_names(struct sw_codes *codes, const struct sw_reader *reader,
    const struct sw_span *span, struct sw_code *code)
{
    sw_addr name = sw_span_uint(reader, span, SW_F_CODE_NAME);
    sw_addr filename = sw_span_uint(reader, span, SW_F_CODE_FILENAME);
    sw_addr qualname = name;

    read_name(codes, reader, code, name, "code.name", &code->name);
    read_name(codes, reader, code, filename, "code.filename", &code->filename);
    if (!sw_reader_has(reader, SW_F_CODE_QUALNAME))
        return;
    qualname = sw_span_uint(reader, span, SW_F_CODE_QUALNAME);
    if (qualname == name)
        code->qualname = code->name;
    else
        read_name(codes, reader, code, qualname, "code.qualname", &code->qualname);
    /* Objects/codeobject.c builds no such code for users: _Py_MakeShimCode() and the static
       _Py_InitCleanup (3.13, Python/specialize.c) give one string to all three. */
    code->is_shim = name == filename && name == qualname;
}

static int decode(struct sw_codes *codes, const struct sw_reader *reader, sw_addr addr,
    struct sw_error *reterr, struct sw_code *code)
{
    struct sw_span span;
    int status = sw_span_load(reader, SW_S_CODE, addr, reterr, &span);

    if (status < 0)
        return status;
    code->addr = addr;
    code->first_line = (int32_t)sw_span_int(reader, &span, SW_F_CODE_FIRSTLINENO);
    code->flags = (uint32_t)sw_span_uint(reader, &span, SW_F_CODE_FLAGS);
    code->line_table = sw_span_uint(reader, &span, SW_F_CODE_LINETABLE);
    code->tlbc = sw_span_uint(reader, &span, SW_F_CODE_TLBC);
    /* _co_firsttraceable counts code units of two bytes; a wild number would hide every frame. */
    code->first_traceable = (uint32_t)sw_span_uint(reader, &span, SW_F_CODE_FIRSTTRACEABLE) * 2;
    if (sw_reader_has(reader, SW_F_CODE_BYTECODE_INLINE))
        code->bytecode = sw_reader_at(reader, addr, SW_F_CODE_BYTECODE_INLINE);
    decode_names(codes, reader, &span, code);
    return 0;
}

int sw_codes_get(struct sw_codes *codes, const struct sw_reader *reader, sw_addr addr,
    struct sw_error *reterr, struct sw_code **ret_code)
{
    struct sw_code *code = addr ? sw_map_get(&codes->map, addr) : NULL;
    int status;

    if (code) {
        *ret_code = code;
        return 0;
    }
    if (codes->map.count >= SW_MAX_CACHED_CODES || codes->arena.used > SW_MAX_CODE_CACHE_BYTES)
        sw_codes_clear(codes);
    status = check_code(codes, reader, addr, reterr);
    if (status < 0)
        return status;
    code = sw_arena_alloc(&codes->arena, sizeof(*code));
    if (!code)
        return sw_fail(reterr, SW_E_NO_MEMORY, addr, "code", "the debugger is out of memory");
    status = decode(codes, reader, addr, reterr, code);
    if (status < 0)
        return status;
    if (code->problem.status == SW_E_STOPPED) {
        if (reterr)
            *reterr = code->problem;
        return SW_E_STOPPED;
    }
    if (sw_map_put(&codes->map, addr, code) < 0) {
        codes->arena.failed = true;
        return sw_fail(reterr, SW_E_NO_MEMORY, addr, "code", "the debugger is out of memory");
    }
    *ret_code = code;
    return 0;
}

/* ---------------------------------------------------------------- lines */

/* Copy the line table, a bytes object (2.7: str), into the cache's arena. */
static int read_lines(struct sw_codes *codes, const struct sw_reader *reader, struct sw_code *code,
    struct sw_error *reterr)
{
    uint64_t len;
    uint8_t *bytes;
    int status = sw_object_check(reader, code->line_table, SW_TYPE_BYTES, "code.linetable", reterr);

    if (status == 0)
        status = sw_reader_uint(reader, code->line_table, SW_F_BYTES_LENGTH, reterr, &len);
    if (status < 0)
        return status;
    if (len > SW_MAX_LINETABLE_BYTES)
        return sw_fail(reterr, SW_E_LIMIT, code->line_table, "code.linetable",
            "the line table at 0x%llx would have %llu bytes", (unsigned long long)code->line_table,
            (unsigned long long)len);
    bytes = sw_arena_alloc(&codes->arena, (size_t)len + 1);
    if (!bytes)
        return sw_fail(reterr, SW_E_NO_MEMORY, code->line_table, "code.linetable",
            "the debugger is out of memory");
    if (len)
        status =
            sw_memory_read(reader->memory, sw_reader_at(reader, code->line_table, SW_F_BYTES_DATA),
                bytes, (size_t)len, "code.linetable", reterr);
    if (status < 0)
        return status;
    code->lines = bytes;
    code->lines_len = (size_t)len;
    return 0;
}

static void ensure_lines(
    struct sw_codes *codes, const struct sw_reader *reader, struct sw_code *code)
{
    struct sw_error problem;

    if (code->line_table_read)
        return;
    if (read_lines(codes, reader, code, &problem) < 0) {
        if (problem.status == SW_E_STOPPED)
            return;
        if (code->problem.status == SW_OK)
            code->problem = problem;
    }
    code->line_table_read = true;
}

struct sw_position sw_code_position(
    struct sw_codes *codes, const struct sw_reader *reader, struct sw_code *code, int32_t lasti)
{
    struct sw_position position = {0, 0, -1, -1};
    unsigned slot = code->memo_next;

    for (unsigned i = 0; i < code->memo_count; i++)
        if (code->memo[i].lasti == lasti)
            return code->memo[i].position;
    ensure_lines(codes, reader, code);
    if (!code->lines)
        return position;
    sw_linetable_position(reader->layout->traits.line_table, code->lines, code->lines_len,
        code->first_line, lasti, &position);
    code->memo[slot].lasti = lasti;
    code->memo[slot].position = position;
    code->memo_next = (uint8_t)((slot + 1) % SW_CODE_MEMO);
    if (code->memo_count < SW_CODE_MEMO)
        code->memo_count++;
    return position;
}
