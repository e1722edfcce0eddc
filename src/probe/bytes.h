/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bytes.h: the file under the parsers of provenance marks.
 *
 * The file is hostile: parsers read blocks of bounded size by position, check every length against what is
 * there, and take a step (um_probe_step) for each box, chunk or element, so that time is bounded too. */
#ifndef UM_PROBE_BYTES_H
#define UM_PROBE_BYTES_H
#include "base/input.h"
#include <unmask/probe.h>

/* Bytes of one block and of one text; steps; bytes that may be unpacked and parsed in all. */
enum {
    UM_PROBE_BLOCK_MAX = 8 << 20,
    UM_PROBE_TEXT_MAX = 4 << 20,
    UM_PROBE_STEPS = 200000,
    UM_PROBE_WORK = 64 << 20
};

typedef struct um_probe_state {
    um_probe *out;
    const um_input *input;
    int64_t size; /* of the input */
    int steps;
    size_t worked;                /* of UM_PROBE_WORK */
    const char *limit;            /* why reading stopped early, NULL when it did not */
    int64_t media_at;             /* of ISO files: where coded pictures and sound start, 0 when unknown */
    const struct um_trust *trust; /* signers that the user trusts, NULL: none are known */
    bool out_of_memory;
} um_probe_state;

bool um_probe_step(um_probe_state *p);           /* false: the budget is spent, stop */
bool um_probe_work(um_probe_state *p, size_t n); /* the same for bytes to be unpacked or parsed */
/* Exactly n bytes at `at`, false when they are not all there. */
bool um_probe_read(um_probe_state *p, int64_t at, void *to, size_t n);
/* The same in new memory with a zero behind; NULL when n is above UM_PROBE_BLOCK_MAX or beyond the file. */
uint8_t *um_probe_block(um_probe_state *p, int64_t at, int64_t n);

static inline uint32_t um_be16(const uint8_t *b)
{
    return (uint32_t)b[0] << 8 | b[1];
}
static inline uint32_t um_be32(const uint8_t *b)
{
    return um_be16(b) << 16 | um_be16(b + 2);
}
static inline uint32_t um_le16(const uint8_t *b)
{
    return (uint32_t)b[1] << 8 | b[0];
}
static inline uint32_t um_le32(const uint8_t *b)
{
    return um_le16(b + 2) << 16 | um_le16(b);
}
static inline uint64_t um_be64(const uint8_t *b)
{
    return (uint64_t)um_be32(b) << 32 | um_be32(b + 4);
}
#endif
