/* SPDX-License-Identifier: MIT */
#include "pytype.h"

#include "gdb.h"

enum {
    MAX_DEPTH = 8,    /* PyObject in PyVarObject in PyListObject; some more of an extension */
    MAX_NAMES = 4096, /* answers that are kept */
};

/* gdb's numbers of type codes differ between its versions. */
static struct {
    int64_t pointer, type_definition, structure;
} codes;

static PyObject *answers; /* dict: name of a pointer's target -> bool */

/* gdb asks us for every value that it prints: str that are made once, each time takes as long as
   what is asked for. */
static struct {
    PyObject *code, *target, *name;
} words;

int sw_gdb_pytype_open(void)
{
    words.code = PyUnicode_InternFromString("code");
    words.target = PyUnicode_InternFromString("target");
    words.name = PyUnicode_InternFromString("name");
    if (!words.code || !words.target || !words.name)
        return -1;
    codes.pointer = sw_gdb_int_attr(sw_gdb.module, "TYPE_CODE_PTR", -1);
    codes.type_definition = sw_gdb_int_attr(sw_gdb.module, "TYPE_CODE_TYPEDEF", -1);
    codes.structure = sw_gdb_int_attr(sw_gdb.module, "TYPE_CODE_STRUCT", -1);
    answers = PyDict_New();
    return answers ? 0 : -1;
}

void sw_gdb_pytype_forget(void)
{
    PyDict_Clear(answers);
}

static int64_t code_of(PyObject *type)
{
    PyObject *code = PyObject_GetAttr(type, words.code);
    long number = code ? PyLong_AsLong(code) : -2;

    Py_XDECREF(code);
    PyErr_Clear();
    return number;
}

/* What a type is behind its names. Takes the reference, NULL too. */
static PyObject *stripped(PyObject *type)
{
    PyObject *result = type;

    if (type && code_of(type) == codes.type_definition) {
        result = PyObject_CallMethod(type, "strip_typedefs", NULL);
        Py_DECREF(type);
    }
    return result;
}

PyObject *sw_gdb_pytype_target(PyObject *type)
{
    int64_t code = code_of(type);
    PyObject *pointer, *target = NULL;

    if (code == codes.pointer)
        return PyObject_CallMethodObjArgs(type, words.target, NULL);
    if (code != codes.type_definition)
        return NULL;
    pointer = PyObject_CallMethod(type, "strip_typedefs", NULL);
    if (pointer && code_of(pointer) == codes.pointer)
        target = PyObject_CallMethodObjArgs(pointer, words.target, NULL);
    Py_XDECREF(pointer);
    return target;
}

/* The same behind the names of both; NULL when it is no pointer. */
static PyObject *target_of(PyObject *type)
{
    return stripped(sw_gdb_pytype_target(type));
}

static bool has_name(PyObject *object, const char *name)
{
    PyObject *attr = PyObject_GetAttrString(object, "name");
    bool result =
        attr && PyUnicode_Check(attr) && PyUnicode_CompareWithASCIIString(attr, name) == 0;

    Py_XDECREF(attr);
    return result;
}

/* The type of the member called `name` in a list of gdb.Field, or NULL. */
static PyObject *member_type(PyObject *fields, const char *name)
{
    for (Py_ssize_t i = 0; i < PyList_Size(fields); i++)
        if (has_name(PyList_GetItem(fields, i), name))
            return PyObject_GetAttrString(PyList_GetItem(fields, i), "type");
    return NULL;
}

/* The type of a struct's first member, when that is a struct. */
static PyObject *first_struct(PyObject *fields)
{
    PyObject *type = NULL;

    if (PyList_Size(fields) > 0)
        type = stripped(PyObject_GetAttrString(PyList_GetItem(fields, 0), "type"));
    if (type && code_of(type) == codes.structure)
        return type;
    Py_XDECREF(type);
    return NULL;
}

/* The members of a struct as a list, NULL when it is none or not known. */
static PyObject *members_of(PyObject *type)
{
    return code_of(type) == codes.structure ? PyObject_CallMethod(type, "fields", NULL) : NULL;
}

/*
 * The type of types, `struct _typeobject`, by way of the member ob_type that a struct or the first
 * member of its first member ... has. That member and its type have had these names in every
 * CPython; what is before it in PyObject differs.
 */
static PyObject *type_of_types(PyObject *structure)
{
    PyObject *result = NULL;

    Py_INCREF(structure);
    for (int depth = 0; structure && !result && depth < MAX_DEPTH; depth++) {
        PyObject *fields = members_of(structure);
        PyObject *pointer = fields ? member_type(fields, "ob_type") : NULL;

        Py_DECREF(structure);
        structure = NULL;
        if (pointer)
            result = target_of(pointer);
        else if (fields)
            structure = first_struct(fields);
        Py_XDECREF(pointer);
        Py_XDECREF(fields);
        if (result && !has_name(result, "_typeobject")) {
            Py_DECREF(result);
            result = NULL;
        }
    }
    Py_XDECREF(structure);
    PyErr_Clear();
    return result;
}

/* Look into the struct that a pointer type points to. */
static bool examine(PyObject *pointer)
{
    PyObject *structure = target_of(pointer);
    PyObject *found = structure ? type_of_types(structure) : NULL;

    Py_XDECREF(structure);
    Py_XDECREF(found);
    return found != NULL;
}

/* The kept answer for a type with this name, or one that is kept from now on. */
static bool answer_for(PyObject *type, PyObject *name)
{
    PyObject *answer = PyDict_GetItem(answers, name); /* borrowed */
    bool result = answer ? answer == Py_True : examine(type);

    if (!answer && PyDict_Size(answers) < MAX_NAMES)
        PyDict_SetItem(answers, name, result ? Py_True : Py_False);
    return result;
}

bool sw_gdb_pytype_is_object_pointer(PyObject *type, PyObject *target)
{
    int64_t code = code_of(target);
    PyObject *name = NULL;
    bool result = false;

    /* The name takes longer than the code. */
    if (code == codes.structure || code == codes.type_definition)
        name = PyObject_GetAttr(target, words.name);
    if (name && PyUnicode_Check(name))
        result = answer_for(type, name);
    Py_XDECREF(name);
    PyErr_Clear();
    return result;
}

PyObject *sw_gdb_pytype_object_pointer(PyObject *type)
{
    PyObject *structure = target_of(type);
    PyObject *types = structure ? type_of_types(structure) : NULL;
    PyObject *fields = types ? members_of(types) : NULL;
    /* `PyObject *tp_dict` of struct _typeobject: of all versions, and found without a search. */
    PyObject *result = fields ? member_type(fields, "tp_dict") : NULL;

    Py_XDECREF(structure);
    Py_XDECREF(types);
    Py_XDECREF(fields);
    PyErr_Clear();
    if (!result) {
        Py_INCREF(type);
        result = type;
    }
    return result;
}
