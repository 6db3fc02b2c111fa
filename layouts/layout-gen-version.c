/* SPDX-License-Identifier: MIT */
/* layout-gen: reading cpython-X.Y.layout and debug-offsets.layout. */
#include <string.h>

#include "layout-gen.h"

/* Where the parser of a version file stands. */
struct state {
    const struct schema *schema;
    struct source source;
    struct version *version;
    struct override *override; /* NULL in the base section */
    bool started;              /* `@ base` was seen */
    int owner;                 /* the struct of the rows, -1 outside */
};

static void read_version_line(const struct source *source, unsigned *major, unsigned *minor)
{
    char tail;

    if (source->tokens_count < 2 ||
        sscanf(source->tokens[1], "%u.%u%c", major, minor, &tail) != 2 || *major > 255 ||
        *minor > 255)
        complain(source, "not a version: %s X.Y", source->tokens[0]);
}

static void read_trait(struct state *state)
{
    const struct source *source = &state->source;
    char *const *tokens = source->tokens;

    if (source->tokens_count != 4 || strcmp(tokens[2], "=") != 0) {
        complain(source, "not a trait: trait NAME = VALUE");
        return;
    }
    for (unsigned i = 0; i < state->schema->traits_count; i++) {
        const struct trait *trait = &state->schema->traits[i];

        if (strcmp(trait->name, tokens[1]) != 0)
            continue;
        if (state->version->traits[i] >= 0)
            complain(source, "trait '%s' is given twice", tokens[1]);
        for (unsigned v = 0; v < trait->values_count; v++) {
            if (strcmp(trait->values[v], tokens[3]) == 0) {
                state->version->traits[i] = (int)v;
                return;
            }
        }
        complain(source, "trait '%s' has no value '%s'", tokens[1], tokens[3]);
        return;
    }
    complain(source, "unknown trait '%s'", tokens[1]);
}

static void add_when(struct state *state, struct override *override, const char *token)
{
    static const char *const words[][2] = {
        {"debug", "SW_WHEN_DEBUG"},
        {"free_threaded", "SW_WHEN_FREE_THREADED"},
        {"trace_refs", "SW_WHEN_TRACE_REFS"},
        {"big_endian", "SW_WHEN_BIG_ENDIAN"},
        {"abi=i386", "SW_WHEN_ABI_I386"},
        {"abi=armhf", "SW_WHEN_ABI_ARMHF"},
    };
    char tail;

    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(token, words[i][0]) == 0) {
            size_t used = strlen(override->when);

            snprintf(override->when + used, sizeof(override->when) - used, "%s%s",
                used ? " | " : "", words[i][1]);
            return;
        }
    }
    if (strncmp(token, "machine=", 8) == 0 && strlen(token) < 8 + 16) {
        snprintf(override->machine, sizeof(override->machine), "%.16s", token + 8);
    } else if (sscanf(token, "micro=%u..%u%c", &override->micro_first, &override->micro_last,
                   &tail) == 2) {
        if (override->micro_first > override->micro_last || override->micro_last > 255)
            complain(&state->source, "'%s' is no range", token);
    } else if (sscanf(token, "micro=%u..%c", &override->micro_first, &tail) == 1) {
        override->micro_last = 255;
    } else {
        complain(&state->source, "unknown condition '%s'", token);
    }
}

static void start_section(struct state *state)
{
    const struct source *source = &state->source;
    struct version *version = state->version;
    struct override *override = &version->overrides[version->overrides_count];

    state->owner = -1;
    if (source->tokens_count == 2 && strcmp(source->tokens[1], "base") == 0) {
        if (state->started)
            complain(source, "the base section comes first and once");
        state->started = true;
        return;
    }
    if (!state->started || source->tokens_count < 2) {
        complain(source, "a section needs a condition, and `@ base` before it");
        return;
    }
    if (version->overrides_count == MAX_OVERRIDES) {
        complain(source, "more than %d sections", MAX_OVERRIDES);
        return;
    }
    version->overrides_count++;
    override->micro_last = 255;
    for (unsigned i = 1; i < source->tokens_count; i++)
        add_when(state, override, source->tokens[i]);
    override->rows = version->rows_count;
    override->sizes = version->size_rows_count;
    state->override = override;
}

/* The place where a row of this section is kept; complains when it was given before. */
static struct place *section_place(struct state *state, unsigned id, bool is_size)
{
    struct version *version = state->version;
    struct override *override = state->override;
    struct place *place = is_size ? &version->sizes[id] : &version->fields[id];

