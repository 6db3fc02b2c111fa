/* SPDX-License-Identifier: MIT */
#include "frame/plumbing.h"

#include <string.h>

/*
 * Names over all versions, in the order of Python's own folders; a '*' at the end stands for
 * anything. What tells something of the program is not among them: list_sort, type_new,
 * subtype_dealloc, import's functions, the collector.
 */
static const char *const names[] = {
    /* Objects/call.c, 3.6 to now; in Objects/abstract.c and Python/ceval.c before */
    "PyCFunction_Call",
    "PyCFunction_FastCallDict",
    "PyEval_CallFunction",
    "PyEval_CallMethod",
    "PyEval_CallObjectWithKeywords",
    "PyFunction_Vectorcall",
    "PyObject_Call",
    "PyObject_CallFunction",
    "PyObject_CallFunctionObjArgs",
    "PyObject_CallMethod",
    "PyObject_CallMethodObjArgs",
    "PyObject_CallNoArgs",
    "PyObject_CallObject",
    "PyObject_CallOneArg",
    "PyObject_Vectorcall",
    "PyObject_VectorcallDict",
    "PyObject_VectorcallMethod",
    "PyVectorcall_Call",
    "_PyCFunction_FastCallDict",
    "_PyCFunction_FastCallKeywords",
    "_PyFunction_FastCall",
    "_PyFunction_FastCallDict",
    "_PyFunction_FastCallKeywords",
    "_PyFunction_Vectorcall",
    "_PyMethodDef_RawFastCallDict",
    "_PyMethodDef_RawFastCallKeywords",
    "_PyMethodDescr_FastCallKeywords",
    "_PyMethodDescr_Vectorcall",
    "_PyObject_Call",
    "_PyObject_CallFunction*",
    "_PyObject_CallMethod*",
    "_PyObject_CallNoArg*",
    "_PyObject_Call_Prepend",
    "_PyObject_FastCall*",
    "_PyObject_MakeTpCall",
    "_PyObject_Vectorcall*",
    "_PyStack_AsDict",
    "_PyVectorcall_Call",
    "_Py_CheckFunctionResult",
    "_PyArg_UnpackKeywords",
    "callmethod",
    "object_vacall",
    /* Objects/classobject.c, descrobject.c, funcobject.c, methodobject.c, typeobject.c */
    "call_attribute",
    "call_method",
    "call_unbound*",
    "cfunction_call",
    "cfunction_call_varargs",
    "cfunction_vectorcall_*",
    "classmethoddescr_call",
    "function_call",
    "instancemethod_call",
    "lookup_maybe_method",
    "method_call",
    "method_vectorcall*",
    "methoddescr_call",
    "slot_tp_call",
    "slot_tp_init",
    "slot_tp_new",
    "tp_new_wrapper",
    "type_call",
    "type_vectorcall",
    "vectorcall_maybe",
    "vectorcall_method",
    "vectorcall_unbound",
    "wrap_call",
    "wrap_init",
    "wrapper_call",
    "wrapperdescr_call",
    "wrapperdescr_raw_call",
    /* Objects/genobject.c */
    "_PyGen_Send",
    "PyGen_Send",
    "PyIter_Send",
    "gen_iternext",
    "gen_send",
    "gen_send_ex",
    "gen_send_ex2",
    /* Python/ceval.c */
    "PyEval_EvalCode",
    "PyEval_EvalCodeEx",
    "PyEval_EvalFrame",
    "PyEval_EvalFrameEx",
    "_PyEval_EvalCode",
    "_PyEval_EvalCodeWithName",
    "_PyEval_EvalFrame",
    "_PyEval_Vector",
    "call_function",
    "call_instrumentation_vector",
    "do_call",
    "do_call_core",
    "ext_do_call",
    "fast_function",
    "function_code_fastcall",
    "trampoline_call",
    /* Python/perf_trampoline.c; the trampolines themselves have the names that perf knows them by
     */
    "py_trampoline_evaluator",
    "py::*",
    /* Python/pythonrun.c, Modules/main.c, Programs/python.c */
    "PyRun_*",
    "Py_BytesMain",
    "Py_Main",
    "Py_RunMain",
    "_PyRun_*",
    "pymain_*",
    "pyrun_*",
    "run_eval_code_obj",
    "run_file",
    "run_mod",
    /* Modules/_threadmodule.c, Python/thread_pthread.h */
    "pythread_wrapper",
    "t_bootstrap",
    "thread_run",
};

size_t sw_function_name_length(const char *name)
{
    return strcspn(name, ".");
}

static bool matches(const char *pattern, const char *name, size_t len)
{
    size_t pattern_len = strlen(pattern);

    if (pattern[pattern_len - 1] == '*')
        return len >= pattern_len - 1 && memcmp(pattern, name, pattern_len - 1) == 0;
    return len == pattern_len && memcmp(pattern, name, len) == 0;
}

bool sw_function_is_plumbing(const char *name)
{
    size_t len = sw_function_name_length(name);

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (matches(names[i], name, len))
            return true;
    return false;
}

bool sw_function_is_part_of(const char *name, const char *function)
{
    return matches(function, name, sw_function_name_length(name));
}

bool sw_function_is_handler(const char *name)
{
    return matches("_TAIL_CALL_*", name, strlen(name));
}
