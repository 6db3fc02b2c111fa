/* SPDX-License-Identifier: MIT */
/*
 * layout-extract [-d DEBUGDIR] fields.txt ELF...
 *
 * Prints the base section of a layout file: every row of fields.txt, found in the DWARF of the
 * given files (an interpreter or libpython, or an object file made by layout-probe). Detached debug
 * files are followed through build id and .gnu_debuglink, below DEBUGDIR as well. A row that no
 * file has is `absent`. Exit status 77 when there is no DWARF at all, so that a test can skip.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "layout-gen.h"

/* Typedef chains and anonymous members are nested a few deep at most. */
enum { MAX_NESTING = 16 };

/* One C type name of the schema and the DIE that has its members. */
struct type {
    char name[NAME_SIZE];
    bool found;
    Dwarf_Die die;
};

static struct schema schema;
static struct type types[2 * MAX_STRUCTS];
static unsigned types_count;
static bool big_endian;

static struct type *find_type(const char *name)
{
    for (unsigned i = 0; i < types_count; i++) {
        if (strcmp(types[i].name, name) == 0)
            return &types[i];
    }
    return NULL;
}

static void want_type(const char *name, size_t len)
{
    char copy[NAME_SIZE];

    if (len >= NAME_SIZE || types_count == 2 * MAX_STRUCTS) {
        fprintf(stderr, "layout-extract: too many types\n");
        exit(2);
    }
    snprintf(copy, sizeof(copy), "%.*s", (int)len, name);
    if (!find_type(copy))
        memcpy(types[types_count++].name, copy, sizeof(copy));
}

/* The names after [struct], and the TYPE of each path TYPE::member. */
static void want_all_types(void)
{
    for (unsigned i = 0; i < schema.structs_count; i++) {
        const char *name = schema.types[i];

        for (size_t len; (len = strcspn(name, " ")) != 0; name += len + (name[len] == ' '))
            want_type(name, len);
    }
    for (unsigned i = 0; i < schema.fields_count; i++) {
        const char *path = schema.fields[i].paths;

        for (size_t len; (len = strcspn(path, " ")) != 0; path += len + (path[len] == ' ')) {
            const char *colons = strstr(path, "::");

            if (colons && colons < path + len)
                want_type(path, (size_t)(colons - path));
        }
    }
}

/* Follow typedefs and qualifiers to the type itself. */
static bool peel(Dwarf_Die *die)
{
    for (unsigned i = 0; i < MAX_NESTING; i++) {
        Dwarf_Attribute attribute;
        Dwarf_Die next;

        switch (dwarf_tag(die)) {
        case DW_TAG_typedef:
        case DW_TAG_const_type:
        case DW_TAG_volatile_type:
        case DW_TAG_atomic_type:
            if (!dwarf_attr_integrate(die, DW_AT_type, &attribute) ||
                !dwarf_formref_die(&attribute, &next))
                return false;
            *die = next;
            break;
        default:
            return true;
        }
    }
    return false;
}

static bool is_complete_struct(Dwarf_Die *die)
{
    int tag = dwarf_tag(die);

    return (tag == DW_TAG_structure_type || tag == DW_TAG_union_type) &&
           !dwarf_hasattr(die, DW_AT_declaration);
}

static void visit_unit(Dwarf_Die *unit)
{
    Dwarf_Die die;

    if (dwarf_child(unit, &die) != 0)
        return;
    do {
        int tag = dwarf_tag(&die);
        const char *name;
        struct type *type;
        Dwarf_Die target = die;

        if (tag != DW_TAG_structure_type && tag != DW_TAG_typedef)
            continue;
        name = dwarf_diename(&die);
        type = name ? find_type(name) : NULL;
        if (type && !type->found && peel(&target) && is_complete_struct(&target)) {
            type->found = true;
            type->die = target;
        }
    } while (dwarf_siblingof(&die, &die) == 0);
}

static bool attribute_number(Dwarf_Die *die, unsigned name, uint64_t *ret_value)
{
    Dwarf_Attribute attribute;
    Dwarf_Word value;

    if (!dwarf_attr_integrate(die, name, &attribute) || dwarf_formudata(&attribute, &value) != 0)
        return false;
    *ret_value = value;
    return true;
}

/* Size of a type in bytes; 0 for a flexible array. */
static unsigned type_size(Dwarf_Die *die)
{
    Dwarf_Word size = 0;

    return dwarf_aggregate_size(die, &size) == 0 ? (unsigned)size : 0;
}

/*
 * Place of a bit field: the unit of its declared type, naturally aligned, so that one aligned read
 * gets it. DW_AT_bit_offset (DWARF 2 to 4, gcc 10) counts from the most significant bit of the
 * storage, the newer DW_AT_data_bit_offset in memory order.
 */
