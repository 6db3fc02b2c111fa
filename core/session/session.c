/* SPDX-License-Identifier: MIT */
#include "session/session.h"

#include <stdlib.h>

#include "session/names.h"
#include "session/selection.h"
#include "session/settings.h"
#include "session/threads.h"

/* Pointers into a session outlive no stop: those who keep their place compare this. */
static uint64_t next_generation(void)
{
    static uint64_t generation;

    return ++generation;
}

int sw_session_create(const struct sw_target_info *info, const struct sw_target_ops *ops, void *ctx,
    struct sw_error *reterr, struct sw_session **ret_session)
{
    struct sw_session *session;

    if (!ops->read)
        return sw_fail(reterr, SW_E_USAGE, 0, "", "a target needs a read function");
    if (info->pointer_size != 4 && info->pointer_size != 8)
        return sw_fail(reterr, SW_E_UNSUPPORTED, 0, "", "pointers of %u bytes are not supported",
            info->pointer_size);
    session = calloc(1, sizeof(*session));
    if (!session)
        return sw_fail(reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
    session->generation = next_generation();
    sw_memory_init(&session->memory, info, ops, ctx);
    sw_settings_reset(session);
    *ret_session = session;
    return 0;
}

void sw_session_destroy(struct sw_session *session)
{
    if (!session)
        return;
    sw_session_forget(session);
    sw_memory_fini(&session->memory);
    free(session);
}

static void forget_memory(struct sw_session *session)
{
    session->generation = next_generation();
    session->python_absent_now = false;
    sw_memory_invalidate(&session->memory);
    for (unsigned i = 0; i < SW_MAX_RUNTIMES; i++) {
        sw_codes_clear(&session->codes[i]);
        sw_types_clear(&session->types[i]);
        session->codes[i].arena.failed = session->types[i].arena.failed = false;
    }
    sw_sources_clear(&session->sources);
    for (size_t i = 0; i < session->runtimes.count; i++)
        sw_hash_ask_again(&session->runtimes.items[i]->hash);
    sw_session_forget_names(session);
    if (session->threads)
        sw_threads_fini(session->threads);
    free(session->threads);
    session->threads = NULL;
    if (session->chosen_threads)
        sw_threads_fini(session->chosen_threads);
    free(session->chosen_threads);
    session->chosen_threads = NULL;
}

static void forget_stop(struct sw_session *session)
{
    forget_memory(session);
    sw_selections_clear(session);
}

static void forget_runtimes(struct sw_session *session)
{
    sw_sources_forget(&session->sources);
    for (unsigned i = 0; i < SW_MAX_RUNTIMES; i++) {
        sw_codes_forget(&session->codes[i]);
        sw_types_clear(&session->types[i]);
        session->types[i].runtime = NULL;
    }
    sw_runtimes_fini(&session->runtimes);
    session->discovered = false;
    session->python_absent = false;
}

void sw_session_invalidate(struct sw_session *session)
{
    forget_stop(session);
    /* What was discovered while memory was absent may be less than there is. */
    if (session->discovered && session->discovery_absent && !session->discovery_repeated) {
        forget_runtimes(session);
        session->discovery_repeated = true;
    }
}

bool sw_session_lacks_memory(const struct sw_session *session)
{
    for (unsigned i = 0; i < SW_MAX_RUNTIMES; i++)
        if (session->codes[i].arena.failed || session->types[i].arena.failed)
            return true;
    return false;
}

void sw_session_reread(struct sw_session *session)
{
    forget_memory(session);
}

bool sw_session_is_for(const struct sw_session *session, const struct sw_target_info *info)
{
    const struct sw_target_info *own = &session->memory.info;

    return own->kind == info->kind && own->pid == info->pid &&
           own->pointer_size == info->pointer_size && own->big_endian == info->big_endian;
}

void sw_session_forget(struct sw_session *session)
{
    forget_stop(session);
    forget_runtimes(session);
    sw_memory_forget(&session->memory);
    session->discovery_repeated = false;
}

void sw_session_counters(const struct sw_session *session, struct sw_session_counters *ret_counters)
{
    *ret_counters = session->memory.counters;
}

bool sw_session_has_python(struct sw_session *session)
{
    session->memory.stopped = false;
    if (session->discovered)
        return true;
    if (!session->python_absent && !session->python_absent_now) {
        uint64_t absent = session->memory.absent;
        bool is_whole = false;

        if (sw_runtimes_are_likely(&session->memory, &is_whole))
            return true;
        session->python_absent = is_whole && session->memory.absent == absent;
        session->python_absent_now = is_whole;
    }
    return false;
}

int sw_session_discover(struct sw_session *session, struct sw_error *reterr)
{
    uint64_t absent = session->memory.absent;
    int status;

    if (session->discovered)
        return 0;
    status = sw_runtimes_find(&session->memory, reterr, &session->runtimes);
    /* What was interrupted is half known, and must not be kept. */
    if (session->memory.stopped) {
        if (status == 0)
            sw_runtimes_fini(&session->runtimes);
        return sw_fail(reterr, SW_E_STOPPED, 0, "", "interrupted");
    }
    for (unsigned i = 0; i < session->runtimes.count; i++)
        session->types[i].runtime = session->runtimes.items[i];
    session->discovered = status == 0;
    session->discovery_absent = session->memory.absent - absent;
    return status;
}
