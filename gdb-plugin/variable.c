/* SPDX-License-Identifier: MIT */
#include "variable.h"

#include <stdlib.h>
#include <string.h>

#include "children.h"
#include "gdb.h"
#include "pytype.h"
#include "text.h"

static PyObject *variable_type, *name_type;

/* What holds for one stack: asking gdb for each frame would take as long as all else. */
static PyObject *value_type, *value_name; /* the type, and the name of what it points to */
static int64_t value_size;                /* bytes of value_type */
static bool is_big_endian;
static bool is_utf8;   /* what gdb's terminal takes */
static bool is_ascii;  /* what printers may give gdb */
static bool has_texts; /* whether gdb prints the value of a variable as soon as it has it */

/* ---------------------------------------------------------------- words */

static PyObject *decode(const char *text)
{
    PyObject *string = PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace");
    PyObject *bytes;

    if (!string || is_utf8)
        return string;
    bytes = PyUnicode_AsEncodedString(string, "ascii", "backslashreplace");
    Py_DECREF(string);
    string = bytes ? PyUnicode_FromString(PyBytes_AsString(bytes)) : NULL;
    Py_XDECREF(bytes);
    return string;
}

/* A str to gdb's CLI and MI, and to its DAP server, which wants a gdb.Symbol, a symbol. */
static PyObject *name_print_name(PyObject *self, void *Py_UNUSED(closure))
{
    return PyObject_Str(self);
}

static PyObject *decode_name(const char *text)
{
    PyObject *plain = decode(text);
    PyObject *name = plain ? PyObject_CallFunctionObjArgs(name_type, plain, NULL) : NULL;

    Py_XDECREF(plain);
    return name;
}

enum { WORDS = 256 }; /* a power of 2 */

/* The words of a stack are few, and come again and again: a new one takes the place of another. */
static struct word {
    char *chars; /* NULL: none yet */
    PyObject *object;
} known_texts[WORDS], known_names[WORDS];

static void forget_words(struct word *words)
{
    for (unsigned i = 0; i < WORDS; i++) {
        free(words[i].chars);
        Py_XDECREF(words[i].object);
        words[i] = (struct word){NULL};
    }
}

/* FNV-1a */
static uint32_t hash(const char *text)
{
    uint32_t value = 2166136261U;

    for (; *text; text++)
        value = (value ^ (unsigned char)*text) * 16777619U;
    return value;
}

static PyObject *find_word(struct word *words, const char *text, PyObject *(*make)(const char *))
{
    struct word *word = &words[hash(text) % WORDS];

    if (!word->chars || strcmp(word->chars, text) != 0) {
        size_t size = strlen(text) + 1;
        PyObject *object = make(text);
        char *chars = object ? malloc(size) : NULL;

        if (!chars)
            return object;
        memcpy(chars, text, size);
        free(word->chars);
        Py_XDECREF(word->object);
        *word = (struct word){chars, object};
    }
    Py_INCREF(word->object);
    return word->object;
}

PyObject *sw_gdb_variable_text(const char *text)
{
    return find_word(known_texts, text, decode);
}

/* ---------------------------------------------------------------- the type of values */

/* `volatile long long *` or so: a pointer, so that front ends take it for something simple, and one
   that hardly a program uses; what is no object is not shown as one anyway. The target's own long
   needs no look-up in debug information. */
static PyObject *make_value_type(void)
{
    static const char *const steps[] = {"volatile", "pointer"};
    PyObject *value = PyObject_CallMethod(sw_gdb.module, "Value", "i", 0);
    PyObject *type = value ? PyObject_GetAttrString(value, "type") : NULL;

    for (size_t i = 0; type && i < sizeof(steps) / sizeof(steps[0]); i++) {
        PyObject *next = PyObject_CallMethod(type, steps[i], NULL);

        Py_DECREF(type);
        type = next;
    }
    Py_XDECREF(value);
    return type;
}

/* gdb's DAP server prints values later, and `set print frame-arguments none` not at all. */
static bool finds_texts_of_use(void)
{
    PyObject *setting = sw_gdb_parameter("print frame-arguments");
    bool are_shown = !setting || !PyUnicode_Check(setting) ||
                     (PyUnicode_CompareWithASCIIString(setting, "none") != 0 &&
                         PyUnicode_CompareWithASCIIString(setting, "presence") != 0);

    Py_XDECREF(setting);
    return are_shown && sw_gdb_children_has_keys();
}

/* A value with the address of an object. From bytes: from an int gdb would make two, and cast. */
static PyObject *value_of_address(sw_addr address)
{
    unsigned char bytes[8];

    for (int64_t i = 0; i < value_size; i++)
        bytes[is_big_endian ? value_size - 1 - i : i] = (unsigned char)(address >> 8 * i);
    return PyObject_CallMethod(
        sw_gdb.module, "Value", "y#O", (const char *)bytes, (Py_ssize_t)value_size, value_type);
}

