/* SPDX-License-Identifier: MIT */
/* layout-gen: writing layout_fields.h and layout_table.c. */
#include <string.h>

#include "layout-gen.h"

static const char *const banner = "/* Made by layout-gen from layouts/; do not edit. */\n";

/* SW_F_THREAD_STATE_NEXT from "F", "thread_state", "next". */
static const char *constant(const char *prefix, const char *first, const char *second)
{
    static char text[3 * NAME_SIZE + 8];
    size_t start;

    snprintf(text, sizeof(text), "SW_%s%s%s%s%s", prefix, *prefix ? "_" : "", first,
        *second ? "_" : "", second);
    for (start = 0; text[start]; start++) {
        if (text[start] >= 'a' && text[start] <= 'z')
            text[start] = (char)(text[start] - 'a' + 'A');
    }
    return text;
}

static const char *field_constant(const struct schema *schema, unsigned id)
{
    const struct field *field = &schema->fields[id];

    return constant("F", schema->structs[field->owner], field->name);
}

void write_header(const struct schema *schema, FILE *out)
{
    fputs(banner, out);
    fputs("#ifndef SW_LAYOUT_FIELDS_H\n#define SW_LAYOUT_FIELDS_H\n\n#include <stdint.h>\n", out);
    fputs("\n/* The structs of fields.txt. */\nenum sw_struct_id {\n", out);
    for (unsigned i = 0; i < schema->structs_count; i++)
        fprintf(out, "    %s,\n", constant("S", schema->structs[i], ""));
    fputs("    SW_S_COUNT\n};\n\n/* The fields of fields.txt. */\nenum sw_field_id {\n", out);
    for (unsigned i = 0; i < schema->fields_count; i++)
        fprintf(out, "    %s,\n", field_constant(schema, i));
    fputs("    SW_F_COUNT\n};\n", out);
    for (unsigned i = 0; i < schema->traits_count; i++) {
        const struct trait *trait = &schema->traits[i];

        fprintf(out, "\nenum sw_trait_%s {\n", trait->name);
        for (unsigned v = 0; v < trait->values_count; v++)
            fprintf(out, "    %s,\n", constant("", trait->name, trait->values[v]));
        fputs("};\n", out);
    }
    fputs("\n/* What traits.txt says, for one version. */\nstruct sw_traits {\n", out);
    for (unsigned i = 0; i < schema->traits_count; i++)
        fprintf(out, "    enum sw_trait_%s %s;\n", schema->traits[i].name, schema->traits[i].name);
    fputs("};\n\n#endif\n", out);
}

static void write_place(FILE *out, const struct place *place)
{
    if (place->absent)
        fputs("{SW_ABSENT, 0, 0, 0}", out);
    else
        fprintf(out, "{%u, %u, %u, %u}", place->offset, place->width, place->bits, place->bit);
}

static void write_size(FILE *out, const struct place *place)
{
    if (place->absent)
        fputs("SW_ABSENT", out);
    else
        fprintf(out, "%u", place->offset);
}

static void write_names(const struct schema *schema, FILE *out)
{
    fputs("\nconst char *const sw_table_struct_names[SW_S_COUNT] = {\n", out);
    for (unsigned i = 0; i < schema->structs_count; i++)
        fprintf(out, "    \"%s\",\n", schema->structs[i]);
    fputs("};\n\nconst char *const sw_table_field_names[SW_F_COUNT] = {\n", out);
    for (unsigned i = 0; i < schema->fields_count; i++)
        fprintf(out, "    \"%s.%s\",\n", schema->structs[schema->fields[i].owner],
            schema->fields[i].name);
    fputs("};\n\nconst uint8_t sw_table_field_structs[SW_F_COUNT] = {\n", out);
    for (unsigned i = 0; i < schema->fields_count; i++)
        fprintf(out, "    %s,\n", constant("S", schema->structs[schema->fields[i].owner], ""));
    fputs("};\n", out);
}

/* The rows and sizes of one override, as arrays of their own. */
static void write_override_rows(const struct schema *schema, const struct version *version,
    unsigned index, FILE *out, const char *tag)
{
    const struct override *override = &version->overrides[index];
    const struct row *rows = &version->rows[override->rows];
    const struct row *sizes = &version->size_rows[override->sizes];

    if (override->rows_count)
        fprintf(out, "static const struct sw_table_row rows_%s_%u[] = {\n", tag, index);
    for (unsigned r = 0; r < override->rows_count; r++) {
        fprintf(out, "    {%s, ", field_constant(schema, rows[r].id));
        write_place(out, &rows[r].place);
        fputs("},\n", out);
    }
    if (override->rows_count)
        fputs("};\n", out);
    if (override->sizes_count)
        fprintf(out, "static const struct sw_table_size sizes_%s_%u[] = {\n", tag, index);
    for (unsigned r = 0; r < override->sizes_count; r++) {
        fprintf(out, "    {%s, ", constant("S", schema->structs[sizes[r].id], ""));
        write_size(out, &sizes[r].place);
        fputs("},\n", out);
    }
    if (override->sizes_count)
        fputs("};\n", out);
}

