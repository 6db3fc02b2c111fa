/* SPDX-License-Identifier: MIT */
/*
 * A recorded image: everything that a command asked of a debugger, and what it was told. Replayed,
 * the same command gives the same output without a debugger, a process or a Python.
 *
 * On disk it is one zstd frame (or the same bytes uncompressed) of this form, fields separated by
 * tabs, numbers in C notation:
 *
 *   sidewinder-image 1
 *   target    KIND POINTER_SIZE BIG_ENDIAN PID MACHINE
 *   can       QUESTION                           one line for each callback that the debugger had
 *   answer    QUESTION INDEX STATUS NAME DETAIL VALUE VALUE VALUE VALUE
 *   command   COMMAND LINE
 *   memory    ADDRESS LENGTH                     ascending, none touches the next
 *   (an empty line)
 *   the bytes of all memory lines, one range after the other
 *
 * A file is as little trusted as a target: image_parse() checks every number against the bounds
 * below.
 */
#ifndef SW_TESTSUITE_IMAGE_H
#define SW_TESTSUITE_IMAGE_H

#include "sidewinder.h"

/* The optional callbacks of struct sw_target_ops whose answers are recorded. */
enum image_question {
    IMAGE_AUXV,
    IMAGE_SYMBOL,
    IMAGE_SECTION,
    IMAGE_MODULE,
    IMAGE_THREAD,
    IMAGE_SELECTED_THREAD,
    IMAGE_REG,
    IMAGE_NATIVE_FRAME,
    IMAGE_THREAD_REGISTER,
    IMAGE_QUESTIONS
};

enum {
    IMAGE_MAX_ANSWERS = 16384,
    IMAGE_MAX_RANGES = 16384,
    IMAGE_MAX_COMMANDS = 16,
    IMAGE_MAX_BYTES = 64 * 1024 * 1024,
    IMAGE_NAME = 64,
    IMAGE_DETAIL = 1024, /* as sw_module.path */
    IMAGE_COMMAND = 64,
};

/* What a callback said. `index`, `name` and `detail` are the question; a module's path is in
   `detail` and part of the answer. */
struct image_answer {
    enum image_question question;
    uint64_t index; /* of the symbol, section, module, thread or frame; the type of auxv; a thread's
                       id */
    int status;
    char name[IMAGE_NAME];     /* symbol, section, register */
    char detail[IMAGE_DETAIL]; /* path of a module */
    uint64_t values[4];        /* in the order of the callback's results */
};

struct image_range {
    sw_addr start;
    size_t len;
    uint8_t *bytes;
};

struct image {
    struct sw_target_info info;
    bool can[IMAGE_QUESTIONS];
    struct image_answer *answers;
    size_t answer_count;
    struct image_range *ranges; /* ascending; none touches the next */
    size_t range_count;
    char commands[IMAGE_MAX_COMMANDS][IMAGE_COMMAND];
    unsigned command_count;
};

/* Free what an image holds; it is empty afterwards. */
void image_fini(struct image *image);

/* The answer to a question, NULL when it was never asked. */
const struct image_answer *image_find(const struct image *image, enum image_question question,
    uint64_t index, const char *name, const char *detail);

/* Add an answer unless the question has one. False when there are too many. */
bool image_add_answer(struct image *image, const struct image_answer *answer);

/* Add memory; what was there before at the same addresses is replaced. False when out of bounds. */
bool image_add_memory(struct image *image, sw_addr start, const void *bytes, size_t len);

/* The recorded bytes [addr, addr + len), NULL unless all of them are there. */
const uint8_t *image_at(const struct image *image, sw_addr addr, size_t len);

/* How many bytes of memory an image has. */
size_t image_size(const struct image *image);

/* Replace every occurrence of a text in memory and in answers by another of the same length: the
   recording machine's directories are nobody's business. Returns how many there were. */
size_t image_replace(struct image *image, const char *from, const char *to);

/* ---------------------------------------------------------------- files (image-file.c) */

/* Read an image from bytes, compressed or not; false with a reason in `why`, and `*ret_image` is
   untouched. */
bool image_parse(
    const void *bytes, size_t len, struct image *ret_image, char *why, size_t why_size);

/* The same, from a file. */
bool image_load(const char *path, struct image *ret_image, char *why, size_t why_size);

/* The uncompressed form, allocated; NULL when out of memory. */
char *image_print(const struct image *image, size_t *ret_len);

/* Write the compressed form. */
bool image_save(const struct image *image, const char *path, char *why, size_t why_size);

#endif
