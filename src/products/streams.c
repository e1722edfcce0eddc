/* SPDX-License-Identifier: GPL-3.0-or-later */
/* streams.c: what products remember from one moment to the next. */
#include "products/products_internal.h"
#include <stdlib.h>

struct um_product_streams {
    unsigned needs;
    um_sound_streams *sound;
    um_image *before; /* the last picture, with flow */
    double before_s;
};

um_status um_product_streams_new(um_product_streams **out, unsigned needs, um_error *err)
{
    um_product_streams *s = um_calloc(1, sizeof *s);
    *out = NULL;
    if (!s)
        return um_fail_oom(err);
    s->needs = needs & UM_NEED_STREAMS;
    if (!(s->sound = um_sound_streams_new(s->needs))) {
        um_product_streams_free(&s);
        return um_fail_oom(err);
    }
    *out = s;
    return UM_OK;
}

void um_product_streams_free(um_product_streams **streams)
{
    if (!streams || !*streams)
        return;
    um_sound_streams_free((*streams)->sound);
    um_image_free(&(*streams)->before);
    free(*streams);
    *streams = NULL;
}

void um_product_streams_push(um_product_streams *s, um_products *p)
{
    um_sound_streams_push(s->sound, &p->of_sound, p->sound);
    um_image *picture = um_product_picture(p->frame);
    if (!picture || !(s->needs & UM_NEED_FLOW))
        return;
    p->flow_declared = true;
    p->before = s->before; /* takes the reference over */
    p->before_s = s->before_s;
    s->before = um_image_ref(picture);
    s->before_s = p->frame->t_s;
}

um_status um_products_end(um_products **out, um_product_streams *streams, um_error *err)
{
    const um_status st = um_products_new(out, NULL, NULL, NULL, NULL, err);
    if (st == UM_OK && streams)
        um_sound_streams_end(streams->sound, &(*out)->of_sound);
    return st;
}