static void write_override(
    const struct override *override, unsigned index, FILE *out, const char *tag)
{
    char rows[64] = "NULL";
    char sizes[64] = "NULL";
    char machine[40] = "NULL";

    if (override->rows_count)
        snprintf(rows, sizeof(rows), "rows_%s_%u", tag, index);
    if (override->sizes_count)
        snprintf(sizes, sizeof(sizes), "sizes_%s_%u", tag, index);
    if (override->machine[0])
        snprintf(machine, sizeof(machine), "\"%s\"", override->machine);
    fprintf(out, "    {%s, %u, %u, %s, %s, %u, %s, %u},\n",
        override->when[0] ? override->when : "0", override->micro_first, override->micro_last,
        machine, rows, override->rows_count, sizes, override->sizes_count);
}

static void write_overrides(
    const struct schema *schema, const struct version *version, FILE *out, const char *tag)
{
    if (!version->overrides_count)
        return;
    for (unsigned i = 0; i < version->overrides_count; i++)
        write_override_rows(schema, version, i, out, tag);
    fprintf(out, "static const struct sw_table_override overrides_%s[] = {\n", tag);
    for (unsigned i = 0; i < version->overrides_count; i++)
        write_override(&version->overrides[i], i, out, tag);
    fputs("};\n", out);
}

static void write_base(
    const struct schema *schema, const struct version *version, FILE *out, const char *tag)
{
    fprintf(out, "\nstatic const struct sw_field fields_%s[SW_F_COUNT] = {\n", tag);
    for (unsigned i = 0; i < schema->fields_count; i++) {
        fprintf(out, "    [%s] = ", field_constant(schema, i));
        write_place(out, &version->fields[i]);
        fputs(",\n", out);
    }
    fprintf(out, "};\nstatic const uint32_t sizes_%s[SW_S_COUNT] = {\n", tag);
    for (unsigned i = 0; i < schema->structs_count; i++) {
        fprintf(out, "    [%s] = ", constant("S", schema->structs[i], ""));
        write_size(out, &version->sizes[i]);
        fputs(",\n", out);
    }
    fputs("};\n", out);
}

static void write_version_entry(
    const struct schema *schema, const struct version *version, FILE *out, const char *tag)
{
    fprintf(out, "    {%u, %u, fields_%s, sizes_%s,\n     {\n", version->major, version->minor, tag,
        tag);
    for (unsigned i = 0; i < schema->traits_count; i++) {
        const struct trait *trait = &schema->traits[i];

        fprintf(out, "         .%s = %s,\n", trait->name,
            constant("", trait->name, trait->values[version->traits[i]]));
    }
    if (version->overrides_count)
        fprintf(out, "     },\n     overrides_%s, %u},\n", tag, version->overrides_count);
    else
        fputs("     },\n     NULL, 0},\n", out);
}

static void write_debug_offsets(
    const struct schema *schema, const struct debug_offsets *tables, unsigned count, FILE *out)
{
    for (unsigned t = 0; t < count; t++) {
        fprintf(out, "\nstatic const struct sw_table_word words_%u_%u[] = {\n", tables[t].major,
            tables[t].minor);
        for (unsigned i = 0; i < tables[t].words_count; i++) {
            const struct word *word = &tables[t].words[i];

            fprintf(out, "    {%s, %s, %d, %s, %u, %u},\n",
                word->is_size ? "SW_WORD_SIZE" : "SW_WORD_FIELD",
                word->free_threaded ? "true" : "false", word->sign,
                word->is_size ? constant("S", schema->structs[word->id], "")
                              : field_constant(schema, word->id),
                word->position, word->second);
        }
        fputs("};\n", out);
    }
    fputs("\nconst struct sw_table_debug_offsets sw_table_debug_offsets[] = {\n", out);
    for (unsigned t = 0; t < count; t++)
        fprintf(out, "    {%u, %u, %u, words_%u_%u, %u},\n", tables[t].major, tables[t].minor,
            tables[t].size, tables[t].major, tables[t].minor, tables[t].words_count);
    fprintf(out, "};\nconst size_t sw_table_debug_offsets_count = %u;\n", count);
}

void write_table(const struct schema *schema, const struct version *versions, unsigned count,
    const struct debug_offsets *tables, unsigned tables_count, FILE *out)
{
    char tag[32];

    fputs(banner, out);
    fputs("#include \"layout/table.h\"\n", out);
    write_names(schema, out);
    for (unsigned i = 0; i < count; i++) {
        snprintf(tag, sizeof(tag), "%u_%u", versions[i].major, versions[i].minor);
        write_base(schema, &versions[i], out, tag);
        write_overrides(schema, &versions[i], out, tag);
    }
    fputs("\nconst struct sw_table_version sw_table_versions[] = {\n", out);
    for (unsigned i = 0; i < count; i++) {
        snprintf(tag, sizeof(tag), "%u_%u", versions[i].major, versions[i].minor);
        write_version_entry(schema, &versions[i], out, tag);
    }
    fprintf(out, "};\nconst size_t sw_table_versions_count = %u;\n", count);
    write_debug_offsets(schema, tables, tables_count, out);
}
