/* SPDX-License-Identifier: MIT */
/* layout-gen: what its parser hands to its writer. */
#ifndef LAYOUT_GEN_H
#define LAYOUT_GEN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Bounds of the build tool's own tables; a file that needs more is told so. */
enum {
    MAX_STRUCTS = 64,
    MAX_FIELDS = 512,
    MAX_TRAITS = 32,
    MAX_VALUES = 16,
    MAX_VERSIONS = 32,
    MAX_OVERRIDES = 128,
    MAX_ROWS = 2048,
    MAX_WORDS = 256,
    MAX_LINE = 512,
    MAX_TOKENS = 32,
    NAME_SIZE = 48,
    PATHS_SIZE = 192,
};

enum kind { KIND_PTR, KIND_INT, KIND_BITS, KIND_AT };

struct field {
    char name[NAME_SIZE];
    unsigned owner; /* index of its struct */
    enum kind kind;
    char paths[PATHS_SIZE]; /* member paths, separated by blanks; only layout-extract needs them */
};

struct trait {
    char name[NAME_SIZE];
    char values[MAX_VALUES][NAME_SIZE];
    unsigned values_count;
};

struct schema {
    char structs[MAX_STRUCTS][NAME_SIZE];
    char types[MAX_STRUCTS][PATHS_SIZE]; /* C type names, separated by blanks */
    unsigned structs_count;
    struct field fields[MAX_FIELDS];
    unsigned fields_count;
    struct trait traits[MAX_TRAITS];
    unsigned traits_count;
};

/* Where a field lies, or the size of a struct (in `offset`). */
struct place {
    bool given; /* a file mentions it */
    bool absent;
    unsigned offset;
    unsigned width;
    unsigned bits;
    unsigned bit;
};

struct row {
    unsigned id;
    struct place place;
};

struct override {
    char when[256];   /* C expression of enum sw_table_when */
    char machine[32]; /* "" for any */
    unsigned micro_first;
    unsigned micro_last;
    unsigned rows; /* index of the first in version.rows */
    unsigned rows_count;
    unsigned sizes; /* index of the first in version.size_rows */
    unsigned sizes_count;
};

struct version {
    unsigned major;
    unsigned minor;
    struct place fields[MAX_FIELDS];
    struct place sizes[MAX_STRUCTS];
    int traits[MAX_TRAITS]; /* index of the value, -1 while not given */
    struct override overrides[MAX_OVERRIDES];
    unsigned overrides_count;
    struct row rows[MAX_ROWS];
    unsigned rows_count;
    struct row size_rows[MAX_ROWS];
    unsigned size_rows_count;
};

/* One word of _Py_DebugOffsets. */
struct word {
    bool is_size;
    bool free_threaded;
    int sign;
    unsigned id;
    unsigned position;
    unsigned second;
};

struct debug_offsets {
    unsigned major;
    unsigned minor;
    unsigned size;
    struct word words[MAX_WORDS];
    unsigned words_count;
};

/* A text file read line by line, split at blanks; `#` starts a comment. */
struct source {
    const char *path;
    FILE *file;
    unsigned line;
    char text[MAX_LINE];
    char *tokens[MAX_TOKENS];
    unsigned tokens_count;
};

/* Number of complaints so far; any of them keeps layout-gen from writing. */
extern unsigned complaints;

/* Print file:line: message and count it. */
void complain(const struct source *source, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Open a file; exits when it cannot be read. */
void source_open(struct source *source, const char *path);

/* The next line that is not empty, in source->tokens. False, and closed, at the end. */
bool source_next(struct source *source);

/* A decimal number, complaining when `token` is none. */
unsigned source_number(const struct source *source, const char *token);

/* Index of a struct by the name in brackets, "[frame]"; -1 and a complaint when there is none. */
int schema_struct(const struct schema *schema, const struct source *source, const char *token);

/* Index of a struct's field; -1 and a complaint when there is none. */
int schema_field(
    const struct schema *schema, const struct source *source, int owner, const char *name);

void read_fields(struct schema *schema, const char *path);
void read_traits(struct schema *schema, const char *path);
void read_version(const struct schema *schema, const char *path, struct version *version);

/* Read debug-offsets.layout, which holds several tables; returns how many. */
unsigned read_debug_offsets(
    const struct schema *schema, const char *path, struct debug_offsets *tables, unsigned max);

void write_header(const struct schema *schema, FILE *out);
void write_table(const struct schema *schema, const struct version *versions, unsigned count,
    const struct debug_offsets *tables, unsigned tables_count, FILE *out);

#endif
