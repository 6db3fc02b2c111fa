/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "gdb.h"
#include "target_ops.h"

/* ---------------------------------------------------------------- auxiliary vector */

static int load_auxv(struct sw_gdb_target *target)
{
    PyObject *text = sw_gdb_execute("info auxv");
    const char *listing = text ? PyBytes_AsString(text) : NULL;

    if (listing) {
        target->auxv_count = sw_gdb_listing_auxv(listing, target->auxv, MAX_AUXV);
        target->has_auxv = target->auxv_count > 0;
    }
    Py_XDECREF(text);
    return listing ? 0 : sw_gdb_target_failure(target, SW_E_NOT_FOUND);
}

int sw_gdb_target_auxv(void *ctx, uint64_t type, uint64_t *ret_value)
{
    struct sw_gdb_target *target = ctx;

    if (target->stopped)
        return SW_E_STOPPED;
    if (!target->has_auxv) {
        int status = load_auxv(target);

        if (status < 0)
            return status;
    }
    for (size_t i = 0; i < target->auxv_count; i++)
        if (target->auxv[i].type == type) {
            *ret_value = target->auxv[i].value;
            return 0;
        }
    return SW_E_NOT_FOUND;
}

/* ---------------------------------------------------------------- symbols and sections */

/* gdb has no look-up of minimal symbols for Python, so an expression it is. That can read debug
   information for a second, which is why the library asks only when all else failed. */
int sw_gdb_target_symbol(void *ctx, const char *name, unsigned index, sw_addr *ret_addr)
{
    struct sw_gdb_target *target = ctx;
    char expression[MAX_COMMAND];

    if (target->stopped)
        return SW_E_STOPPED;
    if (index > 0)
        return SW_E_NOT_FOUND;
    snprintf(expression, sizeof(expression), "&%s", name);
    return sw_gdb_target_number(
        target, PyObject_CallMethod(sw_gdb.module, "parse_and_eval", "s", expression), ret_addr);
}

int sw_gdb_target_function(void *ctx, sw_addr pc, char *buf, size_t size)
{
    struct sw_gdb_target *target = ctx;
    char address[32], command[MAX_COMMAND];
    PyObject *text;
    bool found;

    if (target->stopped)
        return SW_E_STOPPED;
    snprintf(address, sizeof(address), "0x%llx", (unsigned long long)pc);
    snprintf(command, sizeof(command), "info symbol %s", address);
    text = sw_gdb_execute(command);
    if (!text)
        return sw_gdb_target_failure(target, SW_E_NOT_FOUND);
    found = sw_gdb_listing_function(PyBytes_AsString(text), address, buf, size);
    Py_DECREF(text);
    return found ? 0 : SW_E_NOT_FOUND;
}

/* Fill in target->sections with those that a listing of gdb has. */
static int list_sections(struct sw_gdb_target *target, const char *command, const char *name)
{
    PyObject *text = sw_gdb_execute(command);
    const char *listing = text ? PyBytes_AsString(text) : NULL;

    if (listing)
        target->section_count =
            sw_gdb_listing_sections(listing, name, target->sections, MAX_SECTIONS);
    Py_XDECREF(text);
    return listing ? 0 : sw_gdb_target_failure(target, SW_E_NOT_FOUND);
}

/* gdb 10 takes "-all-objects" for the name of one more section and shows the executable only; there
   the word is ALLOBJ, and alone, for it does not go with names. Later ones find no such section. */
static int load_sections(struct sw_gdb_target *target, const char *name)
{
    char command[MAX_COMMAND];
    int status;

    snprintf(command, sizeof(command), "maint info sections -all-objects %s", name);
    status = list_sections(target, command, name);
    if (status == 0 && target->section_count == 0)
        status = list_sections(target, "maint info sections ALLOBJ", name);
    if (status == 0)
        snprintf(target->section_name, sizeof(target->section_name), "%s", name);
    return status;
}

int sw_gdb_target_section(
    void *ctx, const char *name, unsigned index, sw_addr *ret_addr, uint64_t *ret_size)
{
    struct sw_gdb_target *target = ctx;

    if (target->stopped)
        return SW_E_STOPPED;
    if (strcmp(target->section_name, name) != 0) {
        int status = load_sections(target, name);

        if (status < 0)
            return status;
    }
    if (index >= target->section_count)
        return SW_E_NOT_FOUND;
    *ret_addr = target->sections[index].addr;
    *ret_size = target->sections[index].size;
    return 0;
}

/* ---------------------------------------------------------------- files */

int sw_gdb_target_file_root(void *ctx, char *buf, size_t size)
{
    static const char *const prefixes[] = {"target:", "remote:"};
    struct sw_gdb_target *target = ctx;
    char sysroot[1024];
    const char *path = sysroot;

    sw_gdb_take_string(sw_gdb_parameter("sysroot"), sysroot, sizeof(sysroot));
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (strncmp(path, prefixes[i], strlen(prefixes[i])) == 0)
            path += strlen(prefixes[i]);
    /* "target:" alone: the files are on the other machine, and what has their names here is not
       them. */
    if (!*path && path != sysroot && target->info.kind == SW_TARGET_REMOTE)
        return SW_E_NOT_FOUND;
    snprintf(buf, size, "%s", strcmp(path, "/") == 0 ? "" : path);
    return 0;
}

int sw_gdb_target_core_file(void *ctx, char *buf, size_t size)
{
    struct sw_gdb_target *target = ctx;
    PyObject *text;
    bool found;

    if (target->stopped)
        return SW_E_STOPPED;
    text = sw_gdb_execute("info files");
    if (!text)
        return sw_gdb_target_failure(target, SW_E_NOT_FOUND);
    found = sw_gdb_listing_core(PyBytes_AsString(text), buf, size);
    Py_DECREF(text);
    return found ? 0 : SW_E_NOT_FOUND;
}
