/* SPDX-License-Identifier: MIT */
/*
 * module.c - `import _sidewinder` inside gdb.
 */
#include "python.h"

#include <sidewinder.h>

#include "command.h"
#include "filter.h"
#include "gdb.h"
#include "mi.h"
#include "printer.h"
#include "session.h"
#include "setting.h"
#include "unwinder.h"

static int set_up(PyObject *module)
{
    if (PyModule_AddStringConstant(module, "__version__", sw_version()) < 0)
        return -1;
    if (sw_gdb_open() < 0 || sw_gdb_session_connect() < 0)
        return -1;
    if (sw_gdb_setting_register() < 0 || sw_gdb_printer_register() < 0 ||
        sw_gdb_filter_register() < 0 || sw_gdb_mi_register() < 0)
        return -1;
    if (sw_gdb_unwinder_register() < 0)
        return -1;
    return sw_gdb_command_register();
}

PyMODINIT_FUNC PyInit__sidewinder(void);

PyMODINIT_FUNC PyInit__sidewinder(void)
{
    static PyModuleDef definition = {
        .m_base = PyModuleDef_HEAD_INIT,
        .m_name = "_sidewinder",
        .m_doc = "The Python inside the program that gdb debugs. Importing it adds the commands.",
        .m_size = -1,
    };
    PyObject *module = PyModule_Create(&definition);

    if (module && set_up(module) < 0) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}
