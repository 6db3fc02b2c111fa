/* SPDX-License-Identifier: MIT */
#include "fake_session.h"

#include <assert.h>
#include <stdlib.h>

void fake_session_add(struct sw_session *session, struct fake_python *python, sw_addr head)
{
    struct sw_runtime *runtime = malloc(sizeof(*runtime));

    assert(runtime && session->runtimes.count < SW_MAX_RUNTIMES);
    *runtime = python->runtime;
    runtime->head = head;
    sw_reader_init(&runtime->reader, &session->memory, &runtime->layout);
    session->runtimes.items[session->runtimes.count++] = runtime;
}

struct sw_session *fake_session(struct fake_python *python, sw_addr head)
{
    struct sw_session *session = NULL;
    int status = sw_session_create(
        &python->target.info, &python->target.ops, &python->target, NULL, &session);

    assert(status == 0);
    (void)status;
    fake_session_add(session, python, head);
    session->discovered = true;
    return session;
}
