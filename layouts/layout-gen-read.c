/* SPDX-License-Identifier: MIT */
/* layout-gen: reading the schema (fields.txt, traits.txt), and what all readers share. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "layout-gen.h"

unsigned complaints;

void complain(const struct source *source, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fprintf(stderr, "%s:%u: ", source->path, source->line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    complaints++;
}

void source_open(struct source *source, const char *path)
{
    memset(source, 0, sizeof(*source));
    source->path = path;
    source->file = fopen(path, "r");
    if (!source->file) {
        perror(path);
        exit(1);
    }
}

bool source_next(struct source *source)
{
    while (fgets(source->text, sizeof(source->text), source->file)) {
        char *rest = source->text;

        source->line++;
        if (!strchr(rest, '\n') && !feof(source->file))
            complain(source, "the line is longer than %d characters", MAX_LINE - 2);
        rest[strcspn(rest, "#\n")] = '\0';
        source->tokens_count = 0;
        for (char *token = strtok(rest, " \t"); token; token = strtok(NULL, " \t")) {
            if (source->tokens_count == MAX_TOKENS) {
                complain(source, "more than %d words", MAX_TOKENS);
                break;
            }
            source->tokens[source->tokens_count++] = token;
        }
        if (source->tokens_count)
            return true;
    }
    fclose(source->file);
    source->file = NULL;
    return false;
}

unsigned source_number(const struct source *source, const char *token)
{
    char *end;
    unsigned long value = strtoul(token, &end, 10);

    if (token[0] < '0' || token[0] > '9' || *end || value >= UINT32_MAX) {
        complain(source, "'%s' is not a number", token);
        return 0;
    }
    return (unsigned)value;
}

/* Names become C identifiers: lower case letters, digits and underscores. */
static void copy_name(const struct source *source, char *dest, const char *name, size_t len)
{
    if (len == 0 || len >= NAME_SIZE ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") < len) {
        complain(source, "'%.*s' is not a name", (int)len, name);
        len = 0;
    }
    memcpy(dest, name, len);
    dest[len] = '\0';
}

int schema_struct(const struct schema *schema, const struct source *source, const char *token)
{
    size_t len = strlen(token);

    for (unsigned i = 0; i < schema->structs_count; i++) {
        const char *name = schema->structs[i];

        if (len == strlen(name) + 2 && token[0] == '[' && token[len - 1] == ']' &&
            strncmp(token + 1, name, len - 2) == 0)
            return (int)i;
    }
    complain(source, "unknown struct %s", token);
    return -1;
}

/* Join the tokens from `first` on with blanks. */
static void join(const struct source *source, unsigned first, char *dest)
{
    size_t used = 0;

    for (unsigned i = first; i < source->tokens_count && used < PATHS_SIZE; i++)
        used += (size_t)snprintf(
            dest + used, PATHS_SIZE - used, "%s%s", i > first ? " " : "", source->tokens[i]);
    if (used >= PATHS_SIZE)
        complain(source, "the names are longer than %d characters", PATHS_SIZE - 1);
}

static int find_field(const struct schema *schema, int owner, const char *name)
{
    for (unsigned i = 0; i < schema->fields_count; i++) {
        const struct field *field = &schema->fields[i];

        if ((int)field->owner == owner && strcmp(field->name, name) == 0)
            return (int)i;
    }
    return -1;
}

int schema_field(
    const struct schema *schema, const struct source *source, int owner, const char *name)
{
    int index = owner < 0 ? -1 : find_field(schema, owner, name);

    if (index < 0)
        complain(source, "unknown row '%s'%s%s", name, owner < 0 ? ", outside a struct" : " in ",
            owner < 0 ? "" : schema->structs[owner]);
    return index;
}

static void add_struct(struct schema *schema, const struct source *source)
{
    const char *token = source->tokens[0];
    size_t len = strlen(token);

    if (schema->structs_count == MAX_STRUCTS || len < 3 || token[len - 1] != ']' ||
        source->tokens_count < 2) {
        complain(source, "not a struct: [name] CTypeName...");
        return;
    }
    copy_name(source, schema->structs[schema->structs_count], token + 1, len - 2);
    for (unsigned i = 0; i < schema->structs_count; i++) {
        if (strcmp(schema->structs[i], schema->structs[schema->structs_count]) == 0)
            complain(source, "struct %s is given twice", token);
    }
    join(source, 1, schema->types[schema->structs_count]);
    schema->structs_count++;
}

static void add_field(struct schema *schema, const struct source *source)
{
    static const char *const kinds[] = {"ptr", "int", "bits", "at"};
    struct field *field = &schema->fields[schema->fields_count];
    int owner = (int)schema->structs_count - 1;
    unsigned kind = 0;

    if (schema->fields_count == MAX_FIELDS || owner < 0 || source->tokens_count < 3) {
        complain(source, "not a field: name kind path...");
        return;
    }
    while (kind < 4 && strcmp(source->tokens[1], kinds[kind]) != 0)
        kind++;
    if (kind == 4)
        complain(source, "unknown kind '%s'", source->tokens[1]);
    if (find_field(schema, owner, source->tokens[0]) >= 0)
        complain(source, "field '%s' is given twice", source->tokens[0]);
    copy_name(source, field->name, source->tokens[0], strlen(source->tokens[0]));
    field->owner = (unsigned)owner;
    field->kind = (enum kind)kind;
    join(source, 2, field->paths);
    schema->fields_count++;
}

void read_fields(struct schema *schema, const char *path)
{
    struct source source;

    source_open(&source, path);
    while (source_next(&source)) {
        if (source.tokens[0][0] == '[')
            add_struct(schema, &source);
        else
            add_field(schema, &source);
    }
}

void read_traits(struct schema *schema, const char *path)
{
    struct source source;

    source_open(&source, path);
    while (source_next(&source)) {
        struct trait *trait = &schema->traits[schema->traits_count];
        size_t len = strlen(source.tokens[0]);

        if (schema->traits_count == MAX_TRAITS || source.tokens_count < 2 ||
            source.tokens_count > 1 + MAX_VALUES || source.tokens[0][len - 1] != ':') {
            complain(&source, "not a trait: name: value value...");
            continue;
        }
        copy_name(&source, trait->name, source.tokens[0], len - 1);
        for (unsigned i = 0; i < schema->traits_count; i++) {
            if (strcmp(schema->traits[i].name, trait->name) == 0)
                complain(&source, "trait '%s' is given twice", trait->name);
        }
        for (unsigned i = 1; i < source.tokens_count; i++)
            copy_name(&source, trait->values[trait->values_count++], source.tokens[i],
                strlen(source.tokens[i]));
        schema->traits_count++;
    }
}
