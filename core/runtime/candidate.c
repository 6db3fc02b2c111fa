/* SPDX-License-Identifier: MIT */
#include "runtime/candidate.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

int sw_module_python_minor(const struct sw_module *module)
{
    const char *at = strstr(sw_module_basename(module), "python");
    int minor = 0;

    if (!at || (at[6] != '2' && at[6] != '3') || at[7] != '.')
        return 0;
    for (const char *c = at + 8; *c >= '0' && *c <= '9' && minor < 100; c++)
        minor = minor * 10 + (*c - '0');
    return (at[6] - '0') << 8 | minor;
}

/*
 * 2.7 and 3.6 keep the interpreter list in a static variable that stripping removes. The exported
 * function PyInterpreterState_Head() returns it, and on x86-64 is nothing but
 * `[endbr64] [push %rbp; mov %rsp,%rbp] mov disp(%rip),%rax; [pop %rbp] ret`.
 */
static sw_addr head_from_code(struct sw_memory *memory, sw_addr function)
{
    static const uint8_t endbr64[] = {0xf3, 0x0f, 0x1e, 0xfa};
    static const uint8_t prologue[] = {0x55, 0x48, 0x89, 0xe5};
    enum { MOV_SIZE = 7, POP_RBP = 0x5d, RET = 0xc3 };
    uint8_t code[24];
    const uint8_t *at = code, *end;

    if (strcmp(memory->info.machine, "x86_64") != 0 ||
        sw_memory_read(memory, function, code, sizeof(code), "code", NULL) < 0)
        return 0;
    if (memcmp(at, endbr64, sizeof(endbr64)) == 0)
        at += sizeof(endbr64);
    if (memcmp(at, prologue, sizeof(prologue)) == 0)
        at += sizeof(prologue);
    end = at + MOV_SIZE;
    if (at[0] != 0x48 || at[1] != 0x8b || at[2] != 0x05 ||
        !(end[0] == RET || (end[0] == POP_RBP && end[1] == RET)))
        return 0;
    return function + (sw_addr)(end - code) +
           (sw_addr)sw_bytes_sign(sw_bytes_uint(at + 3, 4, false), 4);
}

static sw_addr find_or_0(const struct sw_elf_symbols *symbols, const char *name)
{
    sw_addr addr = 0;

    return sw_elf_symbols_find(symbols, name, &addr) == 0 ? addr : 0;
}

sw_addr sw_candidate_symbol(const struct sw_candidate *candidate, const char *name)
{
    return candidate->has_symbols ? find_or_0(&candidate->symbols, name) : 0;
}

/* What one module's dynamic symbols tell. */
static bool look_into(
    struct sw_memory *memory, const struct sw_module *module, struct sw_candidate *candidate)
{
    struct sw_elf_symbols symbols;
    sw_addr function;

    memset(candidate, 0, sizeof(*candidate));
    if (sw_elf_symbols_open(memory, module, &symbols) < 0)
        return false;
    candidate->root = find_or_0(&symbols, "_PyRuntime");
    if (!candidate->root)
        candidate->current_thread = find_or_0(&symbols, "_PyThreadState_Current");
    if (!candidate->root && !candidate->current_thread)
        return false;
    candidate->module = *module;
    candidate->minor_from_path = sw_module_python_minor(module);
    candidate->symbols = symbols;
    candidate->has_symbols = true;
    if (candidate->root)
        return true;
    function = find_or_0(&symbols, "PyInterpreterState_Head");
    candidate->head = function ? head_from_code(memory, function) : 0;
    candidate->found_by = candidate->head ? SW_FOUND_BY_CODE : SW_FOUND_BY_THREAD_STATE;
    return true;
}

static struct sw_candidate *add(
    struct sw_candidates *candidates, const struct sw_candidate *candidate)
{
    if (candidates->count == SW_MAX_RUNTIMES)
        return NULL;
    candidates->items[candidates->count] = *candidate;
    return &candidates->items[candidates->count++];
}

static bool is_known(const struct sw_candidates *candidates, sw_addr root)
{
    for (size_t i = 0; i < candidates->count; i++)
        if (candidates->items[i].root == root || candidates->items[i].head == root)
            return true;
    return false;
}

/* The module that holds an address: the one with the highest base below it. Only for showing a
 * name. */
static void name_module(const struct sw_modules *modules, struct sw_candidate *candidate)
{
    sw_addr addr = candidate->root ? candidate->root : candidate->head;
    const struct sw_module *best = NULL;

    for (size_t i = 0; i < modules->count; i++)
        if (modules->items[i].base <= addr && (!best || modules->items[i].base > best->base))
            best = &modules->items[i];
    if (best) {
        candidate->module = *best;
        candidate->minor_from_path = sw_module_python_minor(best);
    }
}

