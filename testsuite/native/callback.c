/* SPDX-License-Identifier: MIT */
/*
 * An extension whose C function calls a Python function: sw_extension_call() is what Python calls,
 * sw_extension_inner() calls back. One build serves every Python: the two functions and the struct
 * that it needs have been the same in all of them, so no headers are included. It is loaded by
 * ctypes.PyDLL, for the struct of a module is not the same in all builds.
 */
#include <stddef.h>

struct method_def { /* PyMethodDef */
    const char *name;
    void *(*function)(void *self, void *argument);
    int flags;
    const char *doc;
};

enum { ONE_ARGUMENT = 0x8 }; /* METH_O */

void *PyObject_CallObject(void *callable, void *args);
void *PyCFunction_NewEx(struct method_def *definition, void *self, void *module);

void *sw_extension_inner(void *function);
void *sw_extension_call(void *self, void *function);
void *sw_extension_new(void);

static volatile unsigned calls; /* written behind each call: none of them is a jump */

__attribute__((noinline)) void *sw_extension_inner(void *function)
{
    void *result = PyObject_CallObject(function, NULL);

    calls++;
    return result;
}

__attribute__((noinline)) void *sw_extension_call(void *self, void *function)
{
    void *result = sw_extension_inner(function);

    (void)self;
    calls++;
    return result;
}

/* A new builtin function; its self is no object, as for functions of a module in C. */
void *sw_extension_new(void)
{
    static struct method_def definition = {
        "sw_extension", sw_extension_call, ONE_ARGUMENT, "Call a function from C."};

    return PyCFunction_NewEx(&definition, NULL, NULL);
}
