/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bytes.c: bounded reads from a hostile file. */
#include "probe/bytes.h"
#include "base/base.h"
#include <stdlib.h>

bool um_probe_step(um_probe_state *p)
{
    if (p->steps > 0 && !p->out_of_memory) {
        p->steps--;
        return true;
    }
    p->limit = "too many parts";
    return false;
}

bool um_probe_work(um_probe_state *p, size_t n)
{
    if (n <= UM_PROBE_WORK - p->worked) {
        p->worked += n;
        return true;
    }
    p->limit = "too much to unpack";
    return false;
}

bool um_probe_read(um_probe_state *p, int64_t at, void *to, size_t n)
{
    if (at < 0 || at > p->size || n > (uint64_t)(p->size - at))
        return false;
    return um_input_read_all(p->input, at, to, n);
}

uint8_t *um_probe_block(um_probe_state *p, int64_t at, int64_t n)
{
    if (n < 0 || n > UM_PROBE_BLOCK_MAX || at < 0 || at > p->size || n > p->size - at)
        return NULL;
    uint8_t *b = um_calloc((size_t)n + 1, 1);
    p->out_of_memory |= !b;
    if (b && !um_probe_read(p, at, b, (size_t)n)) {
        free(b);
        return NULL;
    }
    return b;
}