static int find_byte_order(void)
{
    PyObject *value, *number;
    uint64_t one;

    is_big_endian = false;
    value = value_of_address(1);
    number = value ? PyNumber_Long(value) : NULL;
    one = number ? PyLong_AsUnsignedLongLongMask(number) : 0;
    is_big_endian = one != 1;
    Py_XDECREF(value);
    Py_XDECREF(number);
    return number ? 0 : -1;
}

static PyObject *target_name(PyObject *type)
{
    PyObject *target = sw_gdb_pytype_target(type);
    PyObject *name = target ? PyObject_GetAttrString(target, "name") : NULL;

    Py_XDECREF(target);
    return name;
}

int sw_gdb_variable_begin(void)
{
    PyObject *type = make_value_type();
    bool was_utf8 = is_utf8;

    is_utf8 = sw_gdb_host_is_utf8();
    is_ascii = !is_utf8 || !sw_gdb_target_is_utf8();
    if (is_utf8 != was_utf8) {
        forget_words(known_texts);
        forget_words(known_names);
    }
    has_texts = finds_texts_of_use();
    Py_XDECREF(value_type);
    Py_XDECREF(value_name);
    value_type = type;
    value_name = type ? target_name(type) : NULL;
    value_size = type ? sw_gdb_int_attr(type, "sizeof", 0) : 0;
    return value_size == 4 || value_size == 8 ? find_byte_order() : -1;
}

bool sw_gdb_variable_is_value_type(PyObject *type, PyObject *target)
{
    PyObject *name = value_name ? PyObject_GetAttrString(target, "name") : NULL;
    /* gdb compares types member by member. */
    bool result = name && PyUnicode_Check(name) && PyUnicode_Compare(name, value_name) == 0 &&
                  PyObject_RichCompareBool(type, value_type, Py_EQ) == 1;

    Py_XDECREF(name);
    PyErr_Clear();
    return result;
}

/* ---------------------------------------------------------------- variables */

/* A name with a value, as frame_args() and frame_locals() give them. */
struct variable {
    PyObject_HEAD PyObject *name;
    PyObject *value; /* what gdb.Value() takes; NULL for an object */
    PyObject *text;  /* of the object; NULL when it is made once it is asked for */
    sw_addr address; /* of the object */
};

/* What was given to gdb last: it prints a value before it asks for the next one. */
static struct {
    PyObject *text; /* NULL: nothing */
    sw_addr address;
} given;

static void variable_free(PyObject *self)
{
    struct variable *variable = (struct variable *)self;

    Py_XDECREF(variable->name);
    Py_XDECREF(variable->value);
    Py_XDECREF(variable->text);
    sw_gdb_free_object(self);
}

static PyObject *variable_symbol(PyObject *self, PyObject *Py_UNUSED(none))
{
    PyObject *name = ((struct variable *)self)->name;

    Py_INCREF(name);
    return name;
}

static PyObject *variable_value(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct variable *variable = (struct variable *)self;

    Py_CLEAR(given.text);
    if (variable->value)
        return PyObject_CallMethod(sw_gdb.module, "Value", "O", variable->value);
    Py_XINCREF(variable->text);
    given.text = variable->text;
    given.address = variable->address;
    return value_of_address(variable->address);
}

PyObject *sw_gdb_variable_take_text(sw_addr address)
{
    PyObject *text = NULL;

    if (given.text && given.address == address) {
        text = given.text;
        given.text = NULL;
    }
    Py_CLEAR(given.text);
    return text;
}

static int add_variable(void *ctx, const struct sw_variable *found)
{
    PyObject *list = ctx;
    struct variable *variable = sw_gdb_new_object(variable_type);
    int status = -1;

    if (variable) {
        variable->name = find_word(known_names, found->name, decode_name);
        if (found->is_int)
            variable->value = PyLong_FromLongLong(found->number);
        variable->address = found->value;
        if (variable->name && (variable->value || !found->is_int))
            status = PyList_Append(list, (PyObject *)variable);
        Py_DECREF((PyObject *)variable);
    }
    return status < 0 ? SW_E_NO_MEMORY : 0;
}

PyObject *sw_gdb_variable_object_text(struct sw_session *session, sw_addr address, bool as_ascii)
{
    struct sw_gdb_text text = {0};
    struct sw_sink sink = {.write = sw_gdb_text_write, .ctx = &text, .ascii = as_ascii};
    PyObject *string = NULL;

    if (sw_value_write(session, address, &sink, NULL) == 0)
        string = PyUnicode_DecodeUTF8(text.chars, (Py_ssize_t)text.len, "replace");
    free(text.chars);
    return string;
}

/* Make the texts of objects while there is a session: to find it again costs as much as a text. */
static void add_texts(struct sw_session *session, PyObject *list)
{
    for (Py_ssize_t i = 0; i < PyList_Size(list); i++) {
        struct variable *variable = (struct variable *)PyList_GetItem(list, i);

        if (variable->address)
            variable->text = sw_gdb_variable_object_text(session, variable->address, is_ascii);
    }
}

