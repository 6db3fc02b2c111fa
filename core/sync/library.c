/* SPDX-License-Identifier: MIT */
#include "sync/library.h"

#include <string.h>

#include "frame/locals.h"
#include "object/dict.h"
#include "object/long.h"
#include "object/sequence.h"
#include "object/text.h"
#include "value/attributes.h"

/* The frames of one wait, the wait itself included: Queue.get calls Condition.wait; a Barrier goes
   through three. */
enum { MAX_CLIMB = 8 };

enum { MAX_IDENT_ATTRIBUTES = 2 };

/* A function of the library in which threads wait. Names of 2.7, where they differ, come second. */
struct function {
    const char *name;
    const char *classes[2];
    enum sw_wait_kind kind;
    const char *links[2]; /* the attribute of self that leads to what the next newer frame has */
};

static const struct function threading_functions[] = {
    {"wait", {"Condition", "_Condition"}, SW_WAIT_CONDITION, {"_lock", "_Condition__lock"}},
    {"wait_for", {"Condition", "_Condition"}, SW_WAIT_CONDITION, {NULL, NULL}},
    {"wait", {"Event", "_Event"}, SW_WAIT_EVENT, {"_cond", "_Event__cond"}},
    {"acquire", {"Semaphore", "_Semaphore"}, SW_WAIT_SEMAPHORE, {"_cond", "_Semaphore__cond"}},
    {"wait", {"Barrier", NULL}, SW_WAIT_BARRIER, {"_cond", NULL}},
    {"_wait", {"Barrier", NULL}, SW_WAIT_BARRIER, {"_cond", NULL}},
    {"_enter", {"Barrier", NULL}, SW_WAIT_BARRIER, {"_cond", NULL}},
    {"join", {"Thread", NULL}, SW_WAIT_THREAD, {"_Thread__block", NULL}},
    {"_wait_for_tstate_lock", {"Thread", NULL}, SW_WAIT_THREAD, {"_tstate_lock", NULL}},
    {"acquire", {"_RLock", NULL}, SW_WAIT_RLOCK, {"_block", "_RLock__block"}},
    {"_acquire_restore", {"_RLock", NULL}, SW_WAIT_RLOCK, {"_block", "_RLock__block"}},
    {NULL, {NULL, NULL}, SW_WAIT_UNKNOWN, {NULL, NULL}},
};

/* Up to 2.7 the class has no type of its own. The attribute proves what self is. */
static const struct function queue_functions[] = {
    {"get", {NULL, NULL}, SW_WAIT_QUEUE_GET, {"not_empty", NULL}},
    {"put", {NULL, NULL}, SW_WAIT_QUEUE_PUT, {"not_full", NULL}},
    {"join", {NULL, NULL}, SW_WAIT_QUEUE_JOIN, {"all_tasks_done", NULL}},
    {NULL, {NULL, NULL}, SW_WAIT_UNKNOWN, {NULL, NULL}},
};

/* ---------------------------------------------------------------- modules */

static sw_addr module_dict(const struct sw_reader *reader, sw_addr modules, const char *name)
{
    sw_addr module, dict;

    if (sw_dict_find(reader, modules, name, NULL, &module) < 0 ||
        sw_reader_uint(reader, module, SW_F_MODULE_DICT, NULL, &dict) < 0)
        return 0;
    return dict;
}

void sw_library_find(
    struct sw_session *session, const struct sw_thread *thread, struct sw_library *library)
{
    const struct sw_reader *reader = &thread->runtime->reader;
    sw_addr modules;

    if (library->runtime == thread->runtime && library->interpreter == thread->state.interp)
        return;
    *library = (struct sw_library){.runtime = thread->runtime,
        .types = &session->types[thread->runtime_index],
        .interpreter = thread->state.interp};
    if (sw_reader_uint(
            reader, thread->state.interp, SW_F_INTERPRETER_STATE_MODULES, NULL, &modules) < 0)
        return;
    library->threading = module_dict(reader, modules, "threading");
    library->queue = module_dict(reader, modules, "queue");
    if (!library->queue)
        library->queue = module_dict(reader, modules, "Queue");
}

/* ---------------------------------------------------------------- objects */

static sw_addr attribute(const struct sw_library *library, sw_addr object, const char *const *names)
{
    const struct sw_reader *reader = &library->runtime->reader;
    const struct sw_type *type;
    sw_addr value;

    if (!object || sw_types_of(library->types, reader, object, NULL, &type) < 0)
        return 0;
    for (unsigned i = 0; i < 2 && names[i]; i++)
        if (sw_attribute_find(reader, object, type, names[i], &value) == 0)
            return value;
    return 0;
}

/* Whether the class, or one that it derives from, is one of those of threading. */
static bool is_instance(
    const struct sw_library *library, sw_addr object, const char *const *classes)
{
    const struct sw_reader *reader = &library->runtime->reader;
    const struct sw_type *type;
    struct sw_sequence mro;
    sw_addr class, module;

    if (!object || sw_types_of(library->types, reader, object, NULL, &type) < 0 ||
        !type->is_python || sw_sequence_open(reader, type->mro, "mro", NULL, &mro) < 0)
        return false;
    for (uint64_t i = 0; i < mro.length && i < SW_MAX_BASES; i++) {
        if (sw_sequence_item(reader, &mro, i, NULL, &class) < 0 ||
            sw_types_get(library->types, reader, class, NULL, &type) < 0)
            return false;
        for (unsigned k = 0; k < 2 && classes[k]; k++)
            if (strcmp(type->name, classes[k]) == 0 &&
                sw_dict_find(reader, type->dict, "__module__", NULL, &module) == 0 &&
                sw_text_is(reader, module, "threading"))
                return true;
    }
    return false;
}

