/* SPDX-License-Identifier: MIT */
#include "printer.h"

#include <sidewinder.h>
#include <string.h>

#include "children.h"
#include "gdb.h"
#include "pytype.h"
#include "session.h"
#include "variable.h"

/* ---------------------------------------------------------------- one value */

/*
 * gdb's `print` and `bt` would print the children behind the text, which has them already: they do
 * not get to see any. What tells them from gdb/MI and DAP is that they ask for the display hint
 * first, the others for the text or the children.
 */
enum children_state { UNDECIDED = 0, VISIBLE, HIDDEN };

struct printer {
    PyObject_HEAD PyObject *text;
    PyObject *type; /* gdb.Type of the value */
    sw_addr address;
    enum sw_children_kind kind; /* once it is known: `print` and `bt` never ask */
    bool is_kind_known;
    enum children_state state;
};

static PyObject *printer_type;

static void printer_free(PyObject *self)
{
    struct printer *printer = (struct printer *)self;

    Py_XDECREF(printer->text);
    Py_XDECREF(printer->type);
    sw_gdb_free_object(self);
}

static enum sw_children_kind find_kind(sw_addr address)
{
    struct sw_gdb_session *session = sw_gdb_session_acquire();
    enum sw_children_kind kind = SW_CHILDREN_NONE;
    struct sw_children *children;

    if (session) {
        if (sw_children_open(sw_gdb_session_core(session), address, NULL, &children) == 0) {
            kind = sw_children_kind(children);
            sw_children_close(children);
        }
        sw_gdb_session_release_quietly(session);
    }
    PyErr_Clear();
    return kind;
}

static enum sw_children_kind kind_of(struct printer *printer)
{
    if (!printer->is_kind_known && printer->address) {
        printer->kind = find_kind(printer->address);
        printer->is_kind_known = true;
    }
    return printer->kind;
}

static PyObject *printer_to_string(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct printer *printer = (struct printer *)self;

    if (printer->state == UNDECIDED)
        printer->state = VISIBLE;
    Py_INCREF(printer->text);
    return printer->text;
}

static PyObject *printer_display_hint(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct printer *printer = (struct printer *)self;

    if (printer->state == UNDECIDED)
        printer->state = HIDDEN;
    if (printer->state == HIDDEN)
        Py_RETURN_NONE;
    if (kind_of(printer) == SW_CHILDREN_ARRAY)
        return PyUnicode_FromString("array");
    if (kind_of(printer) == SW_CHILDREN_MAP && sw_gdb_children_has_keys())
        return PyUnicode_FromString("map");
    Py_RETURN_NONE;
}

/* children(): never fails for want of what the process has; see sw_gdb_children_new(). */
static PyObject *printer_children(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct printer *printer = (struct printer *)self;
    PyObject *type = sw_gdb_pytype_object_pointer(printer->type);
    PyObject *iterator = type ? sw_gdb_children_new(printer->address, type) : NULL;

    Py_XDECREF(type);
    return iterator;
}

/* The attribute `children`, which is there or not. */
static PyObject *get_children(PyObject *self, void *Py_UNUSED(closure))
{
    static PyMethodDef method = {"children", printer_children, METH_NOARGS, NULL};
    struct printer *printer = (struct printer *)self;

    if (printer->state == HIDDEN || kind_of(printer) == SW_CHILDREN_NONE) {
        PyErr_SetString(PyExc_AttributeError, "children");
        return NULL;
    }
    printer->state = VISIBLE;
    return PyCFunction_New(&method, self);
}

static int make_printer_type(void)
{
    static PyMethodDef methods[] = {
        {"to_string", printer_to_string, METH_NOARGS, NULL},
        {"display_hint", printer_display_hint, METH_NOARGS, NULL},
        {NULL, NULL, 0, NULL},
    };
    static PyGetSetDef attributes[] = {
        {"children", get_children, NULL, NULL, NULL},
        {NULL, NULL, NULL, NULL, NULL},
    };
    static PyType_Slot slots[] = {
        {Py_tp_dealloc, (void *)printer_free},
        {Py_tp_methods, methods},
        {Py_tp_getset, attributes},
        {0, NULL},
    };

    printer_type = sw_gdb_make_class("_sidewinder.Printer", sizeof(struct printer), NULL, slots);
    return printer_type ? 0 : -1;
}

/* ---------------------------------------------------------------- from a value to its printer */

