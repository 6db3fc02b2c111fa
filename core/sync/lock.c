/* SPDX-License-Identifier: MIT */
#include "sync/lock.h"

#include <string.h>

#include "object/object.h"

/* Modules/_threadmodule.c. 2.7: a semaphore, which is 0 when the lock is taken. 3.x: semaphore,
   weak references, a char `locked`; since 3.14, in some releases of 3.13, a PyMutex. */
static int read_plain(
    const struct sw_reader *reader, const struct sw_type *type, struct sw_lock *lock)
{
    unsigned size = reader->memory->info.pointer_size;
    bool is_27 = reader->layout->traits.text_form == SW_TEXT_FORM_BYTES;
    sw_addr last = lock->object + type->solid_size - size;
    uint64_t word;
    int status;

    lock->is_mutex = !is_27 && type->solid_size - reader->layout->sizes[SW_S_OBJECT] <= size;
    if (!lock->is_mutex) {
        status = sw_object_word(reader, lock->object, 0, "lock", NULL, &lock->semaphore);
        if (status < 0)
            return status;
    }
    if (is_27)
        status = sw_memory_uint(reader->memory, lock->semaphore, 4, "semaphore", NULL, &word);
    else
        status = sw_memory_uint(reader->memory, last, 1, "lock.locked", NULL, &word);
    lock->locked = is_27 ? word == 0 : word & 1;
    return status;
}

/* {semaphore, owner, count, weak references} up to 3.13, then {mutex, owner, level}. */
static int read_recursive(
    const struct sw_reader *reader, const struct sw_type *type, struct sw_lock *lock)
{
    unsigned size = reader->memory->info.pointer_size;
    uint64_t first, owner, count;

    lock->is_mutex = type->solid_size - reader->layout->sizes[SW_S_OBJECT] <= 3 * size;
    if (sw_object_word(reader, lock->object, 0, "rlock", NULL, &first) < 0 ||
        sw_object_word(reader, lock->object, 1, "rlock.owner", NULL, &owner) < 0 ||
        sw_object_word(reader, lock->object, 2, "rlock.count", NULL, &count) < 0)
        return SW_E_READ;
    if (!lock->is_mutex)
        lock->semaphore = first;
    lock->locked = lock->is_mutex ? first & 1 : count != 0;
    lock->owner = lock->locked ? owner : 0;
    return 0;
}

/* Modules/_queuemodule.c: a semaphore up to 3.12; since 3.13 threads park on its first word. */
static int read_queue(const struct sw_reader *reader, struct sw_lock *lock)
{
    lock->locked = true;
    lock->is_mutex = sw_reader_has(reader, SW_F_FRAME_INSTR_PTR);
    if (lock->is_mutex)
        return 0;
    return sw_object_word(reader, lock->object, 0, "queue.lock", NULL, &lock->semaphore);
}

int sw_lock_read(const struct sw_reader *reader, struct sw_types *types, sw_addr object,
    struct sw_lock *ret_lock)
{
    struct sw_lock lock = {.object = object};
    const struct sw_type *type;
    int status;

    if (!sw_reader_is_pointer(reader, object) ||
        sw_types_of(types, reader, object, NULL, &type) < 0)
        return SW_E_NOT_FOUND;
    if (type->kind == SW_KIND_LOCK) {
        status = read_plain(reader, type, &lock);
    } else if (type->kind == SW_KIND_RLOCK) {
        lock.kind = SW_LOCK_RECURSIVE;
        status = read_recursive(reader, type, &lock);
    } else if (strcmp(type->name, "_queue.SimpleQueue") == 0) {
        lock.kind = SW_LOCK_QUEUE;
        status = read_queue(reader, &lock);
    } else {
        return SW_E_NOT_FOUND;
    }
    if (status == 0)
        *ret_lock = lock;
    return status;
}

int sw_lock_parked(const struct sw_reader *reader, struct sw_types *types, sw_addr word,
    sw_addr *ret_address, struct sw_lock *ret_lock)
{
    unsigned size = reader->memory->info.pointer_size;
    sw_addr address;
    int status;

    *ret_address = 0;
    if (!sw_reader_has(reader, SW_F_FRAME_INSTR_PTR) || word < size ||
        sw_memory_ptr(reader->memory, word - size, "wait_entry.addr", NULL, &address) < 0)
        return SW_E_NOT_FOUND;
    *ret_address = address;
    if (address < SW_PAGE_SIZE)
        return SW_E_NOT_FOUND;
    status = sw_lock_read(reader, types, address - reader->layout->sizes[SW_S_OBJECT], ret_lock);
    return status == 0 && ret_lock->is_mutex ? 0 : SW_E_NOT_FOUND;
}
