/* SPDX-License-Identifier: MIT */
/*
 * Compiled by layout-probe against the headers of one CPython, with full type information: its
 * DWARF then has the layout of an interpreter for which no binary can be had. Nothing here is ever
 * run.
 */
#define Py_BUILD_CORE 1
#include "Python.h"

#include "frameobject.h"
#include "structmember.h"
#if PY_VERSION_HEX < 0x03000000
#include "longintrepr.h"
#endif

#if PY_VERSION_HEX < 0x03080000 && __has_include("internal/pystate.h")
#include "internal/pystate.h"
#endif
#if __has_include("pycore_pystate.h")
#include "pycore_pystate.h"
#endif
#if __has_include("pycore_interp.h")
#include "pycore_interp.h"
#endif
#if __has_include("pycore_runtime.h")
#include "pycore_runtime.h"
#endif
#if __has_include("pycore_frame.h")
#include "pycore_frame.h"
#endif
#if __has_include("pycore_interpframe.h")
#include "pycore_interpframe.h"
#endif
#if __has_include("pycore_genobject.h")
#include "pycore_genobject.h"
#endif
#if __has_include("pycore_code.h")
#include "pycore_code.h"
#endif
#if __has_include("pycore_dict.h")
#include "pycore_dict.h"
#endif
#if __has_include("pycore_moduleobject.h")
#include "pycore_moduleobject.h"
#endif
#if __has_include("pycore_long.h")
#include "pycore_long.h"
#endif

/*
 * Structs that these versions declare in .c files. Written down by hand, in pointers and integers
 * only; layout-check compares them with real builds where there are any.
 */
#if PY_VERSION_HEX < 0x03000000
typedef struct {
    PyObject_HEAD PyObject *md_dict;
} PyModuleObject; /* Objects/moduleobject.c */
#elif !__has_include("pycore_moduleobject.h")
typedef struct {
    PyObject_HEAD PyObject *md_dict;
    struct PyModuleDef *md_def;
    void *md_state;
    PyObject *md_weaklist;
    PyObject *md_name;
} PyModuleObject; /* Objects/moduleobject.c */
#endif

#if PY_VERSION_HEX < 0x03070000
struct gc_generation {
    PyGC_Head head;
    int threshold;
    int count;
};                                              /* Modules/gcmodule.c */
struct gc_generation *layout_probe_generations; /* clang drops types that nothing has */
#endif

#if PY_VERSION_HEX >= 0x03060000 && PY_VERSION_HEX < 0x030b0000
struct _dictkeysobject {
    Py_ssize_t dk_refcnt;
    Py_ssize_t dk_size;
    void *dk_lookup;
    Py_ssize_t dk_usable;
    Py_ssize_t dk_nentries;
    char dk_indices[];
}; /* Objects/dict-common.h */
#endif