    if (override) {
        struct row *rows =
            is_size ? &version->size_rows[override->sizes] : &version->rows[override->rows];
        unsigned *count = is_size ? &override->sizes_count : &override->rows_count;
        unsigned *total = is_size ? &version->size_rows_count : &version->rows_count;

        place = NULL;
        for (unsigned i = 0; i < *count && !place; i++) {
            if (rows[i].id == id)
                place = &rows[i].place;
        }
        if (!place && *total < MAX_ROWS) {
            rows[*count].id = id;
            place = &rows[*count].place;
            (*count)++;
            (*total)++;
        }
    }
    if (!place)
        complain(&state->source, "more than %d rows", MAX_ROWS);
    else if (place->given)
        complain(&state->source, "the row is given twice in this section");
    if (place)
        place->given = true;
    return place;
}

/* [frame] size 80 _PyInterpreterFrame | [cframe] absent | [frame], in overrides, for the same size
 */
static void read_struct(struct state *state)
{
    const struct source *source = &state->source;
    struct place *place;

    state->owner = schema_struct(state->schema, source, source->tokens[0]);
    if (state->owner < 0 || (source->tokens_count == 1 && state->override))
        return;
    if (source->tokens_count == 2 && strcmp(source->tokens[1], "absent") == 0) {
        place = section_place(state, (unsigned)state->owner, true);
        if (place)
            place->absent = true;
    } else if (source->tokens_count >= 3 && strcmp(source->tokens[1], "size") == 0) {
        place = section_place(state, (unsigned)state->owner, true);
        if (place)
            place->offset = source_number(source, source->tokens[2]);
    } else {
        complain(source, "not a struct: [name] size N CTypeName, or [name] absent");
    }
}

/* Everything after `=` of a row: OFFSET [:WIDTH [bit B bits N]] [path] */
static void read_place(const struct source *source, enum kind kind, struct place *place)
{
    char *const *tokens = source->tokens;
    unsigned next = 3;

    place->offset = source_number(source, tokens[2]);
    if (source->tokens_count > next && tokens[next][0] == ':')
        place->width = source_number(source, tokens[next++] + 1);
    if (source->tokens_count > next + 3 && strcmp(tokens[next], "bit") == 0 &&
        strcmp(tokens[next + 2], "bits") == 0) {
        place->bit = source_number(source, tokens[next + 1]);
        place->bits = source_number(source, tokens[next + 3]);
        next += 4;
    }
    if ((kind == KIND_AT) != (place->width == 0) || (kind == KIND_BITS) != (place->bits != 0))
        complain(source, "the row does not fit its kind in fields.txt");
    if (place->width > 8 || place->bit + place->bits > 8 * place->width)
        complain(source, "the width or the bits are impossible");
    if (source->tokens_count > next + 1)
        complain(source, "words after the member path");
}

static void read_row(struct state *state)
{
    const struct source *source = &state->source;
    int id = schema_field(state->schema, source, state->owner, source->tokens[0]);
    struct place *place;

    if (id < 0)
        return;
    if (source->tokens_count < 3 || strcmp(source->tokens[1], "=") != 0) {
        complain(source, "not a row: name = OFFSET :WIDTH path, or name = absent");
        return;
    }
    place = section_place(state, (unsigned)id, false);
    if (!place)
        return;
    if (strcmp(source->tokens[2], "absent") == 0)
        place->absent = true;
    else
        read_place(source, state->schema->fields[id].kind, place);
}

static void check_complete(const struct state *state)
{
    const struct schema *schema = state->schema;
    const struct version *version = state->version;

    for (unsigned i = 0; i < schema->structs_count; i++) {
        if (!version->sizes[i].given)
            complain(&state->source, "no [%s]: give its size or `absent`", schema->structs[i]);
    }
    for (unsigned i = 0; i < schema->fields_count; i++) {
        const struct field *field = &schema->fields[i];
        const struct place *place = &version->fields[i];
        const struct place *size = &version->sizes[field->owner];
        const char *owner = schema->structs[field->owner];

        if (!place->given)
            complain(
                &state->source, "no row %s.%s: give its offset or `absent`", owner, field->name);
        else if (!place->absent && (size->absent || place->offset + place->width > size->offset))
            complain(&state->source, "%s.%s lies outside its struct", owner, field->name);
    }
    for (unsigned i = 0; i < schema->traits_count; i++) {
        if (version->traits[i] < 0)
            complain(&state->source, "no trait '%s'", schema->traits[i].name);
    }
}