/* The address that a pointer holds; 0 when it cannot be had. Calls nothing in the process. */
static sw_addr address_of(PyObject *value, PyObject *type)
{
    PyObject *number = PyNumber_Long(value);
    unsigned long long address = number ? PyLong_AsUnsignedLongLongMask(number) : 0;

    Py_XDECREF(number);
    if (sw_gdb_int_attr(type, "sizeof", 8) == 4)
        address &= 0xffffffff;
    return address;
}

/* A printer with a text; takes the reference to it. */
static PyObject *printer_new(PyObject *type, sw_addr address, PyObject *text)
{
    struct printer *printer = sw_gdb_new_object(printer_type);

    if (!printer) {
        Py_DECREF(text);
        return NULL;
    }
    Py_INCREF(type);
    printer->type = type;
    printer->address = address;
    printer->text = text;
    return (PyObject *)printer;
}

/* A printer of the object at `address`, NULL when it is none, perhaps with an exception set. */
static PyObject *printer_of_object(PyObject *type, sw_addr address)
{
    struct sw_gdb_session *session = address ? sw_gdb_session_acquire() : NULL;
    PyObject *text;

    if (!session)
        return NULL;
    /* gdb encodes what it is given for the program's character set, and prints that. */
    text = sw_gdb_variable_object_text(
        sw_gdb_session_core(session), address, !sw_gdb_host_is_utf8() || !sw_gdb_target_is_utf8());
    PyErr_Clear();
    if (sw_gdb_session_release(session) < 0) {
        Py_XDECREF(text);
        return NULL;
    }
    return text ? printer_new(type, address, text) : NULL;
}

/* The same for a value of one of the types that we print. */
static PyObject *printer_of_pointer(PyObject *value, PyObject *type, PyObject *target)
{
    sw_addr address;
    PyObject *text;

    if (sw_gdb_variable_is_value_type(type, target)) {
        address = address_of(value, type);
        text = sw_gdb_variable_take_text(address);
        return text ? printer_new(type, address, text) : printer_of_object(type, address);
    }
    if (sw_gdb_pytype_is_object_pointer(type, target))
        return printer_of_object(type, address_of(value, type));
    return NULL;
}

/* NULL, perhaps with an exception set, for what is not a pointer to an object. */
static PyObject *printer_of(PyObject *value, PyObject *type)
{
    PyObject *target = sw_gdb_pytype_target(type);
    PyObject *printer = target ? printer_of_pointer(value, type, target) : NULL;

    Py_XDECREF(target);
    return printer;
}

/*
 * What is shown when Ctrl-C ended the look-up. It has to be a printer: after None gdb would go on
 * to printers written in Python, where the interrupt would end as a message about an exception, and
 * gdb's command would go on.
 */
static PyObject *printer_interrupted(PyObject *type)
{
    struct printer *printer;

    sw_gdb_postpone_interrupt();
    printer = sw_gdb_new_object(printer_type);
    if (!printer)
        return NULL;
    Py_INCREF(type);
    printer->type = type;
    printer->text = PyUnicode_FromString("<interrupted>");
    return (PyObject *)printer;
}

/* ---------------------------------------------------------------- the look-up */

static PyObject *lookup;       /* the one object that is in gdb's lists */
static PyObject *type_word;    /* "type" */
static bool is_enabled = true; /* until `disable pretty-printer global sidewinder` */

/*
 * We are in two lists (see below), and gdb asks both of them for a value that is not ours. The one
 * that was refused last is kept, so that no other has its address.
 */
static struct {
    PyObject *value; /* gdb.Value; NULL for none */
    struct sw_gdb_changes seen;
} refused;

/* Whether the value was refused right before. It is looked at again the next time. */
static bool was_refused(PyObject *value)
{
    bool result = value == refused.value && sw_gdb_session_is_unchanged(&refused.seen);

    Py_CLEAR(refused.value);
    return result;
}

static void refuse(PyObject *value)
{
    Py_INCREF(value);
    refused.value = value;
    refused.seen = sw_gdb_session_changes();
}

/* __call__(self, value): a printer, or None for values that are not ours. */
static PyObject *lookup_call(PyObject *Py_UNUSED(self), PyObject *args, PyObject *Py_UNUSED(names))
{
    static bool is_running; /* what we ask of gdb may print values, too */
    PyObject *value = PyTuple_Size(args) == 1 ? PyTuple_GetItem(args, 0) : NULL; /* borrowed */
    PyObject *type, *printer = NULL;

    if (value && !is_running && !sw_gdb_session_lacks_python() && !was_refused(value)) {
        is_running = true;
        type = PyObject_GetAttr(value, type_word);
        if (type)
            printer = printer_of(value, type);
        if (type && PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_KeyboardInterrupt))
            printer = printer_interrupted(type);
        Py_XDECREF(type);
        if (!printer)
            refuse(value);
        is_running = false;
    }
    PyErr_Clear();
    if (printer)
        return printer;
    Py_RETURN_NONE;
}

