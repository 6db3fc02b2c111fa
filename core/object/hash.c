/* SPDX-License-Identifier: MIT */
#include "object/hash.h"

#include <string.h>

#include "target/elf.h"

/* ---------------------------------------------------------------- SipHash */

struct sip {
    uint64_t v[4];
};

static uint64_t rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static void sip_round(struct sip *sip)
{
    uint64_t *v = sip->v;

    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static void sip_add(struct sip *sip, uint64_t word, unsigned rounds)
{
    sip->v[3] ^= word;
    for (unsigned i = 0; i < rounds; i++)
        sip_round(sip);
    sip->v[0] ^= word;
}

static uint64_t siphash(
    const uint64_t keys[2], const char *text, size_t len, unsigned rounds, unsigned last_rounds)
{
    struct sip sip = {{
        keys[0] ^ UINT64_C(0x736f6d6570736575),
        keys[1] ^ UINT64_C(0x646f72616e646f6d),
        keys[0] ^ UINT64_C(0x6c7967656e657261),
        keys[1] ^ UINT64_C(0x7465646279746573),
    }};
    uint64_t word = 0;

    for (size_t i = 0; i < len; i++) {
        word |= (uint64_t)(uint8_t)text[i] << i % 8 * 8;
        if (i % 8 == 7) {
            sip_add(&sip, word, rounds);
            word = 0;
        }
    }
    sip_add(&sip, word | (uint64_t)len << 56, rounds);
    sip.v[2] ^= 0xff;
    for (unsigned i = 0; i < last_rounds; i++)
        sip_round(&sip);
    return sip.v[0] ^ sip.v[1] ^ sip.v[2] ^ sip.v[3];
}

/* ---------------------------------------------------------------- the target's */

static bool read_keys(struct sw_memory *memory, struct sw_hash *hash)
{
    struct sw_elf_symbols symbols;
    sw_addr secret;

    return sw_elf_symbols_open(memory, hash->module, &symbols) == 0 &&
           sw_elf_symbols_find(&symbols, "_Py_HashSecret", &secret) == 0 &&
           sw_memory_uint(memory, secret, 8, "_Py_HashSecret", NULL, &hash->keys[0]) == 0 &&
           sw_memory_uint(memory, secret + 8, 8, "_Py_HashSecret", NULL, &hash->keys[1]) == 0;
}

bool sw_hash_ascii(const struct sw_reader *reader, const char *text, uint64_t *ret_hash)
{
    struct sw_hash *hash = reader->hash;
    /* SipHash-2-4 since 3.4, SipHash-1-3 since 3.11 (gh-73596, Python/pyhash.c), which is when
       dicts got their kinds. */
    bool is_13 = reader->layout->traits.dict_form == SW_DICT_FORM_KINDS;
    uint64_t all;

    if (!hash || !hash->module || reader->layout->traits.dict_form == SW_DICT_FORM_TABLE)
        return false;
    if (!hash->asked) {
        uint64_t absent = reader->memory->absent;

        hash->known = read_keys(reader->memory, hash);
        hash->is_unread = reader->memory->absent != absent;
        hash->asked = !reader->memory->stopped;
    }
    if (!hash->known)
        return false;
    all = siphash(hash->keys, text, strlen(text), is_13 ? 1 : 2, is_13 ? 3 : 4);
    if (reader->memory->info.pointer_size == 4)
        all &= UINT32_MAX;
    *ret_hash = all;
    return true;
}

void sw_hash_ask_again(struct sw_hash *hash)
{
    hash->asked = hash->asked && !hash->is_unread;
}
