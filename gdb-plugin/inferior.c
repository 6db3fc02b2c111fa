/* SPDX-License-Identifier: MIT */
#include "inferior.h"

#include <stdio.h>
#include <string.h>

#include "gdb.h"

/* Inferior.connection came with gdb 11; `info connections` and several targets at a time with 10.
 */
static enum sw_target_kind kind_of(PyObject *inferior)
{
    PyObject *connection = PyObject_GetAttrString(inferior, "connection");
    PyObject *text = NULL;
    char type[64] = "";
    const char *line;

    if (connection && connection != Py_None)
        sw_gdb_take_string(PyObject_GetAttrString(connection, "type"), type, sizeof(type));
    PyErr_Clear();
    if (!connection && (text = sw_gdb_execute("info connections")) != NULL) {
        /* "* 1    native  Native process": the star is the selected inferior's. */
        line = strstr(PyBytes_AsString(text), "\n*");
        if (!line || sscanf(line, "\n* %*d %63s", type) != 1)
            type[0] = '\0';
    }
    PyErr_Clear();
    Py_XDECREF(text);
    Py_XDECREF(connection);
    if (strcmp(type, "core") == 0)
        return SW_TARGET_CORE;
    return strcmp(type, "native") == 0 || !type[0] ? SW_TARGET_LIVE : SW_TARGET_REMOTE;
}

/* gdb's names for architectures begin with these. */
static void set_machine(const char *architecture, struct sw_target_info *info)
{
    static const struct {
        const char *prefix, *machine;
        uint8_t pointer_size; /* 0: of more than one size */
    } names[] = {
        {"i386:x86-64", "x86_64", 8},
        {"i386:x64-32", "x86_64", 4},
        {"i386", "i386", 4},
        {"aarch64:ilp32", "aarch64", 4},
        {"aarch64", "aarch64", 8},
        {"arm", "arm", 4},
        {"iwmmxt", "arm", 4},
        {"s390:64-bit", "s390x", 8},
        {"s390", "s390", 4},
        {"riscv:rv32", "riscv32", 4},
        {"riscv", "riscv64", 8},
        {"powerpc:common64", "powerpc64", 8},
        {"powerpc", "powerpc", 4},
        {"mips", "mips", 0},
        {"Loongarch64", "loongarch64", 8},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !info->machine[0]; i++)
        if (strncmp(architecture, names[i].prefix, strlen(names[i].prefix)) == 0) {
            snprintf(info->machine, sizeof(info->machine), "%s", names[i].machine);
            info->pointer_size = names[i].pointer_size;
        }
}

/*
 * Byte order, and the size of a pointer where the architecture's name does not tell, without asking
 * for a type by name (which can read all the debug information): a Python int becomes a `long` of
 * the target, on 32 bits a `long long`, and the bytes 01 00 00 ... are 1 in little endian.
 */
static int describe_abi(struct sw_target_info *info)
{
    PyObject *value = PyObject_CallMethod(sw_gdb.module, "Value", "i", 1);
    PyObject *type = value ? PyObject_GetAttrString(value, "type") : NULL;
    int64_t size = type ? sw_gdb_int_attr(type, "sizeof", 8) : 0;
    PyObject *one = type ? PyBytes_FromStringAndSize("\1\0\0\0\0\0\0\0", size == 4 ? 4 : 8) : NULL;
    PyObject *decoded = one ? PyObject_CallMethod(sw_gdb.module, "Value", "OO", one, type) : NULL;
    PyObject *number = decoded ? PyNumber_Long(decoded) : NULL;

    if (number) {
        if (!info->pointer_size)
            info->pointer_size = size == 4 ? 4 : 8;
        info->big_endian = PyLong_AsUnsignedLongLongMask(number) != 1;
    }
    Py_XDECREF(value);
    Py_XDECREF(type);
    Py_XDECREF(one);
    Py_XDECREF(decoded);
    Py_XDECREF(number);
    return number ? 0 : -1;
}

int sw_gdb_inferior_describe(PyObject *inferior, struct sw_target_info *ret_info)
{
    struct sw_target_info info = {.size = sizeof(info)};
    PyObject *architecture = PyObject_CallMethod(inferior, "architecture", NULL);
    char name[64] = "";

    if (architecture)
        sw_gdb_take_string(PyObject_CallMethod(architecture, "name", NULL), name, sizeof(name));
    PyErr_Clear();
    Py_XDECREF(architecture);
    set_machine(name, &info);
    info.kind = kind_of(inferior);
    info.pid = sw_gdb_int_attr(inferior, "pid", 0);
    if (describe_abi(&info) < 0)
        return -1;
    *ret_info = info;
    return 0;
}
