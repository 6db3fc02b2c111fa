/* SPDX-License-Identifier: MIT */
#include "layout/layout.h"

#include <string.h>

#include "base/status.h"
#include "layout/table.h"

static const struct sw_table_version *find_version(unsigned major, unsigned minor)
{
    for (size_t i = 0; i < sw_table_versions_count; i++) {
        const struct sw_table_version *version = &sw_table_versions[i];

        if (version->major == major && version->minor == minor)
            return version;
    }
    return NULL;
}

bool sw_layout_has_version(unsigned major, unsigned minor)
{
    return find_version(major, minor) != NULL;
}

/* i386 is the one ABI that aligns 8-byte integers to 4; an unknown machine with 4-byte pointers is
   most likely that one. x86_64 here is its x32 ABI. */
static unsigned abi_of(const struct sw_flavour *flavour)
{
    const char *machine = flavour->machine;

    if (flavour->pointer_size != 4)
        return 0;
    if (machine[0] == '\0' || strncmp(machine, "i386", sizeof(flavour->machine)) == 0)
        return SW_WHEN_ABI_I386;
    return SW_WHEN_ABI_ARMHF;
}

static unsigned properties(const struct sw_flavour *flavour)
{
    return (flavour->debug ? SW_WHEN_DEBUG : 0U) |
           (flavour->free_threaded ? SW_WHEN_FREE_THREADED : 0U) |
           (flavour->trace_refs ? SW_WHEN_TRACE_REFS : 0U) |
           (flavour->big_endian ? SW_WHEN_BIG_ENDIAN : 0U) | abi_of(flavour);
}

static bool applies(const struct sw_table_override *override, const struct sw_flavour *flavour)
{
    unsigned micro = (flavour->hexversion >> 8) & 0xff;

    if ((override->when & properties(flavour)) != override->when)
        return false;
    if (micro < override->micro_first || micro > override->micro_last)
        return false;
    return !override->machine ||
           strncmp(override->machine, flavour->machine, sizeof(flavour->machine)) == 0;
}

static void apply(const struct sw_table_override *override, struct sw_layout *layout)
{
    for (size_t i = 0; i < override->rows_count; i++)
        layout->fields[override->rows[i].field] = override->rows[i].value;
    for (size_t i = 0; i < override->sizes_count; i++)
        layout->sizes[override->sizes[i].id] = override->sizes[i].size;
}

int sw_layout_from_table(
    const struct sw_flavour *flavour, struct sw_error *reterr, struct sw_layout *ret_layout)
{
    unsigned major = flavour->hexversion >> 24;
    unsigned minor = (flavour->hexversion >> 16) & 0xff;
    const struct sw_table_version *version = find_version(major, minor);

    if (!version)
        return sw_fail(
            reterr, SW_E_UNSUPPORTED, 0, "", "no layout for CPython %u.%u", major, minor);
    if (flavour->pointer_size != 4 && flavour->pointer_size != 8)
        return sw_fail(reterr, SW_E_UNSUPPORTED, 0, "", "no layout for %u-byte pointers",
            flavour->pointer_size);
    memset(ret_layout, 0, sizeof(*ret_layout));
    ret_layout->flavour = *flavour;
    ret_layout->traits = version->traits;
    if (flavour->debug && version->traits.debug_objects == SW_DEBUG_OBJECTS_TRACE_REFS)
        ret_layout->flavour.trace_refs = true;
    memcpy(ret_layout->fields, version->fields, sizeof(ret_layout->fields));
    memcpy(ret_layout->sizes, version->sizes, sizeof(ret_layout->sizes));
    for (size_t i = 0; i < version->overrides_count; i++) {
        if (applies(&version->overrides[i], &ret_layout->flavour))
            apply(&version->overrides[i], ret_layout);
    }
    return 0;
}

const char *sw_field_name(enum sw_field_id field)
{
    return (unsigned)field < SW_F_COUNT ? sw_table_field_names[field] : "";
}

const char *sw_struct_name(enum sw_struct_id id)
{
    return (unsigned)id < SW_S_COUNT ? sw_table_struct_names[id] : "";
}

enum sw_struct_id sw_field_struct(enum sw_field_id field)
{
    return (enum sw_struct_id)sw_table_field_structs[field];
}
