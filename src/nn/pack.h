/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pack.h: weights in the order that running them wants, made once for all sessions of a network.
 *
 * A pack belongs to a node and to whoever made it, which its `free` tells; it does not change once it is
 * there. Looking for one and adding one is done while plans are prepared, by one thread of a network at a
 * time. */
#ifndef UM_NN_PACK_H
#define UM_NN_PACK_H
#include "nn/graph.h"

typedef struct um_pack {
    struct um_pack *next;
    const um_node *node;
    const um_node *norm; /* the normalization that was folded into it, or NULL */
    void (*free)(struct um_pack *pack);
    bool can_unpack; /* the weights can be had back from it, exactly */
    bool pins;       /* its node reads the weights themselves while it runs */
} um_pack;

typedef struct um_packs {
    um_pack *first;
} um_packs;

static inline void um_packs_free(um_packs *packs)
{
    for (um_pack *p = packs->first, *next; p; p = next) {
        next = p->next;
        p->free(p);
    }
    packs->first = NULL;
}
static inline void um_packs_add(um_packs *packs, um_pack *pack)
{
    pack->next = packs->first;
    packs->first = pack;
}
#endif