/* Programs that link Python statically and are stripped have no symbol, but they have the section
 * (3.10+). */
static void ask_for_sections(
    struct sw_memory *memory, const struct sw_modules *modules, struct sw_candidates *candidates)
{
    for (unsigned i = 0; memory->ops.section && i < SW_MAX_RUNTIMES; i++) {
        struct sw_candidate candidate = {.found_by = SW_FOUND_BY_SECTION};
        uint64_t size;

        if (memory->ops.section(memory->ctx, ".PyRuntime", i, &candidate.root, &size) < 0)
            return;
        if (is_known(candidates, candidate.root))
            continue;
        name_module(modules, &candidate);
        add(candidates, &candidate);
    }
}

/* The debugger's symbols see what is not exported: static programs, 2.7's interp_head. */
static void ask_for_symbols(
    struct sw_memory *memory, const struct sw_modules *modules, struct sw_candidates *candidates)
{
    static const char *const names[] = {"_PyRuntime", "interp_head"};

    for (unsigned n = 0; memory->ops.symbol && n < 2; n++) {
        for (unsigned i = 0; i < SW_MAX_RUNTIMES; i++) {
            struct sw_candidate candidate = {.found_by = SW_FOUND_BY_SYMBOL};
            sw_addr addr;

            if (memory->ops.symbol(memory->ctx, names[n], i, &addr) < 0)
                break;
            if (is_known(candidates, addr))
                continue;
            if (n == 0) {
                candidate.root = addr;
            } else {
                candidate.head = addr;
                if (memory->ops.symbol(
                        memory->ctx, "_PyThreadState_Current", i, &candidate.current_thread) < 0)
                    candidate.current_thread = 0;
            }
            name_module(modules, &candidate);
            add(candidates, &candidate);
        }
    }
}

/* A 2.7 or 3.6 whose list was not found in its code: the debugger may know the static variable. */
static void complete_heads(struct sw_memory *memory, struct sw_candidates *candidates)
{
    for (size_t i = 0; memory->ops.symbol && i < candidates->count; i++) {
        struct sw_candidate *candidate = &candidates->items[i];

        if (!candidate->root && !candidate->head &&
            memory->ops.symbol(memory->ctx, "interp_head", 0, &candidate->head) == 0)
            candidate->found_by = SW_FOUND_BY_SYMBOL;
    }
}

bool sw_module_is_called_python(const struct sw_module *module)
{
    const char *name = sw_module_basename(module);

    return strncmp(name, "libpython", 9) == 0 || strncmp(name, "python", 6) == 0;
}

bool sw_module_is_likely(const struct sw_modules *modules, size_t index)
{
    return index == 0 || sw_module_is_called_python(&modules->items[index]);
}

int sw_candidates_find(struct sw_memory *memory, const struct sw_modules *modules,
    struct sw_error *reterr, struct sw_candidates *ret_candidates)
{
    struct sw_candidates candidates = {0};

    candidates.items = calloc(SW_MAX_RUNTIMES, sizeof(*candidates.items));
    if (!candidates.items)
        return sw_fail(reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
    /* The likely ones first: through a slow link they are all that is looked at when one has
     * Python. */
    for (int likely = 1; likely >= 0; likely--) {
        if (!likely && candidates.count && memory->info.kind == SW_TARGET_REMOTE)
            break;
        for (size_t i = 0; i < modules->count && !sw_memory_interrupted(memory); i++) {
            struct sw_candidate candidate;

            if (sw_module_is_likely(modules, i) == (bool)likely &&
                look_into(memory, &modules->items[i], &candidate))
                add(&candidates, &candidate);
        }
    }
    if (!candidates.count)
        ask_for_sections(memory, modules, &candidates);
    if (!candidates.count)
        ask_for_symbols(memory, modules, &candidates);
    complete_heads(memory, &candidates);
    if (memory->stopped) {
        sw_candidates_fini(&candidates);
        return sw_fail(reterr, SW_E_STOPPED, 0, "", "interrupted");
    }
    *ret_candidates = candidates;
    return 0;
}

bool sw_candidates_are_named(struct sw_memory *memory, const struct sw_modules *modules)
{
    sw_addr addr;

    for (size_t i = 0; i < modules->count && !sw_memory_interrupted(memory); i++) {
        struct sw_candidate candidate;

        if (look_into(memory, &modules->items[i], &candidate))
            return true;
    }
    /* A variable of every version; what is linked into a program is exported by none. */
    return memory->ops.symbol && !sw_memory_interrupted(memory) &&
           memory->ops.symbol(memory->ctx, "PyType_Type", 0, &addr) == 0;
}

void sw_candidates_fini(struct sw_candidates *candidates)
{
    free(candidates->items);
    memset(candidates, 0, sizeof(*candidates));
}