PyObject *sw_gdb_variables_of(
    struct sw_session *session, const struct sw_python_frame *python, bool arguments)
{
    PyObject *list = PyList_New(0);

    if (list)
        sw_python_variables(session, python, arguments, NULL, add_variable, list);
    if (list && has_texts)
        add_texts(session, list);
    PyErr_Clear();
    if (list && PyList_Size(list) > 0)
        return list;
    Py_XDECREF(list);
    return NULL;
}

/* ---------------------------------------------------------------- arguments in gdb/MI */

/* The classes of symbols that gdb/MI prints, as bits. */
static uint64_t make_printed(void)
{
    static const char *const names[] = {
        "SYMBOL_LOC_ARG",
        "SYMBOL_LOC_REF_ARG",
        "SYMBOL_LOC_REGPARM_ADDR",
        "SYMBOL_LOC_LOCAL",
        "SYMBOL_LOC_STATIC",
        "SYMBOL_LOC_REGISTER",
        "SYMBOL_LOC_COMPUTED",
    };
    uint64_t bits = 0;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        int64_t number = sw_gdb_int_attr(sw_gdb.module, names[i], -1);

        if (number >= 0 && number < 64)
            bits |= UINT64_C(1) << number;
    }
    return bits;
}

/* Whether gdb/MI gets past an argument with this gdb.Symbol, or str. */
static bool is_printed(PyObject *symbol)
{
    static uint64_t printed;
    int64_t number;

    if (PyUnicode_Check(symbol))
        return true;
    if (!printed)
        printed = make_printed();
    number = sw_gdb_int_attr(symbol, "addr_class", -1);
    return number >= 0 && number < 64 && printed >> number & 1 &&
           sw_gdb_int_attr(symbol, "is_argument", 0) == 1;
}

/* What stands for a symbol: its name, and its value in the frame. */
static PyObject *variable_of_symbol(PyObject *symbol, PyObject *frame)
{
    struct variable *variable = sw_gdb_new_object(variable_type);

    if (!variable)
        return NULL;
    variable->name = PyObject_GetAttrString(symbol, "print_name");
    variable->value = PyObject_CallMethod(frame, "read_var", "O", symbol);
    if (variable->name && variable->value)
        return (PyObject *)variable;
    Py_DECREF((PyObject *)variable);
    return NULL;
}

/* The argument itself, or what stands for it; what cannot be read is left out. Never raises but
   for an interrupt. */
static int add_printable(PyObject *list, PyObject *argument, PyObject *frame)
{
    PyObject *symbol = PyObject_CallMethod(argument, "symbol", NULL);
    PyObject *item = argument;

    if (symbol && !is_printed(symbol))
        item = variable_of_symbol(symbol, frame);
    else
        Py_INCREF(item);
    Py_XDECREF(symbol);
    if (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_KeyboardInterrupt))
        PyErr_Clear();
    if (item && !PyErr_Occurred())
        PyList_Append(list, item);
    Py_XDECREF(item);
    return PyErr_Occurred() ? -1 : 0;
}

PyObject *sw_gdb_variables_printable(PyObject *arguments, PyObject *frame)
{
    PyObject *all = arguments != Py_None ? PySequence_List(arguments) : NULL;
    PyObject *list = PyList_New(0);
    int status = list ? 0 : -1;

    for (Py_ssize_t i = 0; all && status == 0 && i < PyList_Size(all); i++)
        status = add_printable(list, PyList_GetItem(all, i), frame);
    Py_XDECREF(all);
    if (status == 0 && !PyErr_Occurred())
        return list;
    Py_XDECREF(list);
    return NULL;
}

/* ---------------------------------------------------------------- the classes */

int sw_gdb_variable_open(void)
{
    static PyMethodDef methods[] = {
        {"symbol", variable_symbol, METH_NOARGS, NULL},
        {"value", variable_value, METH_NOARGS, NULL},
        {NULL, NULL, 0, NULL},
    };
    static PyGetSetDef attributes[] = {
        {"print_name", name_print_name, NULL, NULL, NULL},
        {NULL, NULL, NULL, NULL, NULL},
    };
    PyType_Slot slots[] = {
        {Py_tp_dealloc, (void *)variable_free},
        {Py_tp_methods, methods},
        {0, NULL},
    };
    PyType_Slot name_slots[] = {
        {Py_tp_getset, attributes},
        {0, NULL},
    };

    variable_type = sw_gdb_make_class("_sidewinder.Variable", sizeof(struct variable), NULL, slots);
    if (!variable_type)
        return -1;
    name_type = sw_gdb_make_class("_sidewinder.Name", 0, (PyObject *)&PyUnicode_Type, name_slots);
    return name_type ? 0 : -1;
}
