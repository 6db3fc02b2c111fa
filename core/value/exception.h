/* SPDX-License-Identifier: MIT */
/* Exceptions as traceback.print_exception() shows them, and where threads keep theirs. */
#ifndef SW_VALUE_EXCEPTION_H
#define SW_VALUE_EXCEPTION_H

#include "value/writer.h"

/* What belongs to an exception. Words that this version does not have are 0. */
struct sw_exception {
    sw_addr addr;
    sw_addr traceback, cause, context;
    bool suppress_context; /* raise ... from None */
    sw_addr parts;         /* of an exception group (3.11+) the tuple of them; 0 of others */
    sw_addr notes;         /* __notes__, an object (3.11+); 0 without any */
};

/* Fill in parts and notes, which sw_exception_read() leaves out. */
void sw_exception_complete(struct sw_writer *writer, struct sw_exception *exception);

/* Where the syntax is wrong, of a SyntaxError; objects, which may be None. */
struct sw_syntax {
    sw_addr message, filename, line, text;
};

/* SW_E_NOT_FOUND for other exceptions. */
int sw_exception_syntax(struct sw_writer *writer, sw_addr addr, struct sw_syntax *ret_syntax);

/* SW_E_CORRUPT when the object at `addr` is no exception. */
int sw_exception_read(struct sw_writer *writer, sw_addr addr, struct sw_error *reterr,
    struct sw_exception *ret_exception);

/* "module.Name: text", without the colon when there is no text: the last line of a traceback. The
   text is what BaseException.__str__, KeyError's and OSError's make of the arguments; a __str__
   made in Python cannot be run. */
void sw_exception_line(struct sw_writer *writer, sw_addr addr);

/* A walk along a traceback, oldest frame first. A plain value: {.next = the traceback}. */
struct sw_traceback {
    sw_addr next;
    uint64_t visited;
    sw_addr landmark; /* as in struct sw_stack: an entry met at the last power of two */
    uint64_t landmark_at;
};

/* The next frame: 1, 0 at the end, or a negative status. `frame->code` is valid until the next
   frame is read. */
int sw_traceback_next(struct sw_writer *writer, struct sw_traceback *traceback,
    struct sw_error *reterr, struct sw_frame *ret_frame);

/* An exception of a thread. */
struct sw_raised {
    bool is_handled;   /* by an except clause that runs; else on its way out */
    sw_addr type;      /* of what was raised as a class (2.7 to 3.11); 0 when value is all */
    sw_addr value;     /* 0 when there is only a type */
    sw_addr traceback; /* the thread's own; 0 when the exception has it */
};

/* The exceptions of a thread, the one on its way out first, then those being handled, innermost
   first; at most SW_MAX_RAISED. */
size_t sw_thread_exceptions(
    const struct sw_reader *reader, sw_addr thread_state, struct sw_raised *raised);

#endif