static void place_bits(Dwarf_Die *member, unsigned size, struct place *place)
{
    uint64_t start = 0;
    uint64_t value = 0;
    uint64_t bits = 0;
    unsigned unit = 8 * size;

    attribute_number(member, DW_AT_bit_size, &bits);
    if (attribute_number(member, DW_AT_data_bit_offset, &value)) {
        start = value;
    } else if (attribute_number(member, DW_AT_bit_offset, &value)) {
        uint64_t storage = size;

        attribute_number(member, DW_AT_byte_size, &storage);
        attribute_number(member, DW_AT_data_member_location, &start);
        start = 8 * start + (big_endian ? value : 8 * storage - value - bits);
    } else if (attribute_number(member, DW_AT_data_member_location, &value)) {
        start = 8 * value;
    }
    start += 8 * (uint64_t)place->offset;
    place->bits = (unsigned)bits;
    place->offset = (unsigned)(start / unit) * size;
    place->bit = (unsigned)(start % unit);
    if (big_endian)
        place->bit = unit - place->bit - place->bits;
}

/* Find a member by name, looking into anonymous structs and unions; adds its offset to *offset. */
static bool find_member(Dwarf_Die *parent, const char *name, size_t len, unsigned depth,
    unsigned *offset, Dwarf_Die *ret_member)
{
    Dwarf_Die die;

    if (depth == MAX_NESTING || dwarf_child(parent, &die) != 0)
        return false;
    do {
        const char *found = dwarf_diename(&die);
        uint64_t location = 0;
        Dwarf_Attribute attribute;
        Dwarf_Die type;

        if (dwarf_tag(&die) != DW_TAG_member)
            continue;
        attribute_number(&die, DW_AT_data_member_location, &location);
        if (found && strlen(found) == len && strncmp(found, name, len) == 0) {
            if (!dwarf_hasattr(&die, DW_AT_bit_size))
                *offset += (unsigned)location;
            *ret_member = die;
            return true;
        }
        if (!found && dwarf_attr_integrate(&die, DW_AT_type, &attribute) &&
            dwarf_formref_die(&attribute, &type) && peel(&type)) {
            unsigned inner = *offset + (unsigned)location;

            if (find_member(&type, name, len, depth + 1, &inner, ret_member)) {
                *offset = inner;
                return true;
            }
        }
    } while (dwarf_siblingof(&die, &die) == 0);
    return false;
}

/* Follow a path such as "ceval.gil.last_holder" in a struct. */
static bool find_path(Dwarf_Die *top, const char *path, size_t len, struct place *place)
{
    Dwarf_Die die = *top;
    Dwarf_Die member;
    unsigned size;

    memset(place, 0, sizeof(*place));
    for (;;) {
        size_t part = strcspn(path, ". ");
        Dwarf_Attribute attribute;

        if (!find_member(&die, path, part, 0, &place->offset, &member) ||
            !dwarf_attr_integrate(&member, DW_AT_type, &attribute) ||
            !dwarf_formref_die(&attribute, &die) || !peel(&die))
            return false;
        if (part >= len)
            break;
        path += part + 1;
        len -= part + 1;
    }
    size = type_size(&die);
    if (dwarf_hasattr(&member, DW_AT_bit_size))
        place_bits(&member, size, place);
    place->width = size;
    return true;
}

/* The place of a field, by the first of its paths that its type has; *ret_path is that path. */
static bool find_row(
    const struct field *field, struct type *owner, struct place *ret_place, const char **ret_path)
{
    const char *path = field->paths;

    for (size_t len; (len = strcspn(path, " ")) != 0; path += len + (path[len] == ' ')) {
        const char *colons = strstr(path, "::");
        struct type *type = owner;
        char name[NAME_SIZE];
        size_t skip = 0;

        if (colons && colons < path + len) {
            skip = (size_t)(colons - path) + 2;
            snprintf(name, sizeof(name), "%.*s", (int)(colons - path), path);
            type = find_type(name);
        }
        if (type && type->found && find_path(&type->die, path + skip, len - skip, ret_place) &&
            (field->kind != KIND_BITS || ret_place->bits)) {
            *ret_path = path;
            return true;
        }
    }
    return false;
}

static void print_row(const struct field *field, struct type *owner)
{
    struct place place;
    const char *path;

    if (!find_row(field, owner, &place, &path)) {
        printf("%s = absent\n", field->name);
        return;
    }
    printf("%s = %u", field->name, place.offset);
    if (field->kind != KIND_AT)
        printf(" :%u", place.width);
    if (field->kind == KIND_BITS)
        printf(" bit %u bits %u", place.bit, place.bits);
    printf(" %.*s\n", (int)strcspn(path, " "), path);
}

/* The first C type of a struct that the DWARF has, NULL when it has none. */
static struct type *struct_type(unsigned id)
{
    const char *name = schema.types[id];