void read_version(const struct schema *schema, const char *path, struct version *version)
{
    struct state state = {.schema = schema, .version = version, .owner = -1};

    for (unsigned i = 0; i < MAX_TRAITS; i++)
        version->traits[i] = -1;
    source_open(&state.source, path);
    while (source_next(&state.source)) {
        const char *first = state.source.tokens[0];

        if (strcmp(first, "version") == 0 && !version->major)
            read_version_line(&state.source, &version->major, &version->minor);
        else if (strcmp(first, "trait") == 0)
            read_trait(&state);
        else if (strcmp(first, "@") == 0)
            start_section(&state);
        else if (!state.started)
            complain(&state.source, "'%s' before `@ base`", first);
        else if (first[0] == '[')
            read_struct(&state);
        else
            read_row(&state);
    }
    if (!version->major)
        complain(&state.source, "no line `version X.Y`");
    check_complete(&state);
}

/* The words after the position of a row: plus POSITION, minus POSITION, free_threaded. */
static void read_word_rest(const struct source *source, unsigned next, struct word *word)
{
    for (; next < source->tokens_count; next++) {
        const char *token = source->tokens[next];

        if (strcmp(token, "free_threaded") == 0) {
            word->free_threaded = true;
        } else if ((strcmp(token, "plus") == 0 || strcmp(token, "minus") == 0) &&
                   next + 1 < source->tokens_count) {
            word->sign = token[0] == 'p' ? 1 : -1;
            word->second = source_number(source, source->tokens[++next]);
        } else {
            complain(source, "unknown word '%s'", token);
        }
    }
}

static void add_word(
    const struct source *source, struct debug_offsets *table, const struct word *word)
{
    if (word->position % 8 || word->second % 8 || word->position + 8 > table->size ||
        word->second + 8 > table->size)
        complain(source, "the position is not that of a word of the table");
    for (unsigned i = 0; i < table->words_count; i++) {
        if (table->words[i].is_size == word->is_size && table->words[i].id == word->id)
            complain(source, "the row is given twice");
    }
    if (table->words_count == MAX_WORDS)
        complain(source, "more than %d rows", MAX_WORDS);
    else
        table->words[table->words_count++] = *word;
}

/* name = POSITION [plus POSITION | minus POSITION] [free_threaded]; the same after [struct] size */
static void read_word(const struct schema *schema, const struct source *source,
    struct debug_offsets *table, int *owner)
{
    struct word word = {0};
    unsigned next = 3;
    int id;

    if (source->tokens[0][0] == '[') {
        *owner = schema_struct(schema, source, source->tokens[0]);
        if (source->tokens_count == 1)
            return;
        word.is_size = true;
        next = 4;
    }
    if (source->tokens_count < next || strcmp(source->tokens[next - 2], "=") != 0 ||
        (word.is_size && strcmp(source->tokens[1], "size") != 0)) {
        complain(source, "not a row: name = POSITION, or [struct] size = POSITION");
        return;
    }
    id = word.is_size ? *owner : schema_field(schema, source, *owner, source->tokens[0]);
    if (id < 0)
        return;
    word.id = (unsigned)id;
    word.position = source_number(source, source->tokens[next - 1]);
    read_word_rest(source, next, &word);
    add_word(source, table, &word);
}

unsigned read_debug_offsets(
    const struct schema *schema, const char *path, struct debug_offsets *tables, unsigned max)
{
    struct source source;
    unsigned count = 0;
    int owner = -1;

    source_open(&source, path);
    while (source_next(&source)) {
        if (strcmp(source.tokens[0], "@") == 0) {
            if (count == max || source.tokens_count != 4 || strcmp(source.tokens[2], "size")) {
                complain(&source, "not a table: @ X.Y size N");
                continue;
            }
            read_version_line(&source, &tables[count].major, &tables[count].minor);
            tables[count].size = source_number(&source, source.tokens[3]);
            count++;
            owner = -1;
        } else if (count == 0) {
            complain(&source, "'%s' before a line `@ X.Y size N`", source.tokens[0]);
        } else {
            read_word(schema, &source, &tables[count - 1], &owner);
        }
    }
    return count;
}
