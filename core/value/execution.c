/* SPDX-License-Identifier: MIT */
/* Code at work: code objects, frames, generators, tracebacks. */
#include <string.h>

#include "base/bytes.h"
#include "frame/locals.h"
#include "object/object.h"
#include "value/exception.h"

/* ---------------------------------------------------------------- parts */

static void put_text(struct sw_writer *writer, const struct sw_text *text)
{
    if (text->data)
        sw_writer_put(writer, text->data, text->len);
    else
        sw_writer_puts(writer, "?");
}

static void put_code_name(struct sw_writer *writer, const struct sw_code *code)
{
    put_text(writer, code->qualname.data ? &code->qualname : &code->name);
}

/* The last part of the path, and the line. */
static void put_place(
    struct sw_writer *writer, const struct sw_code *code, const struct sw_position *position)
{
    const char *path = code->filename.data ? code->filename.data : "?";
    const char *slash = strrchr(path, '/');

    sw_writer_puts(writer, slash && slash[1] ? slash + 1 : path);
    sw_writer_puts(writer, ":");
    if (position->line > 0)
        sw_writer_printf(writer, "%d", (int)position->line);
    else
        sw_writer_puts(writer, "?");
}

void sw_writer_locals(struct sw_writer *writer, const struct sw_frame *frame)
{
    struct sw_error problem;
    struct sw_locals locals;
    struct sw_local local;
    int status = sw_locals_open(writer->runtime, frame, &problem, &locals);

    /* All names of a module would bury the line; py-locals has them. */
    if (status == 0 && locals.is_global)
        return;
    for (unsigned i = 0; status == 0 && !sw_writer_done(writer); i++) {
        status = sw_locals_next(&locals, &problem, &local);
        if (status <= 0)
            break;
        status = 0;
        if (i)
            sw_writer_puts(writer, ", ");
        sw_writer_name(writer, local.name);
        sw_writer_puts(writer, "=");
        if (local.is_int)
            sw_writer_printf(writer, "%lld", (long long)local.number);
        else
            sw_writer_value(writer, local.value);
    }
    if (status < 0)
        sw_writer_unreadable(writer, frame->addr, &problem);
}

/* ---------------------------------------------------------------- code, frame, traceback */