    for (size_t len; (len = strcspn(name, " ")) != 0; name += len + (name[len] == ' ')) {
        char copy[NAME_SIZE];
        struct type *type;

        snprintf(copy, sizeof(copy), "%.*s", (int)len, name);
        type = find_type(copy);
        if (type && type->found)
            return type;
    }
    return NULL;
}

/* The size of a struct; of one whose types end with `...`, the end of its last field. */
static unsigned struct_size(unsigned id, struct type *type)
{
    const char *dots = strstr(schema.types[id], "...");
    unsigned end = 0;

    if (!dots)
        return type_size(&type->die);
    for (unsigned i = 0; i < schema.fields_count; i++) {
        const struct field *field = &schema.fields[i];
        struct place place;
        const char *path;

        if (field->owner == id && find_row(field, type, &place, &path)) {
            unsigned width = field->kind == KIND_AT ? 0 : place.width;

            end = place.offset + width > end ? place.offset + width : end;
        }
    }
    return end;
}

static void print_section(void)
{
    for (unsigned i = 0; i < schema.structs_count; i++) {
        struct type *type = struct_type(i);

        if (type)
            printf("\n[%s] size %u %s\n", schema.structs[i], struct_size(i, type), type->name);
        else
            printf("\n[%s] absent\n", schema.structs[i]);
        for (unsigned f = 0; f < schema.fields_count; f++) {
            if (schema.fields[f].owner == i)
                print_row(&schema.fields[f], type);
        }
    }
}

static const char *machine_name(unsigned machine)
{
    switch (machine) {
    case EM_X86_64:
        return "x86_64";
    case EM_386:
        return "i386";
    case EM_AARCH64:
        return "aarch64";
    case EM_ARM:
        return "arm";
    case EM_S390:
        return "s390x";
    case EM_RISCV:
        return "riscv64";
    case EM_PPC64:
        return "ppc64";
    default:
        return "unknown";
    }
}

/* What the file itself tells of its flavour; Py_DEBUG leaves no trace that all versions share. */
static void print_flavour(Elf *elf)
{
    struct type *object = find_type("PyObject");
    struct place place;
    GElf_Ehdr header;
    bool is_64 = gelf_getclass(elf) == ELFCLASS64;

    if (!gelf_getehdr(elf, &header))
        return;
    big_endian = header.e_ident[EI_DATA] == ELFDATA2MSB;
    printf("# flavour: machine=%s pointer_size=%d%s", machine_name(header.e_machine), is_64 ? 8 : 4,
        big_endian ? " big_endian" : "");
    if (object && object->found && find_path(&object->die, "ob_tid", 6, &place))
        printf(" free_threaded");
    if (object && object->found && find_path(&object->die, "_ob_next", 8, &place))
        printf(" trace_refs");
    printf("\n");
}

/* Collects the wanted types of one file. */
static Elf *collect(Dwfl *dwfl, const char *path, bool *found_dwarf)
{
    Dwfl_Module *module = dwfl_report_offline(dwfl, path, path, -1);
    Dwarf_Die *unit = NULL;
    Dwarf_Addr bias;
    Elf *elf;

    if (!module) {
        fprintf(stderr, "%s: %s\n", path, dwfl_errmsg(-1));
        exit(1);
    }
    elf = dwfl_module_getelf(module, &bias);
    while ((unit = dwfl_module_nextcu(module, unit, &bias)) != NULL)
        visit_unit(unit);
    if (dwfl_module_getdwarf(module, &bias))
        *found_dwarf = true;
    return elf;
}

int main(int argc, char **argv)
{
    static char *debug_path;
    static const Dwfl_Callbacks callbacks = {
        .find_elf = dwfl_build_id_find_elf,
        .find_debuginfo = dwfl_standard_find_debuginfo,
        .section_address = dwfl_offline_section_address,
        .debuginfo_path = &debug_path,
    };
    Dwfl *dwfl = dwfl_begin(&callbacks);
    Elf *elf = NULL;
    bool found_dwarf = false;
    int first = 1;

    if (argc > 3 && strcmp(argv[1], "-d") == 0) {
        static char path[4096];

        snprintf(path, sizeof(path), "-:.debug:%s:/usr/lib/debug", argv[2]);
        debug_path = path;
        first = 3;
    }
    if (argc < first + 2 || !dwfl) {
        fprintf(stderr, "usage: layout-extract [-d DEBUGDIR] fields.txt ELF...\n");
        return 2;
    }
    read_fields(&schema, argv[first]);
    if (complaints)
        return 1;
    want_all_types();
    for (int i = first + 1; i < argc; i++) {
        Elf *found = collect(dwfl, argv[i], &found_dwarf);

        elf = elf ? elf : found;
    }
    print_flavour(elf);
    if (!found_dwarf) {
        fprintf(stderr, "%s: no DWARF\n", argv[first + 1]);
        return 77;
    }
    print_section();
    fflush(stdout);
    /* Ending the process frees it faster than dwfl_end() does. */
    _exit(ferror(stdout) ? 1 : 0);
}
