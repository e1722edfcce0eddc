/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gif.c: the extensions of a GIF (version 89a): comments, XMP, C2PA. */
#include "probe/probe.h"
#include <string.h>

enum { WINDOW = 64 << 10 };

struct gif {
    um_probe_state *probe;
    int64_t from; /* of the window */
    size_t n;
    uint8_t window[WINDOW];
};

/* n bytes at `at`, n at most 256; NULL when they are not there. */
static const uint8_t *bytes(struct gif *g, int64_t at, size_t n)
{
    if (at < g->from || at + (int64_t)n > g->from + (int64_t)g->n) {
        int64_t left = g->probe->size - at;
        g->from = at;
        g->n = left < 0 ? 0 : left < WINDOW ? (size_t)left : WINDOW;
        if (!um_probe_step(g->probe) || !um_probe_read(g->probe, at, g->window, g->n))
            g->n = 0;
    }
    return g->n < n ? NULL : g->window + (at - g->from);
}

/* Behind the sub-blocks at `at`, 0 when the file ends in them. Their bytes go into `all`, with their lengths
 * when `raw` (XMP is not cut into blocks: its own bytes stand for lengths). */
static int64_t blocks(struct gif *g, int64_t at, um_buf *all, bool raw)
{
    const uint8_t *b;
    while ((b = bytes(g, at, 1)) && *b) {
        size_t n = *b;
        if (!(b = bytes(g, at, n + 1)))
            return 0;
        if (all && all->n + n + 1 < all->max)
            um_buf_add(all, b + !raw, n + raw);
        else if (all)
            um_probe_limit(g->probe, "an extension is too large");
        at += 1 + (int64_t)n;
    }
    return b ? at + 1 : 0;
}

static int64_t extension(struct gif *g, int64_t at, int label)
{
    enum { COMMENT = 0xFE, APPLICATION = 0xFF, MAGIC_TRAILER = 257 };
    um_probe_state *p = g->probe;
    const uint8_t *name = label == APPLICATION ? bytes(g, at, 12) : NULL;
    bool xmp = name && !memcmp(name, "\x0BXMP DataXMP", 12), c2pa = name && !memcmp(name,
                                                                                    "\x0B"
                                                                                    "C2PA_GIF",
                                                                                    9);
    um_buf all;
    if (label != COMMENT && !xmp && !c2pa)
        return blocks(g, at, NULL, false);
    um_buf_init(&all, UM_PROBE_BLOCK_MAX);
    int64_t end = blocks(g, label == COMMENT ? at : at + 12, &all, xmp);
    p->out_of_memory |= all.broken;
    if (label == COMMENT && all.n)
        um_probe_text(p, "comment", all.data, all.n);
    else if (xmp && all.n)
        um_probe_xmp(p, (uint8_t *)all.data, all.n > MAGIC_TRAILER ? all.n - MAGIC_TRAILER : all.n);
    else if (c2pa && all.n)
        um_probe_c2pa(p, (uint8_t *)all.data, all.n);
    um_buf_free(&all);
    return end;
}

void um_probe_gif(um_probe_state *p)
{
    struct gif g = {.probe = p};
    const uint8_t *b = bytes(&g, 0, 13);
    int64_t at = b ? 13 + (b[10] & 0x80 ? 3 << ((b[10] & 7) + 1) : 0) : 0;
    while (at && (b = bytes(&g, at, 10)) && (*b == 0x2C || *b == 0x21)) {
        if (*b == 0x21)
            at = extension(&g, at + 2, b[1]);
        else /* a picture: place, colours, size of the first code, blocks */
            at = blocks(&g, at + 11 + (b[9] & 0x80 ? 3 << ((b[9] & 7) + 1) : 0), NULL, false);
    }
}
