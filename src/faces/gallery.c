/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gallery.c: a bounded number of pictures, of those seen most. */
#include "faces/gallery.h"

um_image **um_gallery_place(um_gallery *g, int person, int64_t seen)
{
    struct um_portrait *least = NULL;
    for (int i = 0; i < g->n; i++) {
        struct um_portrait *p = &g->shown[i];
        if (p->person == person) {
            p->seen = seen;
            return &p->picture;
        }
        if (!least || p->seen <= least->seen)
            least = p;
    }
    if (g->n < g->most)
        least = &g->shown[g->n++];
    else if (!least || least->seen >= seen)
        return NULL;
    um_image_free(&least->picture);
    *least = (struct um_portrait){.person = person, .seen = seen};
    return &least->picture;
}

um_image *um_gallery_of(const um_gallery *g, int person)
{
    for (int i = 0; i < g->n; i++)
        if (g->shown[i].person == person)
            return g->shown[i].picture;
    return NULL;
}

void um_gallery_clear(um_gallery *g)
{
    for (int i = 0; i < g->n; i++)
        um_image_free(&g->shown[i].picture);
    g->n = 0;
}