static int make_lookup(void)
{
    static PyGetSetDef attributes[] = {
        {"name", sw_gdb_get_name, NULL, NULL, NULL},
        {"enabled", sw_gdb_get_enabled, sw_gdb_set_enabled, NULL, &is_enabled},
        {NULL, NULL, NULL, NULL, NULL},
    };
    static PyType_Slot slots[] = {
        {Py_tp_call, (void *)lookup_call},
        {Py_tp_getset, attributes},
        {0, NULL},
    };

    type_word = PyUnicode_InternFromString("type");
    lookup = type_word ? sw_gdb_make_object("_sidewinder.PrettyPrinter", slots) : NULL;
    return lookup ? 0 : -1;
}

/* ---------------------------------------------------------------- before all others */

/* Make ours the first printer of an object of gdb that has a list of them. */
static int put_first(PyObject *owner)
{
    PyObject *list = PyObject_GetAttrString(owner, "pretty_printers");
    Py_ssize_t index = -1;
    int status = list ? 0 : -1;

    if (list && PyList_Check(list) && PyList_Size(list) > 0)
        index = PySequence_Index(list, lookup);
    PyErr_Clear();
    if (list && PyList_Check(list) && index != 0) {
        if (index > 0)
            PySequence_DelItem(list, index);
        status = PyList_Insert(list, 0, lookup);
    }
    Py_XDECREF(list);
    return status;
}

/* Whether it is by its name that python-gdb.py belongs to a file, which then has its printers. */
static bool is_python(PyObject *file)
{
    char path[4096];
    const char *base;

    sw_gdb_take_string(PyObject_GetAttrString(file, "filename"), path, sizeof(path));
    PyErr_Clear();
    base = strrchr(path, '/');
    return strstr(base ? base : path, "python") != NULL;
}

/*
 * gdb asks the printers of each file in turn, then those of the program, then the global ones.
 * Those of python-gdb.py belong to the file of Python, or to that of its debug information. So ours
 * is the first of the first file too; but not in programs without Python, where each list that is
 * not empty costs time for every value.
 */
static void put_first_in_files(PyObject *program_space)
{
    PyObject *files = PyObject_CallMethod(program_space, "objfiles", NULL);

    if (files && PyList_Size(files) > 0)
        put_first(PyList_GetItem(files, 0));
    PyErr_Clear();
    Py_XDECREF(files);
}

static void consider_file(PyObject *file)
{
    PyObject *space = is_python(file) ? PyObject_GetAttrString(file, "progspace") : NULL;

    if (space)
        put_first_in_files(space);
    PyErr_Clear();
    Py_XDECREF(space);
}

static PyObject *on_new_file(PyObject *Py_UNUSED(self), PyObject *event)
{
    PyObject *file = PyObject_GetAttrString(event, "new_objfile");

    PyErr_Clear();
    sw_gdb_pytype_forget();
    if (file)
        consider_file(file);
    Py_XDECREF(file);
    Py_RETURN_NONE;
}

static int put_first_everywhere(void)
{
    PyObject *spaces = sw_gdb_call("progspaces");

    for (Py_ssize_t i = 0; spaces && PyList_Check(spaces) && i < PyList_Size(spaces); i++) {
        PyObject *files = PyObject_CallMethod(PyList_GetItem(spaces, i), "objfiles", NULL);

        for (Py_ssize_t k = 0; files && k < PyList_Size(files); k++)
            consider_file(PyList_GetItem(files, k));
        Py_XDECREF(files);
    }
    PyErr_Clear();
    Py_XDECREF(spaces);
    return put_first(sw_gdb.module);
}

int sw_gdb_printer_register(void)
{
    static PyMethodDef handler = {"sidewinder_on_new_file", on_new_file, METH_O, NULL};

    if (sw_gdb_pytype_open() < 0 || sw_gdb_children_open() < 0 || make_printer_type() < 0 ||
        make_lookup() < 0 || put_first_everywhere() < 0)
        return -1;
    return sw_gdb_listen("new_objfile", &handler);
}