/* The first argument of the function; 0 when it has another name. */
static sw_addr self_of(const struct sw_library *library, const struct sw_frame *frame)
{
    struct sw_locals locals;
    struct sw_local local;

    if (sw_locals_open(library->runtime, frame, NULL, &locals) < 0)
        return 0;
    while (sw_locals_next(&locals, NULL, &local) > 0)
        if (sw_text_is(&library->runtime->reader, local.name, "self"))
            return local.value;
    return 0;
}

/* ---------------------------------------------------------------- frames */

static const struct function *function_of(
    const struct sw_library *library, const struct sw_frame *frame, sw_addr *ret_self)
{
    const struct sw_reader *reader = &library->runtime->reader;
    const struct function *function;
    sw_addr globals;

    /* The cache of code objects keeps those whose names could not be read. */
    if (frame->code && !frame->code->name.data && frame->code->problem.status == SW_E_READ)
        reader->memory->absent++;
    if (!frame->code || !frame->code->name.data ||
        sw_reader_uint(reader, frame->addr, SW_F_FRAME_GLOBALS, NULL, &globals) < 0 || !globals)
        return NULL;
    if (globals == library->threading)
        function = threading_functions;
    else if (globals == library->queue)
        function = queue_functions;
    else
        return NULL;
    *ret_self = 0;
    for (; function->name; function++) {
        if (strcmp(frame->code->name.data, function->name) != 0)
            continue;
        if (!*ret_self)
            *ret_self = self_of(library, frame);
        if (!function->classes[0] || is_instance(library, *ret_self, function->classes))
            return function;
    }
    return NULL;
}

static struct sw_waited waited_lock(const struct sw_lock *lock)
{
    static const enum sw_wait_kind kinds[] = {
        [SW_LOCK_PLAIN] = SW_WAIT_LOCK,
        [SW_LOCK_RECURSIVE] = SW_WAIT_RLOCK,
        [SW_LOCK_QUEUE] = SW_WAIT_SIMPLE_QUEUE,
    };

    if (!lock)
        return (struct sw_waited){SW_WAIT_UNKNOWN, 0};
    return (struct sw_waited){kinds[lock->kind], lock->object};
}

/* From Condition.wait outwards, as long as each frame's self leads to that of the one before. */
static struct sw_waited climb(
    const struct sw_library *library, struct sw_stack *stack, sw_addr condition)
{
    struct sw_waited waited = {SW_WAIT_CONDITION, condition};
    struct sw_frame frame;

    for (unsigned i = 0; i < MAX_CLIMB && sw_stack_next(stack, NULL, &frame) > 0; i++) {
        sw_addr self;
        const struct function *function = function_of(library, &frame, &self);

        if (!function)
            break;
        if (self == waited.object)
            continue;
        if (attribute(library, self, function->links) != condition)
            break;
        waited = (struct sw_waited){function->kind, self};
    }
    return waited;
}

struct sw_waited sw_library_waited(const struct sw_library *library, struct sw_session *session,
    const struct sw_thread *thread, const struct sw_lock *lock)
{
    struct sw_stack stack;
    struct sw_frame frame;
    const struct function *function;
    sw_addr self = 0, link;

    sw_thread_open_stack(session, thread, &stack);
    if (sw_stack_next(&stack, NULL, &frame) <= 0)
        return waited_lock(lock);
    function = function_of(library, &frame, &self);
    if (!function)
        return waited_lock(lock);
    link = attribute(library, self, function->links);
    switch (function->kind) {
    case SW_WAIT_CONDITION:
        /* It sleeps on a lock of its own, then takes that of the condition again. */
        if (!lock || lock->object == link || strcmp(function->name, "wait") != 0)
            break;
        return climb(library, &stack, self);
    case SW_WAIT_THREAD:
        /* Since 3.13 join() waits in C for an event of the thread's handle. */
        if (lock ? lock->object == link : !link && strcmp(function->name, "join") == 0)
            return (struct sw_waited){SW_WAIT_THREAD, self};
        break;
    case SW_WAIT_RLOCK:
        if (lock && lock->object == link)
            return (struct sw_waited){SW_WAIT_RLOCK, self};
        break;
    default:
        break;
    }
    return waited_lock(lock);
}

sw_addr sw_library_released(const struct sw_library *library, const struct sw_frame *frame)
{
    sw_addr self;
    const struct function *function = function_of(library, frame, &self);

    if (!function || function->kind != SW_WAIT_CONDITION || !function->links[0])
        return 0;
    return attribute(library, self, function->links);
}

sw_addr sw_library_condition_lock(const struct sw_library *library, sw_addr object)
{
    const struct function *condition = &threading_functions[0];

    return is_instance(library, object, condition->classes)
               ? attribute(library, object, condition->links)
               : 0;
}

uint64_t sw_library_ident(const struct sw_library *library, sw_addr object, enum sw_wait_kind kind)
{
    static const char *const thread[MAX_IDENT_ATTRIBUTES] = {"_ident", "_Thread__ident"};
    static const char *const rlock[MAX_IDENT_ATTRIBUTES] = {"_owner", "_RLock__owner"};
    sw_addr value = attribute(library, object, kind == SW_WAIT_THREAD ? thread : rlock);
    int64_t ident;

    if (!value || sw_long_read(&library->runtime->reader, value, NULL, &ident) < 0)
        return 0;
    return (uint64_t)ident;
}
