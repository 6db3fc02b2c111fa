/* SPDX-License-Identifier: MIT */
#include "children.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gdb.h"
#include "session.h"

enum { FIRST_CAPACITY = 16 };

struct list {
    struct sw_child *items;
    size_t count, capacity;
    enum sw_children_kind kind;
};

struct iterator {
    PyObject_HEAD struct list list;
    PyObject *type; /* gdb.Type of the values */
    PyObject *seen; /* set of the names that were given: gdb/MI wants each name once */
    size_t next;    /* index; a map with keys counts key and value */
    bool has_keys, is_utf8;
};

static PyObject *iterator_type;

/* ---------------------------------------------------------------- finding them */

static struct sw_child *list_push(struct list *list)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : FIRST_CAPACITY;
        struct sw_child *items = realloc(list->items, capacity * sizeof(*items));

        if (!items)
            return NULL;
        list->items = items;
        list->capacity = capacity;
    }
    return &list->items[list->count];
}

/* What comes before a failure is shown. */
static void list_fill(struct list *list, struct sw_session *session, sw_addr object)
{
    struct sw_children *children;
    struct sw_child *child;

    if (sw_children_open(session, object, NULL, &children) < 0)
        return;
    list->kind = sw_children_kind(children);
    while ((child = list_push(list)) != NULL && sw_children_next(children, NULL, child) > 0)
        list->count++;
    sw_children_close(children);
}

PyObject *sw_gdb_children_new(sw_addr object, PyObject *type)
{
    struct iterator *iterator = sw_gdb_new_object(iterator_type);
    struct sw_gdb_session *session;

    if (!iterator)
        return NULL;
    Py_INCREF(type);
    iterator->type = type;
    iterator->seen = PySet_New(NULL);
    iterator->has_keys = sw_gdb_children_has_keys();
    iterator->is_utf8 = sw_gdb_host_is_utf8();
    session = sw_gdb_session_acquire();
    if (session) {
        list_fill(&iterator->list, sw_gdb_session_core(session), object);
        sw_gdb_session_release_quietly(session);
    }
    PyErr_Clear();
    return (PyObject *)iterator;
}

/* ---------------------------------------------------------------- the iterator */

bool sw_gdb_children_has_keys(void)
{
    PyObject *modules = PyImport_GetModuleDict(); /* borrowed, as is what is found in it */

    /* gdb imports its DAP server when it is the interpreter, and only then. */
    return !PyDict_GetItemString(modules, "gdb.dap");
}

static void iterator_free(PyObject *self)
{
    struct iterator *iterator = (struct iterator *)self;

    free(iterator->list.items);
    Py_XDECREF(iterator->type);
    Py_XDECREF(iterator->seen);
    sw_gdb_free_object(self);
}

/* A name as gdb can write it to its terminal. */
static PyObject *name_of(const struct iterator *iterator, const char *text)
{
    PyObject *name = PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace");
    PyObject *bytes;

    if (iterator->is_utf8 || !name)
        return name;
    bytes = PyUnicode_AsEncodedString(name, "ascii", "backslashreplace");
    Py_DECREF(name);
    name = bytes ? PyUnicode_FromString(PyBytes_AsString(bytes)) : NULL;
    Py_XDECREF(bytes);
    return name;
}

/* The address of an object as the program's `PyObject *`. */
static PyObject *value_of(const struct iterator *iterator, sw_addr address)
{
    PyObject *number =
        PyObject_CallMethod(sw_gdb.module, "Value", "K", (unsigned long long)address);
    PyObject *value = number ? PyObject_CallMethod(number, "cast", "O", iterator->type) : NULL;

    Py_XDECREF(number);
    return value;
}

/* The child `index` as a tuple; NULL with or without an exception when there is none. */
static PyObject *child_at(const struct iterator *iterator, size_t index)
{
    bool in_pairs = iterator->list.kind == SW_CHILDREN_MAP && iterator->has_keys;
    const struct sw_child *child = &iterator->list.items[in_pairs ? index / 2 : index];
    sw_addr address = in_pairs && index % 2 == 0 ? child->key : child->value;
    PyObject *name, *value, *tuple = NULL;
    char number[32];

    snprintf(number, sizeof(number), "[%zu]", index);
    name = name_of(iterator, in_pairs ? number : child->name);
    value = name ? value_of(iterator, address) : NULL;
    if (value)
        tuple = Py_BuildValue("(OO)", name, value);
    /* A second child of the same name would make gdb/MI refuse them all. */
    if (tuple && iterator->seen && PySet_Contains(iterator->seen, name) == 1) {
        Py_DECREF(tuple);
        tuple = NULL;
    }
    if (tuple && iterator->seen)
        PySet_Add(iterator->seen, name);
    Py_XDECREF(name);
    Py_XDECREF(value);
    return tuple;
}

/* __next__(): children that gdb cannot be given are left out. */
static PyObject *iterator_next(PyObject *self)
{
    struct iterator *iterator = (struct iterator *)self;
    bool in_pairs = iterator->list.kind == SW_CHILDREN_MAP && iterator->has_keys;
    size_t count = iterator->list.count * (in_pairs ? 2 : 1);
    PyObject *tuple = NULL;

    while (!tuple && iterator->next < count) {
        tuple = child_at(iterator, iterator->next++);
        PyErr_Clear();
    }
    return tuple;
}

int sw_gdb_children_open(void)
{
    static PyType_Slot slots[] = {
        {Py_tp_dealloc, (void *)iterator_free},
        {Py_tp_iter, (void *)PyObject_SelfIter},
        {Py_tp_iternext, (void *)iterator_next},
        {0, NULL},
    };

    iterator_type = sw_gdb_make_class("_sidewinder.Children", sizeof(struct iterator), NULL, slots);
    return iterator_type ? 0 : -1;
}