void sw_put_code(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_error problem;
    struct sw_code *code;

    (void)type;
    if (sw_codes_get(writer->codes, writer->reader, addr, &problem, &code) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    sw_writer_puts(writer, "<code object ");
    put_code_name(writer, code);
    sw_writer_puts(writer, ", file \"");
    put_text(writer, &code->filename);
    sw_writer_printf(writer, "\", line %d,", (int)code->first_line);
    sw_writer_at(writer, addr);
}

/* The frame behind a frame object: itself in 3.10 and before. */
static int frame_of_object(
    struct sw_writer *writer, sw_addr object, struct sw_error *reterr, struct sw_frame *frame)
{
    sw_addr addr = object;
    int status = 0;

    if (sw_reader_has(writer->reader, SW_F_FRAME_OBJECT_INTERPRETER_FRAME))
        status = sw_reader_uint(
            writer->reader, object, SW_F_FRAME_OBJECT_INTERPRETER_FRAME, reterr, &addr);
    return status < 0 ? status : sw_frame_read(writer->runtime, writer->codes, addr, reterr, frame);
}

/* As py-bt-full has it. */
void sw_put_frame(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_error problem;
    struct sw_frame frame;

    (void)type;
    if (frame_of_object(writer, addr, &problem, &frame) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    sw_writer_printf(writer, "Frame 0x%llx, for file ", (unsigned long long)frame.addr);
    put_text(writer, &frame.code->filename);
    sw_writer_printf(writer, ", line %d, in ", (int)frame.position.line);
    put_text(writer, &frame.code->name);
    sw_writer_puts(writer, " (");
    if (sw_writer_enter(writer, addr) == SW_ENTERED) {
        sw_writer_locals(writer, &frame);
        sw_writer_leave(writer);
    } else {
        sw_writer_puts(writer, "...");
    }
    sw_writer_puts(writer, ")");
}

/* Include/cpython/traceback.h: next, frame, then two ints, lasti and lineno; lineno is -1 until it
   is asked for (3.11). */
static int read_traceback(
    struct sw_writer *writer, sw_addr addr, struct sw_error *reterr, struct sw_frame *frame)
{
    const struct sw_reader *reader = writer->reader;
    uint64_t lasti = 0, line = 0;
    sw_addr object, ints = sw_object_word_at(reader, addr, 2);
    int status = sw_object_word(reader, addr, 1, "tb_frame", reterr, &object);

    if (status == 0)
        status = frame_of_object(writer, object, reterr, frame);
    if (status == 0)
        status = sw_memory_uint(reader->memory, ints, 4, "tb_lasti", reterr, &lasti);
    if (status == 0)
        status = sw_memory_uint(reader->memory, ints + 4, 4, "tb_lineno", reterr, &line);
    if (status < 0)
        return status;
    frame->lasti = (int32_t)lasti;
    frame->position = sw_code_position(writer->codes, reader, frame->code, (int32_t)lasti);
    if ((int32_t)line > 0 && frame->position.line != (int32_t)line)
        frame->position = (struct sw_position){(int32_t)line, (int32_t)line, -1, -1};
    return 0;
}

void sw_put_traceback(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_error problem;
    struct sw_frame frame;

    (void)type;
    if (read_traceback(writer, addr, &problem, &frame) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    sw_writer_puts(writer, "<traceback (");
    put_place(writer, frame.code, &frame.position);
    sw_writer_puts(writer, " in ");
    put_text(writer, &frame.code->name);
    sw_writer_puts(writer, ")");
    sw_writer_at(writer, addr);
}

static int check_progress(
    struct sw_writer *writer, struct sw_traceback *traceback, struct sw_error *reterr)
{
    traceback->visited++;
    if (traceback->next == traceback->landmark || traceback->visited > SW_MAX_FRAMES)
        return sw_fail(reterr, SW_E_CORRUPT, traceback->next, "tb_next",
            "the traceback comes back to its entry at 0x%llx", (unsigned long long)traceback->next);
    if (traceback->visited >= 2 * traceback->landmark_at) {
        traceback->landmark = traceback->next;
        traceback->landmark_at = traceback->visited;
    }
    if (sw_memory_interrupted(writer->reader->memory))
        return sw_fail(reterr, SW_E_STOPPED, traceback->next, "", "interrupted");
    return 0;
}

int sw_traceback_next(struct sw_writer *writer, struct sw_traceback *traceback,
    struct sw_error *reterr, struct sw_frame *ret_frame)
{
    sw_addr at = traceback->next, type;
    char name[16];
    int status;

    if (!at)
        return 0;
    status = check_progress(writer, traceback, reterr);
    if (status == 0)
        status = sw_object_type(writer->reader, at, reterr, &type);
    if (status == 0)
        status = sw_type_name(writer->reader, type, reterr, name, sizeof(name));
    if (status == 0 && strcmp(name, "traceback") != 0)
        status = sw_fail(reterr, SW_E_CORRUPT, at, "traceback",
            "the object at 0x%llx is no traceback but a '%s'", (unsigned long long)at, name);
    if (status == 0)
        status = read_traceback(writer, at, reterr, ret_frame);
    if (status == 0)
        status = sw_object_word(writer->reader, at, 0, "tb_next", reterr, &traceback->next);
    return status < 0 ? status : 1;
}

/* ---------------------------------------------------------------- generators */

enum state { NOT_STARTED, SUSPENDED, RUNNING, FINISHED };

/* traits.txt: generator_states. */
static enum state state_of_number(const struct sw_reader *reader, int64_t number)
{
    switch (reader->layout->traits.generator_states) {
    case SW_GENERATOR_STATES_FROM_MINUS_2:
    case SW_GENERATOR_STATES_FROM_MINUS_3:
        if (number > 0)
            return FINISHED;
        if (number == 0)
            return RUNNING;
        return number ==
                       (reader->layout->traits.generator_states == SW_GENERATOR_STATES_FROM_MINUS_2
                               ? -2
                               : -3)
                   ? NOT_STARTED
                   : SUSPENDED;
    case SW_GENERATOR_STATES_FROM_0:
        return number == 0   ? NOT_STARTED
               : number <= 3 ? SUSPENDED
               : number == 4 ? RUNNING
                             : FINISHED;
    case SW_GENERATOR_STATES_NONE:
        break;
    }
    return FINISHED;
}

/* 3.11 and later: the frame is inside the generator. */
static int read_embedded(struct sw_writer *writer, sw_addr addr, struct sw_error *reterr,
    enum state *state, sw_addr *frame)
{
    const struct sw_reader *reader = writer->reader;
    uint64_t number;
    int status = sw_reader_uint(reader, addr, SW_F_GENERATOR_FRAME_STATE, reterr, &number);

    if (status < 0)
        return status;
    *state = state_of_number(
        reader, sw_bytes_sign(number, reader->layout->fields[SW_F_GENERATOR_FRAME_STATE].width));
    *frame = sw_reader_at(reader, addr, SW_F_GENERATOR_IFRAME);
    return 0;
}

/* 3.10 and before: gi_frame, NULL when it is done. Which function runs is told by gi_running (3.9
   and before), and by the frame being on a stack. */
static int read_pointer(struct sw_writer *writer, sw_addr addr, struct sw_error *reterr,
    enum state *state, sw_addr *ret_frame)
{
    const struct sw_reader *reader = writer->reader;
    uint64_t frame, running = 0, back = 0;
    struct sw_frame own;
    int status = sw_reader_uint(reader, addr, SW_F_GENERATOR_FRAME, reterr, &frame);

    if (status < 0)
        return status;
    *state = FINISHED;
    *ret_frame = frame;
    if (!frame)
        return 0;
    if (sw_reader_has(reader, SW_F_GENERATOR_RUNNING))
        status = sw_reader_uint(reader, addr, SW_F_GENERATOR_RUNNING, reterr, &running);
    else
        status = sw_reader_uint(reader, frame, SW_F_FRAME_PREVIOUS, reterr, &back);
    if (status == 0)
        status = sw_frame_read(writer->runtime, writer->codes, frame, reterr, &own);
    if (status == 0)
        *state = (running & 0xff) || back ? RUNNING : own.lasti < 0 ? NOT_STARTED : SUSPENDED;
    return status;
}

/* Its name: gi_qualname lies behind gi_name (3.5); 2.7 has only the code's. */
static void put_generator_name(struct sw_writer *writer, sw_addr addr, const struct sw_frame *frame)
{
    const struct sw_reader *reader = writer->reader;
    unsigned size = reader->memory->info.pointer_size;
    sw_addr name = 0, code_addr;
    struct sw_code *code;

    if (sw_reader_has(reader, SW_F_GENERATOR_NAME) &&
        sw_memory_ptr(reader->memory, sw_reader_at(reader, addr, SW_F_GENERATOR_NAME) + size,
            "gi_qualname", NULL, &name) == 0)
        sw_writer_name(writer, name);
    else if (frame->code)
        put_code_name(writer, frame->code);
    else if (sw_reader_uint(reader, addr, SW_F_GENERATOR_CODE, NULL, &code_addr) == 0 &&
             sw_codes_get(writer->codes, reader, code_addr, NULL, &code) == 0)
        put_code_name(writer, code);
    else
        sw_writer_puts(writer, "?");
}

void sw_put_generator(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    enum state state = FINISHED;
    struct sw_frame frame = {.code = NULL};
    struct sw_error problem;
    sw_addr frame_addr = 0;
    int status = sw_reader_has(writer->reader, SW_F_GENERATOR_FRAME_STATE)
                     ? read_embedded(writer, addr, &problem, &state, &frame_addr)
                     : read_pointer(writer, addr, &problem, &state, &frame_addr);

    if (status == 0 && state != FINISHED)
        status = sw_frame_read(writer->runtime, writer->codes, frame_addr, &problem, &frame);
    if (status < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    sw_writer_printf(writer, "<%s ", type->name);
    put_generator_name(writer, addr, &frame);
    switch (state) {
    case NOT_STARTED:
        sw_writer_puts(writer, " (not started)");
        break;
    case SUSPENDED:
        sw_writer_puts(writer, " (suspended at ");
        put_place(writer, frame.code, &frame.position);
        sw_writer_puts(writer, ")");
        break;
    case RUNNING:
        sw_writer_puts(writer, " (running)");
        break;
    case FINISHED:
        sw_writer_puts(writer, " (finished)");
        break;
    }
    sw_writer_at(writer, addr);
}
